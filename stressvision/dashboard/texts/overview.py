"""What the summary says."""

from stressvision.core.errors import Message

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
NO_STATS = Message(
    "Aún no hay detecciones en las últimas 24 horas. Aparecerán aquí en cuanto una cámara vea a alguien.",
    "There is no detection in the last 24 hours yet. They appear here as soon as a camera sees somebody.",
)
FEED = Message("Últimas detecciones", "Latest detections")
NO_FEED = Message(
    "Aún no ha pasado nadie ante una cámara. Cada detección aparecerá aquí al instante.",
    "Nobody has been before a camera yet. Each detection appears here at once.",
)
NOT_ENROLLED = Message("Persona no inscrita", "Person not enrolled")
UNKNOWN_EMPLOYEE = Message("Empleado {id}", "Employee {id}")
