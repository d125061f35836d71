"""What the page of employees says."""

from collections.abc import Mapping

from stressvision.core.errors import Message

NO_EMPLOYEES = Message(
    "Aún no hay empleados. Inscriba al primero con "
    "«python -m stressvision enrol --code EMP001 --name NOMBRE --photos CARPETA».",
    "There is no employee yet. Enrol the first with "
    "“python -m stressvision enrol --code EMP001 --name NAME --photos FOLDER”.",
)
ONE_EMPLOYEE = Message("1 persona", "1 person")
MANY_EMPLOYEES = Message("{count} personas", "{count} people")
SHIFT = Message("Turno", "Shift")
ENROLMENT = Message("Inscripción", "Enrolment")
QUALITY = Message("Calidad", "Quality")
CONSENT = Message("Consentimiento", "Consent")
PERSON_LAST_SEEN = Message("Visto por última vez", "Last seen")
ENROLMENTS: Mapping[str, Message] = {
    "enrolled": Message("Inscrito", "Enrolled"),
    "needs_enrolment": Message("Necesita inscripción", "Needs enrolment"),
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
    "Esta persona necesita inscripción: mientras tanto las cámaras no la reconocen.",
    "This person needs enrolment: until then the cameras do not recognise them.",
)
OVER_TIME = Message("Detecciones en el tiempo", "Detections over time")
LATEST_OF = Message(
    "El gráfico muestra las {shown} detecciones más recientes de {total}; el resumen cuenta todas.",
    "The chart shows the latest {shown} detections of {total}; the summary counts all.",
)
