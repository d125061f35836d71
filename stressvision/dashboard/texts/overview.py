"""Texts of the overview."""

from stressvision.core.texts import Message

STRESS_SHARE_HELP = Message(
    es="Detecciones con expresión compatible con estrés o tristeza, entre todas las de la última hora.",
    en="Detections whose expression is compatible with stress or sadness, among all of the last hour.",
)

WITHHELD = Message(es="reservado", en="withheld")
WITHHELD_HELP = Message(
    es="Las cuentas de administración cuidan el sistema y no ven cifras de personas ni de grupos. No significa que no "
    "haya nadie.",
    en="Accounts of administration keep the system running and see no figures about people or groups. It does not mean "
    "that nobody was there.",
)

ACTIVE_EMPLOYEES = Message(es="Empleados", en="Employees")
DETECTIONS_LAST_HOUR = Message(es="Detecciones, última hora", en="Detections, last hour")
PEOPLE_LAST_HOUR = Message(es="Personas vistas, última hora", en="People seen, last hour")
PENDING_ALERTS = Message(es="Alertas pendientes", en="Pending alerts")
ACTIVE_DEVICES = Message(es="Dispositivos activos", en="Active devices")
ONE_PENDING = Message(
    es="Hay 1 alerta pendiente de revisar",
    en="1 alert is pending review",
)
MANY_PENDING = Message(
    es="Hay {count} alertas pendientes de revisar",
    en="{count} alerts are pending review",
)
TROUBLED = Message(es="{count} de {all} cámaras no observan", en="{count} of {all} cameras are not watching")
SEE_CAMERAS = Message(es="Ver cámaras", en="See cameras")
SEE_ALERTS = Message(es="Ver alertas", en="See alerts")

DISTRIBUTION = Message(es="Expresión compatible con… (24 horas)", en="Expression compatible with… (24 hours)")
BY_HOUR = Message(es="Detecciones por hora", en="Detections by hour")
NO_STATS = Message(
    es="Aún no hay detecciones en las últimas 24 horas. Aparecerán aquí cuando una cámara vea a alguien.",
    en="There are no detections in the last 24 hours yet. They appear here when a camera sees a person.",
)
FEED = Message(es="Últimas detecciones", en="Latest detections")
NO_FEED = Message(
    es="Aún no ha pasado nadie ante una cámara. Cada detección aparecerá aquí al instante.",
    en="No person has passed a camera yet. Each detection appears here at once.",
)
NOT_ENROLLED = Message(es="Persona no inscrita", en="Person not enrolled")
UNKNOWN_EMPLOYEE = Message(es="Empleado {id}", en="Employee {id}")
