"""What the page of alerts says."""

from collections.abc import Mapping

from stressvision.errors import Message

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
SHOW_MORE = Message("Mostrar más", "Show more")
