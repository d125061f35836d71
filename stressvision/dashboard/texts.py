"""Every sentence of the dashboard, in both languages. Words in braces are filled in where the sentence is used."""

from collections.abc import Mapping

from stressvision.errors import Message

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
STRESS_SHARE = Message("Expresión compatible con estrés", "Expression compatible with stress")
STRESS_SHARE_HELP = Message(
    "Detecciones con expresión compatible con estrés o tristeza, entre todas las de la última hora.",
    "Detections whose expression is compatible with stress or sadness, among all of the last hour.",
)

ACTIVE_EMPLOYEES = Message("Empleados", "Employees")
DETECTIONS_LAST_HOUR = Message("Detecciones, última hora", "Detections, last hour")
PEOPLE_LAST_HOUR = Message("Personas vistas, última hora", "People seen, last hour")
PENDING_ALERTS = Message("Alertas pendientes", "Pending alerts")
ACTIVE_DEVICES = Message("Dispositivos activos", "Active devices")
ONE_PENDING = Message("Hay 1 alerta pendiente de revisar", "1 alert is waiting to be looked at")
MANY_PENDING = Message("Hay {count} alertas pendientes de revisar", "{count} alerts are waiting to be looked at")
SEE_ALERTS = Message("Ver alertas", "See alerts")

DISTRIBUTION = Message("Expresión compatible con… (24 horas)", "Expression compatible with… (24 hours)")
BY_HOUR = Message("Detecciones por hora", "Detections by hour")
DETECTIONS = Message("Detecciones", "Detections")
NO_STATS = Message(
    "Aún no hay detecciones en las últimas 24 horas. Aparecerán aquí en cuanto una cámara vea a alguien.",
    "There is no detection in the last 24 hours yet. They appear here as soon as a camera sees somebody.",
)
FEED = Message("Últimas detecciones", "Latest detections")
NO_FEED = Message(
    "Aún no ha pasado nadie ante una cámara. Cada detección aparecerá aquí al instante.",
    "Nobody has been before a camera yet. Each detection appears here at once.",
)
NOT_ENROLLED = Message("Persona no enrolada", "Person not enrolled")
UNKNOWN_EMPLOYEE = Message("Empleado {id}", "Employee {id}")

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

ALERT_FILTERS: Mapping[str, Message] = {
    "pending": Message("Pendientes", "Pending"),
    "acknowledged": Message("Reconocidas", "Acknowledged"),
    "resolved": Message("Resueltas", "Resolved"),
    "all": Message("Todas", "All"),
}
ALERT_STATUSES: Mapping[str, Message] = {
    "pending": Message("Pendiente", "Pending"),
    "acknowledged": Message("Reconocida", "Acknowledged"),
    "resolved": Message("Resuelta", "Resolved"),
}
NO_ALERTS: Mapping[str, Message] = {
    "pending": Message("No hay alertas pendientes. Todo está atendido.", "No alert is pending. All is attended to."),
    "acknowledged": Message("No hay alertas reconocidas por resolver.", "No acknowledged alert is left to resolve."),
    "resolved": Message("Aún no se ha resuelto ninguna alerta.", "No alert has been resolved yet."),
    "all": Message("Aún no se ha generado ninguna alerta.", "No alert has been raised yet."),
}
SEVERITIES: Mapping[str, Message] = {
    "high": Message("Severidad alta", "High severity"),
    "medium": Message("Severidad media", "Medium severity"),
    "low": Message("Severidad baja", "Low severity"),
}
SEVERITY_UNKNOWN = Message("Severidad sin indicar", "Severity not stated")
STATUS_FILTER = Message("Estado de las alertas", "Status of the alerts")
ALERT_NUMBER = Message("Alerta {id}", "Alert {id}")
EVIDENCE = Message(
    "{events} de {total} detecciones · confianza media {confidence}",
    "{events} of {total} detections · mean confidence {confidence}",
)
NO_EVIDENCE = Message("Sin evidencia guardada con la alerta", "No evidence kept with the alert")
ACKNOWLEDGED_BY = Message("Reconocida por {user} el {time}", "Acknowledged by {user} on {time}")
RESOLVED_BY = Message("Resuelta por {user} el {time}", "Resolved by {user} on {time}")
NOTES = Message("Notas", "Notes")
NOTES_HINT = Message("Qué se hizo y qué se acordó", "What was done and agreed")
ACKNOWLEDGE = Message("Reconocer", "Acknowledge")
RESOLVE = Message("Resolver", "Resolve")
ACKNOWLEDGE_TITLE = Message("Reconocer alerta", "Acknowledge alert")
RESOLVE_TITLE = Message("Resolver alerta", "Resolve alert")
ATTENDANT = Message("Su identificador", "Your identifier")
ATTENDANT_HINT = Message("Por ejemplo: medico.ocupacional", "For example: occupational.doctor")
ATTENDANT_HELP = Message(
    "Queda registrado quién atiende cada alerta. Se pide una sola vez por sesión.",
    "Who attends to each alert is recorded. This is asked once a session.",
)
ATTENDANT_MISSING = Message("Escriba su identificador para continuar.", "Give your identifier to continue.")
ATTENDING_AS = Message("Atiende: {user}", "Attending: {user}")
CHANGE_ATTENDANT = Message("Cambiar", "Change")
ACKNOWLEDGED = Message("Alerta {id} reconocida.", "Alert {id} acknowledged.")
RESOLVED = Message("Alerta {id} resuelta.", "Alert {id} resolved.")
REFUSED = Message("No se pudo cambiar la alerta {id}. {reason}", "Alert {id} could not be changed. {reason}")
SHOWN_OF = Message("Se muestran {shown} de {total}.", "{shown} of {total} are shown.")
SHOW_MORE = Message("Mostrar más", "Show more")

NO_EMPLOYEES = Message(
    "Aún no hay empleados. Enrole al primero con "
    "«python -m stressvision enrol --code EMP001 --name NOMBRE --photos CARPETA».",
    "There is no employee yet. Enrol the first with "
    "“python -m stressvision enrol --code EMP001 --name NAME --photos FOLDER”.",
)
ONE_EMPLOYEE = Message("1 persona", "1 person")
MANY_EMPLOYEES = Message("{count} personas", "{count} people")
CODE = Message("Código", "Code")
NAME = Message("Nombre", "Name")
DEPARTMENT = Message("Área", "Department")
SHIFT = Message("Turno", "Shift")
ENROLMENT = Message("Enrolamiento", "Enrolment")
QUALITY = Message("Calidad", "Quality")
CONSENT = Message("Consentimiento", "Consent")
PERSON_LAST_SEEN = Message("Visto por última vez", "Last seen")
ENROLMENTS: Mapping[str, Message] = {
    "enrolled": Message("Enrolado", "Enrolled"),
    "needs_enrolment": Message("Necesita enrolamiento", "Needs enrolment"),
}
CONSENTS: Mapping[bool, Message] = {
    True: Message("Vigente", "Given"),
    False: Message("Sin consentimiento", "Not given"),
}
SHIFTS: Mapping[str, Message] = {
    "morning": Message("Mañana", "Morning"),
    "afternoon": Message("Tarde", "Afternoon"),
    "night": Message("Noche", "Night"),
}
INACTIVE = Message("Inactivo", "Inactive")
DEMO = Message("demostración", "demo")
LOOK_UP = Message("Consulta de una persona", "Look up one person")
PERSON = Message("Persona", "Person")
CHOOSE_PERSON = Message("Elija a una persona", "Choose a person")
PERIOD = Message("Período", "Period")
PERIODS: Mapping[int, Message] = {
    15: Message("15 min", "15 min"),
    60: Message("1 h", "1 h"),
    480: Message("8 h", "8 h"),
    1440: Message("24 h", "24 h"),
}
LOOK_UP_BUTTON = Message("Consultar", "Look up")
LOOK_UP_RECORDED = Message(
    "Son datos de salud: cada consulta queda registrada en la auditoría.",
    "This is health data: every look-up is recorded in the audit log.",
)
NOBODY_CHOSEN = Message("Elija primero a una persona.", "Choose a person first.")
LOOKED_UP_AT = Message("{name} · {period} · consultado {time}", "{name} · {period} · looked up {time}")
STATE_NOW = Message("Estado actual", "State now")
LAST_STATE = Message("{what}, {ago}, confianza {confidence}", "{what}, {ago}, confidence {confidence}")
LAST_STATE_UNRATED = Message("{what}, {ago}", "{what}, {ago}")
NO_STATE = Message("Sin detecciones en el período elegido.", "No detection in the chosen period.")
NEEDS_ENROLMENT = Message(
    "Esta persona necesita enrolamiento: mientras tanto las cámaras no la reconocen.",
    "This person needs enrolment: until then the cameras do not recognise them.",
)
OVER_TIME = Message("Detecciones en el tiempo", "Detections over time")
LATEST_OF = Message(
    "El gráfico muestra las {shown} detecciones más recientes de {total}; el resumen cuenta todas.",
    "The chart shows the latest {shown} detections of {total}; the summary counts all.",
)

NO_REPORTS = Message(
    "Aún no hay reportes. Se generan cada 15 minutos mientras «report_generator.py» está en marcha; "
    "un período sin detecciones no genera reporte.",
    "There is no report yet. One is made every 15 minutes while “report_generator.py” runs; "
    "a period without detections has none.",
)
REPORT = Message("Reporte", "Report")
LATEST_REPORT = Message("El más reciente", "The latest")
WINDOW = Message("Período", "Window")
PEOPLE = Message("Personas", "People")
ALERTS_RAISED = Message("Alertas", "Alerts")
KIND = Message("Tipo", "Kind")
KINDS: Mapping[str, Message] = {
    "scheduled": Message("Programado", "Scheduled"),
    "manual": Message("Manual", "Manual"),
}
REVISION = Message("Revisión", "Revision")
REVISED = Message("Revisión {revision}: llegaron detecciones tarde", "Revision {revision}: detections came late")
GENERATED = Message("generado {time}", "generated {time}")
STRESS_PCT = Message("Estrés o tristeza", "Stress or sadness")
FATIGUE_PCT = Message("Fatiga", "Fatigue")
CONFIDENCE = Message("Confianza media", "Mean confidence")
BY_PERSON = Message("Por persona", "By person")
NOBODY_IN_REPORT = Message(
    "En este período no se reconoció a ningún empleado; las personas no enroladas solo se cuentan.",
    "No employee was recognised in this window; people who are not enrolled are only counted.",
)
RECENT_REPORTS = Message("Reportes recientes", "Recent reports")
DOWNLOAD_JSON = Message("Descargar JSON", "Download JSON")
DOWNLOAD_CSV = Message("Descargar CSV", "Download CSV")

CAMERA_PRIVACY = Message(
    "La imagen llega directamente del dispositivo a este navegador. No se guarda ni se envía a ningún servidor.",
    "The picture comes straight from the device to this browser. It is neither stored nor sent to any server.",
)
PREVIEW_STATES: Mapping[str, tuple[Message, Message]] = {
    "connecting": (
        Message("Conectando con la cámara", "Connecting to the camera"),
        Message(
            "Si la imagen no aparece, compruebe que el dispositivo funciona en esta misma máquina.",
            "If no picture appears, check that the device runs on this same machine.",
        ),
    ),
    "starting": (
        Message("Iniciando", "Starting"),
        Message("La imagen aparecerá en unos segundos.", "The picture appears in a few seconds."),
    ),
    "no_camera": (
        Message("Sin cámara", "No camera"),
        Message(
            "El dispositivo no recibe imagen y sigue intentándolo. Revise el cable o la dirección de la cámara; "
            "sin cámara, use «--source demo».",
            "The device gets no picture and keeps trying. Check the cable or the address of the camera; "
            "without a camera, use “--source demo”.",
        ),
    ),
    "silent": (
        Message("Sin señal", "No signal"),
        Message(
            "El dispositivo dejó de comunicarse. Compruebe que está encendido y en la red.",
            "The device stopped talking. Check that it is switched on and on the network.",
        ),
    ),
    "stopped": (
        Message("Detenido", "Stopped"),
        Message("El dispositivo se detuvo ordenadamente.", "The device was stopped in order."),
    ),
    "no_preview": (
        Message("Sin vista previa", "No preview"),
        Message(
            "Este dispositivo no ofrece vista previa (puede estar mostrando su propia ventana).",
            "This device offers no preview (it may be showing a window of its own).",
        ),
    ),
    "elsewhere": (
        Message("Vista previa en otra máquina", "Preview on another machine"),
        Message(
            "La vista previa solo se muestra en la máquina que tiene la cámara.",
            "The preview is only shown on the machine that has the camera.",
        ),
    ),
}

SERVING = Message("Tablero en {url} (Ctrl-C para terminar)", "Dashboard at {url} (Ctrl-C to end)")
USAGE = Message(
    "Tablero de Stress Vision. Se configura con STRESSVISION_DASHBOARD_PORT y STRESSVISION_API_URL.",
    "The Stress Vision dashboard. Set STRESSVISION_DASHBOARD_PORT and STRESSVISION_API_URL to configure it.",
)
