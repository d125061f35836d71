"""What the page of alerts says."""

from collections.abc import Mapping

from stressvision.core.errors import Message

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

SUBJECTS: Mapping[str, Message] = {
    "people": Message("Personas", "People"),
    "devices": Message("Dispositivos", "Devices"),
}
SUBJECT_FILTER = Message("De quién son las alertas", "What the alerts are about")
NO_DEVICE_ALERTS = Message("Ningún dispositivo da problemas.", "No device is in trouble.")
ONE_TROUBLED = Message("1 dispositivo no envía datos: vea «Dispositivos».", "1 device sends no data: see “Devices”.")
MANY_TROUBLED = Message(
    "{count} dispositivos no envían datos: vea «Dispositivos».", "{count} devices send no data: see “Devices”."
)
SINCE = Message("Desde el {time}", "Since {time}")
MINUTE = Message("{time}: {events} de {total} detecciones", "{time}: {events} of {total} detections")
LEGEND_STRESS = Message("compatible con estrés o tristeza, por minuto", "compatible with stress or sadness, by minute")
LEGEND_FATIGUE = Message("compatible con fatiga, por minuto", "compatible with fatigue, by minute")
SHARE = Message("De lo visto en ese tiempo", "Of what was seen in that time")
SHARE_HELP = Message(
    "Parte de las detecciones de la persona, desde que empieza la ventana, que la regla cuenta.",
    "Share of the person's detections, since the window began, that the rule counts.",
)
USUAL = Message("Su nivel habitual", "Their usual level")
USUAL_OF = Message("{share} ({days} días)", "{share} ({days} days)")
NO_HISTORY = Message("Sin historia suficiente", "Not enough history")
USUAL_HELP = Message(
    "Mediana de los últimos 14 días a la misma hora; hacen falta al menos 3 días con medio minuto de detecciones.",
    "Median of the last 14 days at the same time of day; at least 3 days with half a minute of detections are needed.",
)
CHANCE = Message("Que sea solo error del modelo", "That it is the model's error alone")
CHANCE_CERTAIN = Message("Casi seguro: más de 99 %", "Almost certain: above 99 %")
CHANCE_ONE_IN = Message("1 en {count}", "1 in {count}")
CHANCE_TINY = Message("Menos de 1 en un millón", "Below 1 in a million")
CHANCE_HELP = Message(
    "Probabilidad de que un rostro neutro dé tantas detecciones solo por los errores del modelo (ficha del modelo). "
    "Toma cada detección como independiente: las vecinas se parecen, así que la cifra real es mayor. "
    "No dice lo que la persona siente.",
    "Probability that a neutral face gives as many detections by the model's errors alone (model card). "
    "It takes detections for independent: neighbours are alike, so the true figure is larger. "
    "It does not say what the person feels.",
)
ESCALATED_TIMES = Message("Escalada (paso {count})", "Passed on (step {count})")
OPEN = Message("Historial", "History")
OPEN_TITLE = Message("Alerta", "Alert")
HISTORY = Message("Historial", "History")
STEPS: Mapping[str, Message] = {
    "raised": Message("Generada", "Raised"),
    "acknowledged": Message("Reconocida", "Acknowledged"),
    "noted": Message("Nota", "Note"),
    "resolved": Message("Resuelta", "Resolved"),
    "escalated": Message("Escalada: nadie la había reconocido", "Passed on: nobody had acknowledged it"),
    "silenced": Message("Silenciada", "Silenced"),
}
STEP_BY = Message("{what} · {user}", "{what} · {user}")
NEW_NOTE = Message("Nota nueva", "New note")
ADD_NOTE = Message("Añadir nota", "Add note")
WORDS_MISSING = Message("Escriba primero el texto.", "Write the text first.")
SILENCE = Message("Silenciar las alertas de {who}", "Silence the alerts of {who}")
SILENCE_SPAN = Message("Sin alertas durante", "No alerts for")
SILENCE_SPANS: Mapping[int, Message] = {
    60: Message("1 hora", "1 hour"),
    480: Message("8 horas", "8 hours"),
    1440: Message("1 día", "1 day"),
    10080: Message("7 días", "7 days"),
}
SILENCE_REASON = Message("Motivo", "Reason")
SILENCE_REASON_HINT = Message("Por ejemplo: ya atendido por el servicio médico", "For example: already attended to")
BEGIN_SILENCE = Message("Silenciar", "Silence")
SILENCE_BEGUN = Message("Sin alertas hasta el {time}.", "No alerts until {time}.")
ONE_SILENCE = Message("1 silencio vigente", "1 silence in force")
MANY_SILENCES = Message("{count} silencios vigentes", "{count} silences in force")
SILENCE_LINE = Message(
    "{who}: sin alertas hasta el {time}. {reason} ({user}).", "{who}: no alerts until {time}. {reason} ({user})."
)
KEPT_QUIET = Message("Lo que se calló: {count}.", "Kept quiet: {count}.")
END_SILENCE = Message("Terminar", "End")
ATTENDANT_FIRST = Message(
    "Diga antes quién atiende: reconozca o anote una alerta.",
    "First say who attends: acknowledge or annotate an alert.",
)
UNDELIVERED = Message(
    "Hay avisos sin entregar desde el {time}: esperan {count}",
    "Messages have not been delivered since {time}: {count} wait",
)
