"""What every page says."""

from collections.abc import Mapping

from stressvision.core.errors import Message

PRODUCT = Message("Gloria · Stress Vision", "Gloria · Stress Vision")

OVERVIEW = Message("Resumen", "Overview")
ALERTS = Message("Alertas", "Alerts")
EMPLOYEES = Message("Empleados", "Employees")
REPORTS = Message("Reportes", "Reports")
CAMERA = Message("Cámara en vivo", "Live camera")

UPDATED = Message("Actualizado {time} · hora de planta ({zone})", "Updated {time} · plant time ({zone})")
UNREACHABLE = Message("El backend no responde", "The backend does not answer")
UNAVAILABLE = Message("Estos datos no están disponibles por ahora", "This is not available for now")
RECOVERS = Message(
    "Esta página se recupera sola en cuanto vuelva; no hace falta recargarla.",
    "This page recovers by itself; there is no need to reload it.",
)
AGO: tuple[tuple[int, int, Message], ...] = (
    (5, 1, Message("ahora", "now")),
    (60, 1, Message("hace {count} s", "{count} s ago")),
    (3600, 60, Message("hace {count} min", "{count} min ago")),
    (86400, 3600, Message("hace {count} h", "{count} h ago")),
)
NEVER = Message("nunca", "never")
NOT_SET = Message("—", "—")

EXPRESSIONS: Mapping[str | None, Message] = {
    "neutral": Message("Neutra", "Neutral"),
    "happy": Message("Alegría", "Happiness"),
    "stress": Message("Estrés", "Stress"),
    "sad": Message("Tristeza", "Sadness"),
    "fatigue": Message("Fatiga", "Fatigue"),
    None: Message("Sin analizar", "Not analysed"),
}
COMPATIBLE: Mapping[str | None, Message] = {
    "neutral": Message("expresión neutra", "neutral expression"),
    "happy": Message("expresión compatible con alegría", "expression compatible with happiness"),
    "stress": Message("expresión compatible con estrés", "expression compatible with stress"),
    "sad": Message("expresión compatible con tristeza", "expression compatible with sadness"),
    "fatigue": Message("expresión compatible con fatiga", "expression compatible with fatigue"),
    None: Message("contada, sin analizar", "counted, not analysed"),
}
COMPATIBLE_WITH = Message("Expresión compatible con…", "Expression compatible with…")
DEVICES = Message("Dispositivos", "Devices")
DEVICE = Message("Dispositivo", "Device")
LOCATION = Message("Ubicación", "Location")
STATE = Message("Estado", "State")
FPS = Message("Cuadros/s", "Frames/s")
OUTBOX = Message("Por enviar", "To be sent")
LAST_SEEN = Message("Última señal", "Last heard")
NO_DEVICES = Message(
    "Ningún dispositivo se ha presentado todavía. Inicie uno con «python pi_simulator.py», "
    "o con «--source demo» si no hay cámara.",
    "No device has shown up yet. Start one with “python pi_simulator.py”, or with “--source demo” without a camera.",
)
DEVICE_STATES: Mapping[str, Message] = {
    "watching": Message("Observando", "Watching"),
    "starting": Message("Iniciando", "Starting"),
    "no_camera": Message("Sin cámara", "No camera"),
    "silent": Message("Sin señal", "No signal"),
    "stopped": Message("Detenido", "Stopped"),
}

SHOWN_OF = Message("Se muestran {shown} de {total}.", "{shown} of {total} are shown.")
STRESS_SHARE = Message("Expresión compatible con estrés", "Expression compatible with stress")
DETECTIONS = Message("Detecciones", "Detections")
NAME = Message("Nombre", "Name")
CODE = Message("Código", "Code")
DEPARTMENT = Message("Área", "Department")
