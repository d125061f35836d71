"""Texts of the page of employees."""

from collections.abc import Mapping

from stressvision.core.texts import Message

NO_EMPLOYEES = Message(
    es="Aún no hay empleados. Inscriba al primero en «Inscribir».",
    en="There are no employees yet. Enrol the first one on “Enrol”.",
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
STATUS = Message(es="Estado", en="State")
STATUSES: Mapping[str, Message] = {
    "enrolled": Message(es="Inscritos", en="Enrolled"),
    "needs_enrolment": Message(es="Por inscribir", en="Need enrolment"),
    "inactive": Message(es="Inactivos", en="Inactive"),
}
NOTHING_FOUND = Message(es="Ninguna persona coincide con los filtros.", en="Nobody matches the filters.")
INACTIVE = Message(es="Inactivo", en="Inactive")
DEMO = Message(es="demostración", en="demo")
PERSON = Message(es="Persona", en="Person")
NEEDS_ENROLMENT = Message(
    es="Esta persona necesita inscripción: mientras tanto las cámaras no la reconocen.",
    en="This person needs enrolment: until then the cameras do not recognise them.",
)
