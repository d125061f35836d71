"""Texts of the navigation and of the strip on every page."""

from collections.abc import Mapping

from stressvision.core.texts import Message

SECTIONS: Mapping[str, Message] = {
    "watch": Message(es="Vigilancia", en="Monitoring"),
    "plant": Message(es="Planta", en="Plant"),
    "people": Message(es="Personas", en="People"),
    "cameras": Message(es="Cámaras", en="Cameras"),
    "system": Message(es="Sistema", en="System"),
    "own": Message(es="Mis datos", en="My data"),
}

DATA_AGE = Message(es="Última señal: {ago}", en="Last signal: {ago}")
CAMERAS_UP = Message(es="{up} de {all} cámaras observan", en="{up} of {all} cameras watching")
NO_CAMERAS = Message(es="Ninguna cámara registrada", en="No camera registered")
NO_PENDING_ALERTS = Message(es="Sin alertas pendientes", en="No pending alerts")
ONE_OPEN_ALERT = Message(es="1 alerta pendiente", en="1 alert pending")
OPEN_ALERTS = Message(es="{count} alertas pendientes", en="{count} alerts pending")
STATUS = Message(es="Estado de la planta", en="State of the plant")
