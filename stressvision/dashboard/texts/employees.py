"""Texts of the page of employees."""

from collections.abc import Mapping

from stressvision.core.texts import Message

NO_EMPLOYEES = Message(
    es="Aún no hay empleados. Pida a quien administra el sistema que inscriba al primero.",
    en="There are no employees yet. Ask the administrator of the system to enrol the first one.",
)
ONE_EMPLOYEE = Message(es="1 persona", en="1 person")
MANY_EMPLOYEES = Message(es="{count} personas", en="{count} people")
SHIFT = Message(es="Turno", en="Shift")
ENROLMENT = Message(es="Inscripción", en="Enrolment")
QUALITY = Message(es="Calidad", en="Quality")
CONSENT = Message(es="Consentimiento", en="Consent")
PERSON_LAST_SEEN = Message(es="Visto por última vez", en="Last seen")
ENROLMENTS: Mapping[str, Message] = {
    "enrolled": Message(es="Inscrito", en="Enrolled"),
    "needs_enrolment": Message(es="Necesita inscripción", en="Needs enrolment"),
}
CONSENTS: Mapping[bool, Message] = {
    True: Message(es="Vigente", en="Given"),
    False: Message(es="Sin consentimiento", en="Not given"),
}
SHIFTS: Mapping[str, Message] = {
    "morning": Message(es="Mañana", en="Morning"),
    "afternoon": Message(es="Tarde", en="Afternoon"),
    "night": Message(es="Noche", en="Night"),
}
INACTIVE = Message(es="Inactivo", en="Inactive")
DEMO = Message(es="demostración", en="demo")
LOOK_UP = Message(es="Consulta de una persona", en="Look up one person")
PERSON = Message(es="Persona", en="Person")
CHOOSE_PERSON = Message(es="Elija a una persona", en="Choose a person")
PERIOD = Message(es="Período", en="Period")
PERIODS: Mapping[int, Message] = {
    15: Message(es="15 min", en="15 min"),
    60: Message(es="1 h", en="1 h"),
    480: Message(es="8 h", en="8 h"),
    1440: Message(es="24 h", en="24 h"),
}
LOOK_UP_BUTTON = Message(es="Consultar", en="Look up")
LOOK_UP_RECORDED = Message(
    es="Son datos de salud: cada consulta queda registrada.",
    en="These are health data: every look-up is recorded.",
)
NOBODY_CHOSEN = Message(es="Elija primero a una persona.", en="Choose a person first.")
LOOKED_UP_AT = Message(es="{name} · {period} · consultado {time}", en="{name} · {period} · looked up {time}")
STATE_NOW = Message(es="Estado actual", en="State now")
LAST_STATE = Message(es="{what}, {ago}, confianza {confidence}", en="{what}, {ago}, confidence {confidence}")
LAST_STATE_UNRATED = Message(es="{what}, {ago}", en="{what}, {ago}")
NO_STATE = Message(es="Sin detecciones en el período elegido.", en="No detection in the chosen period.")
NEEDS_ENROLMENT = Message(
    es="Esta persona necesita inscripción: mientras tanto las cámaras no la reconocen.",
    en="This person needs enrolment: until then the cameras do not recognise them.",
)
OVER_TIME = Message(es="Detecciones en el tiempo", en="Detections over time")
LATEST_OF = Message(
    es="El gráfico muestra las {shown} detecciones más recientes de {total}; el resumen cuenta todas.",
    en="The chart shows the latest {shown} detections of {total}; the summary counts all.",
)
