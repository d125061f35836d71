"""Texts of the page of live cameras."""

from collections.abc import Mapping

from stressvision.core.texts import Message

CAMERA_PRIVACY = Message(
    es="La imagen llega directamente del dispositivo a este navegador. No se guarda ni se envía a ningún servidor.",
    en="The picture comes directly from the device to this browser. It is neither stored nor sent to any server.",
)
PREVIEW_STATES: Mapping[str, tuple[Message, Message]] = {
    "connecting": (
        Message(es="Conectando con la cámara", en="Connecting to the camera"),
        Message(
            es="Si la imagen no aparece, compruebe que el dispositivo funciona en esta misma máquina.",
            en="If no picture appears, check that the device runs on this machine.",
        ),
    ),
    "starting": (
        Message(es="Iniciando", en="Starting"),
        Message(es="La imagen aparecerá en unos segundos.", en="The picture appears in a few seconds."),
    ),
    "paused": (
        Message(es="En pausa", en="Paused"),
        Message(
            es="La cámara está cerrada por su horario o por una pausa.",
            en="The camera is closed by its schedule or by a pause.",
        ),
    ),
    "no_camera": (
        Message(es="Sin cámara", en="No camera"),
        Message(
            es="El dispositivo no recibe imagen y sigue intentándolo. Revise el cable o la dirección de la cámara.",
            en="The device receives no picture and keeps trying. Check the cable or the address of the camera.",
        ),
    ),
    "silent": (
        Message(es="Sin señal", en="No signal"),
        Message(
            es="El dispositivo dejó de comunicarse. Compruebe que está encendido y en la red.",
            en="The device stopped reporting. Check that it is switched on and on the network.",
        ),
    ),
    "stopped": (
        Message(es="Detenido", en="Stopped"),
        Message(es="El dispositivo se detuvo de forma normal.", en="The device was stopped normally."),
    ),
    "no_preview": (
        Message(es="Sin vista previa", en="No preview"),
        Message(
            es="Este dispositivo no ofrece vista previa (puede estar mostrando su propia ventana).",
            en="This device offers no preview (it may show a window of its own).",
        ),
    ),
    "elsewhere": (
        Message(es="Vista previa en otra máquina", en="Preview on another machine"),
        Message(
            es="La vista previa solo se muestra en la máquina que tiene la cámara.",
            en="The preview is only shown on the machine that has the camera.",
        ),
    ),
}
