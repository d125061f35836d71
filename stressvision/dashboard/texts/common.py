"""Texts that several pages use."""

from collections.abc import Mapping

from stressvision.core.texts import Message

PRODUCT = Message(es="Gloria · Stress Vision", en="Gloria · Stress Vision")

OVERVIEW = Message(es="Resumen", en="Overview")
ALERTS = Message(es="Bandeja", en="Inbox")
EMPLOYEES = Message(es="Empleados", en="Employees")
REPORTS = Message(es="Reportes", en="Reports")
CAMERA = Message(es="Cámaras", en="Cameras")

UPDATED = Message(es="Actualizado {time} · hora de planta ({zone})", en="Updated {time} · plant time ({zone})")
UNREACHABLE = Message(
    es="El servidor no responde",
    en="The server does not answer",
)
UNAVAILABLE = Message(
    es="Estos datos no están disponibles por ahora",
    en="These data are not available at the moment",
)
NOT_DONE = Message(es="No se hizo", en="Not done")
RECOVERS = Message(
    es="Esta página se actualiza sola cuando vuelva; no hace falta recargarla.",
    en="This page updates by itself when the server is back; no reload is needed.",
)
AGO: tuple[tuple[int, int, Message], ...] = (
    (5, 1, Message(es="ahora", en="now")),
    (60, 1, Message(es="hace {count} s", en="{count} s ago")),
    (3600, 60, Message(es="hace {count} min", en="{count} min ago")),
    (86400, 3600, Message(es="hace {count} h", en="{count} h ago")),
)
NEVER = Message(es="nunca", en="never")
ODD_FIELDS = Message(es="dato ilegible", en="unreadable value")
"""Mark of a row that another program wrote, with at least one value that is not what its field promises."""
NOT_SET = Message(es="—", en="—")
WITHHELD = Message(es="menos de 5 personas", en="fewer than 5 people")
WITHHELD_TITLE = Message(es="Menos de 5 personas", en="Fewer than 5 people")
WITHHELD_HELP = Message(
    es="Para que nadie pueda ser reconocido, su cuenta solo ve cifras de cuartos de hora cerrados con cinco personas o "
    "más. No significa que no haya nadie.",
    en="So that no person can be recognised, your account sees only figures of closed quarter hours with five people "
    "or more. It does not mean that there is nobody.",
)
HATCHED = Message(
    es="Con trama: menos de 5 personas, o una hora que aún no termina.",
    en="Hatched: fewer than 5 people, or an hour that is not over yet.",
)

EXPRESSIONS: Mapping[str | None, Message] = {
    "neutral": Message(es="Neutra", en="Neutral"),
    "happy": Message(es="Alegría", en="Happiness"),
    "stress": Message(es="Estrés", en="Stress"),
    "sad": Message(es="Tristeza", en="Sadness"),
    "fatigue": Message(es="Fatiga", en="Fatigue"),
    None: Message(es="Sin analizar", en="Not analysed"),
}
COMPATIBLE: Mapping[str | None, Message] = {
    "neutral": Message(es="expresión neutra", en="neutral expression"),
    "happy": Message(es="expresión compatible con alegría", en="expression compatible with happiness"),
    "stress": Message(es="expresión compatible con estrés", en="expression compatible with stress"),
    "sad": Message(es="expresión compatible con tristeza", en="expression compatible with sadness"),
    "fatigue": Message(es="expresión compatible con fatiga", en="expression compatible with fatigue"),
    None: Message(es="contada, sin analizar", en="counted, not analysed"),
}
NO_EMOTIONS = Message(
    es="Esta instalación no infiere emociones (política UE).",
    en="This installation infers no emotions (EU policy).",
)
DEVICES = Message(es="Dispositivos", en="Devices")
DEVICE = Message(es="Dispositivo", en="Device")
LOCATION = Message(es="Ubicación", en="Location")
STATE = Message(es="Estado", en="State")
FPS = Message(es="Cuadros/s", en="Frames/s")
OUTBOX = Message(
    es="Por enviar",
    en="Pending delivery",
)
LAST_SEEN = Message(
    es="Última señal",
    en="Last signal",
)
NO_DEVICES = Message(
    es="Ningún dispositivo ha enviado datos todavía. Pida a quien administra el sistema que inicie una cámara.",
    en="No device has sent data yet. Ask the administrator of the system to start a camera.",
)
DEVICE_STATES: Mapping[str, Message] = {
    "watching": Message(es="Observando", en="Watching"),
    "starting": Message(es="Iniciando", en="Starting"),
    "paused": Message(es="En pausa", en="Paused"),
    "no_camera": Message(es="Sin cámara", en="No camera"),
    "silent": Message(es="Sin señal", en="No signal"),
    "stopped": Message(es="Detenido", en="Stopped"),
}

DAY_FORM = Message(es="DD/MM/AAAA", en="DD/MM/YYYY")
DAY_INVALID = Message(es="Escriba un día, como 07/03/2026.", en="Enter a day, such as 07/03/2026.")
DAY_TOO_LATE = Message(es="Elija un día hasta el {day}.", en="Choose a day up to {day}.")
ANY = Message(es="Todo", en="All")
SEARCH = Message(es="Buscar", en="Search")
SEARCH_PERSON = Message(es="Buscar a una persona", en="Search for a person")
SEARCH_HINT = Message(es="Nombre o código", en="Name or code")
FIRST_DAY = Message(es="Desde el día", en="From day")
LAST_DAY = Message(es="Hasta el día", en="To day")
CLEAR_FILTERS = Message(es="Quitar filtros", en="Clear filters")
SHOWN_OF = Message(es="Se muestran {shown} de {total}.", en="{shown} of {total} are shown.")
STRESS_SHARE = Message(
    es="Expresión compatible con estrés o tristeza",
    en="Expression compatible with stress or sadness",
)
DETECTIONS = Message(es="Detecciones", en="Detections")
NAME = Message(es="Nombre", en="Name")
CODE = Message(es="Código", en="Code")
DEPARTMENT = Message(es="Área", en="Department")
SERVING = Message(es="Tablero en {url} (Ctrl-C para terminar)", en="Dashboard at {url} (Ctrl-C to end)")
USAGE = Message(
    es="Tablero de Stress Vision. Se configura con STRESSVISION_DASHBOARD_PORT y STRESSVISION_API_URL.",
    en="The Stress Vision dashboard. Set STRESSVISION_DASHBOARD_PORT and STRESSVISION_API_URL to configure it.",
)
