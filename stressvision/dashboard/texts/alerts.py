"""What the page of alerts says."""

from collections.abc import Mapping

from stressvision.core.errors import Message

ALERT_FILTERS: Mapping[str, Message] = {
    "pending": Message(es="Pendientes", en="Pending"),
    "acknowledged": Message(es="Reconocidas", en="Acknowledged"),
    "resolved": Message(es="Resueltas", en="Resolved"),
    "all": Message(es="Todas", en="All"),
}
ALERT_STATUSES: Mapping[str, Message] = {
    "pending": Message(es="Pendiente", en="Pending"),
    "acknowledged": Message(es="Reconocida", en="Acknowledged"),
    "resolved": Message(es="Resuelta", en="Resolved"),
}
NO_ALERTS: Mapping[str, Message] = {
    "pending": Message(
        es="No hay alertas pendientes. Todo está atendido.", en="No alert is pending. All is attended to."
    ),
    "acknowledged": Message(
        es="No hay alertas reconocidas por resolver.", en="No acknowledged alert is left to resolve."
    ),
    "resolved": Message(es="Aún no se ha resuelto ninguna alerta.", en="No alert has been resolved yet."),
    "all": Message(es="Aún no se ha generado ninguna alerta.", en="No alert has been raised yet."),
}
SEVERITIES: Mapping[str, Message] = {
    "high": Message(es="Severidad alta", en="High severity"),
    "medium": Message(es="Severidad media", en="Medium severity"),
    "low": Message(es="Severidad baja", en="Low severity"),
}
SEVERITY_UNKNOWN = Message(es="Severidad sin indicar", en="Severity not stated")
STATUS_FILTER = Message(es="Estado de las alertas", en="Status of the alerts")
ALERT_NUMBER = Message(es="Alerta {id}", en="Alert {id}")
EVIDENCE = Message(
    es="{events} de {total} detecciones · confianza media {confidence}",
    en="{events} of {total} detections · mean confidence {confidence}",
)
NO_EVIDENCE = Message(es="Sin evidencia guardada con la alerta", en="No evidence kept with the alert")
ACKNOWLEDGED_BY = Message(es="Reconocida por {user} el {time}", en="Acknowledged by {user} on {time}")
RESOLVED_BY = Message(es="Resuelta por {user} el {time}", en="Resolved by {user} on {time}")
NOTES = Message(es="Notas", en="Notes")
NOTES_HINT = Message(es="Qué se hizo y qué se acordó", en="What was done and agreed")
ACKNOWLEDGE = Message(es="Reconocer", en="Acknowledge")
RESOLVE = Message(es="Resolver", en="Resolve")
ACKNOWLEDGE_TITLE = Message(es="Reconocer alerta", en="Acknowledge alert")
RESOLVE_TITLE = Message(es="Resolver alerta", en="Resolve alert")
ACTING_USER = Message(es="Su identificador", en="Your identifier")
ACTING_USER_HINT = Message(es="Por ejemplo: medico.ocupacional", en="For example: occupational.doctor")
ACTING_USER_HELP = Message(
    es="Queda registrado quién atiende cada alerta. Se pide una sola vez por sesión.",
    en="Who attends to each alert is recorded. This is asked once a session.",
)
ACTING_USER_MISSING = Message(es="Escriba su identificador para continuar.", en="Give your identifier to continue.")
ACTING_AS = Message(es="Atiende: {user}", en="Attending: {user}")
CHANGE_ACTING_USER = Message(es="Cambiar", en="Change")
ACKNOWLEDGED = Message(es="Alerta {id} reconocida.", en="Alert {id} acknowledged.")
RESOLVED = Message(es="Alerta {id} resuelta.", en="Alert {id} resolved.")
REFUSED = Message(es="No se pudo cambiar la alerta {id}. {reason}", en="Alert {id} could not be changed. {reason}")
SHOW_MORE = Message(es="Mostrar más", en="Show more")

SUBJECTS: Mapping[str, Message] = {
    "people": Message(es="Personas", en="People"),
    "devices": Message(es="Dispositivos", en="Devices"),
}
SUBJECT_FILTER = Message(es="De quién son las alertas", en="What the alerts are about")
NO_DEVICE_ALERTS = Message(es="Ningún dispositivo da problemas.", en="No device is in trouble.")
ONE_TROUBLED = Message(
    es="1 dispositivo no envía datos: vea «Dispositivos».", en="1 device sends no data: see “Devices”."
)
MANY_TROUBLED = Message(
    es="{count} dispositivos no envían datos: vea «Dispositivos».", en="{count} devices send no data: see “Devices”."
)
SINCE = Message(es="Desde el {time}", en="Since {time}")
MINUTE = Message(es="{time}: {events} de {total} detecciones", en="{time}: {events} of {total} detections")
LEGEND_STRESS = Message(
    es="compatible con estrés o tristeza, por minuto", en="compatible with stress or sadness, by minute"
)
LEGEND_FATIGUE = Message(es="compatible con fatiga, por minuto", en="compatible with fatigue, by minute")
SHARE = Message(es="De lo visto en ese tiempo", en="Of what was seen in that time")
SHARE_HELP = Message(
    es="Parte de las detecciones de la persona, desde que empieza la ventana, que la regla cuenta.",
    en="Share of the person's detections, since the window began, that the rule counts.",
)
USUAL = Message(es="Su nivel habitual", en="Their usual level")
USUAL_OF = Message(es="{share} ({days} días)", en="{share} ({days} days)")
NO_HISTORY = Message(es="Sin historia suficiente", en="Not enough history")
USUAL_HELP = Message(
    es="Mediana de los últimos 14 días a la misma hora; hacen falta al menos 3 días con medio minuto de detecciones.",
    en="Median of the last 14 days at the same time of day; at least 3 days with half a minute of detections are "
    "needed.",
)
CHANCE = Message(es="Que sea solo error del modelo", en="That it is the model's error alone")
CHANCE_CERTAIN = Message(es="Casi seguro: más de 99 %", en="Almost certain: above 99 %")
CHANCE_ONE_IN = Message(es="1 en {count}", en="1 in {count}")
CHANCE_TINY = Message(es="Menos de 1 en un millón", en="Below 1 in a million")
CHANCE_HELP = Message(
    es="Probabilidad de que un rostro neutro dé tantas detecciones solo por los errores del modelo (ficha del modelo). "
    "Toma cada detección como independiente: las vecinas se parecen, así que la cifra real es mayor. "
    "No dice lo que la persona siente.",
    en="Probability that a neutral face gives as many detections by the model's errors alone (model card). "
    "It takes detections for independent: neighbours are alike, so the true figure is larger. "
    "It does not say what the person feels.",
)
ESCALATED_TIMES = Message(es="Escalada (paso {count})", en="Passed on (step {count})")
OPEN = Message(es="Historial", en="History")
OPEN_TITLE = Message(es="Alerta", en="Alert")
HISTORY = Message(es="Historial", en="History")
STEPS: Mapping[str, Message] = {
    "raised": Message(es="Generada", en="Raised"),
    "acknowledged": Message(es="Reconocida", en="Acknowledged"),
    "noted": Message(es="Nota", en="Note"),
    "resolved": Message(es="Resuelta", en="Resolved"),
    "escalated": Message(es="Escalada: nadie la había reconocido", en="Passed on: nobody had acknowledged it"),
    "silenced": Message(es="Silenciada", en="Silenced"),
}
STEP_BY = Message(es="{what} · {user}", en="{what} · {user}")
NEW_NOTE = Message(es="Nota nueva", en="New note")
ADD_NOTE = Message(es="Añadir nota", en="Add note")
WORDS_MISSING = Message(es="Escriba primero el texto.", en="Write the text first.")
SILENCE = Message(es="Silenciar las alertas de {who}", en="Silence the alerts of {who}")
SILENCE_SPAN = Message(es="Sin alertas durante", en="No alerts for")
SILENCE_SPANS: Mapping[int, Message] = {
    60: Message(es="1 hora", en="1 hour"),
    480: Message(es="8 horas", en="8 hours"),
    1440: Message(es="1 día", en="1 day"),
    10080: Message(es="7 días", en="7 days"),
}
SILENCE_REASON = Message(es="Motivo", en="Reason")
SILENCE_REASON_HINT = Message(
    es="Por ejemplo: ya atendido por el servicio médico", en="For example: already attended to"
)
BEGIN_SILENCE = Message(es="Silenciar", en="Silence")
SILENCE_BEGUN = Message(es="Sin alertas hasta el {time}.", en="No alerts until {time}.")
ONE_SILENCE = Message(es="1 silencio vigente", en="1 silence in force")
MANY_SILENCES = Message(es="{count} silencios vigentes", en="{count} silences in force")
SILENCE_LINE = Message(
    es="{who}: sin alertas hasta el {time}. {reason} ({user}).", en="{who}: no alerts until {time}. {reason} ({user})."
)
KEPT_QUIET = Message(es="Lo que se calló: {count}.", en="Kept quiet: {count}.")
END_SILENCE = Message(es="Terminar", en="End")
ACTING_USER_FIRST = Message(
    es="Diga antes quién atiende: reconozca o anote una alerta.",
    en="First say who attends: acknowledge or annotate an alert.",
)
UNDELIVERED = Message(
    es="Hay avisos sin entregar desde el {time}: esperan {count}",
    en="Messages have not been delivered since {time}: {count} wait",
)
