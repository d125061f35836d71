"""Texts of the page of alerts."""

from collections.abc import Mapping

from stressvision.core.texts import Message
from stressvision.domain.alerts import DEVICE_SILENT, DEVICE_WITHOUT_DATA, PROLONGED_FATIGUE, PROLONGED_STRESS

ALERT_STATUSES: Mapping[str, Message] = {
    "pending": Message(es="Pendiente", en="Pending"),
    "acknowledged": Message(es="Atendida", en="Acknowledged"),
    "resolved": Message(es="Resuelta", en="Resolved"),
}
SEVERITIES: Mapping[str, Message] = {
    "high": Message(es="Severidad alta", en="High severity"),
    "medium": Message(es="Severidad media", en="Medium severity"),
    "low": Message(es="Severidad baja", en="Low severity"),
}
SEVERITY_UNKNOWN = Message(es="Severidad sin indicar", en="Severity not stated")
DESCRIPTIONS: Mapping[str, Message] = {
    PROLONGED_STRESS: Message(
        es="Expresión compatible con estrés o tristeza durante un tiempo prolongado",
        en="Expression compatible with stress or sadness for a prolonged time",
    ),
    PROLONGED_FATIGUE: Message(
        es="Expresión compatible con fatiga durante un tiempo prolongado",
        en="Expression compatible with fatigue for a prolonged time",
    ),
    DEVICE_SILENT: Message(es="El dispositivo no envía señal", en="The device sends no signal"),
    DEVICE_WITHOUT_DATA: Message(es="El dispositivo no recibe imagen", en="The device receives no picture"),
}
"""By alert type. The description stored with an alert is Spanish, so it is shown only for types that are not here."""
BEFORE_POLICY = Message(es="Alerta anterior a la política UE", en="Alert from before the EU policy")
STATUS_FILTER = Message(es="Estado de las alertas", en="Status of the alerts")
ALERT_NUMBER = Message(es="Alerta {id}", en="Alert {id}")
EVIDENCE = Message(
    es="{events} de {total} detecciones · confianza media {confidence}",
    en="{events} of {total} detections · mean confidence {confidence}",
)
NO_EVIDENCE = Message(
    es="Sin evidencia guardada con la alerta",
    en="No evidence stored with the alert",
)
ACKNOWLEDGED_BY = Message(es="Atendida por {user} el {time}", en="Acknowledged by {user} on {time}")
RESOLVED_BY = Message(es="Resuelta por {user} el {time}", en="Resolved by {user} on {time}")
NOTES = Message(es="Notas", en="Notes")
NOTES_HINT = Message(
    es="Qué se hizo y qué se acordó",
    en="Actions taken and agreed",
)
ACKNOWLEDGE = Message(
    es="Atender",
    en="Acknowledge",
)
RESOLVE = Message(es="Resolver", en="Resolve")
ACTING_USER = Message(es="Su identificador", en="Your identifier")
ACTING_USER_HINT = Message(es="Por ejemplo: medico.ocupacional", en="For example: occupational.doctor")
ACTING_USER_HELP = Message(
    es="Queda registrado quién atiende cada alerta. Se pide una sola vez por sesión.",
    en="The user that acknowledges each alert is recorded. Entered once per session.",
)
ACTING_USER_MISSING = Message(
    es="Escriba su identificador para continuar.",
    en="Enter your identifier to continue.",
)
ACTING_AS = Message(
    es="Atiende: {user}",
    en="User: {user}",
)
CHANGE_ACTING_USER = Message(es="Cambiar", en="Change")
ACKNOWLEDGED = Message(es="Alerta {id} atendida: {subject}.", en="Alert {id} acknowledged: {subject}.")
RESOLVED = Message(es="Alerta {id} resuelta: {subject}.", en="Alert {id} resolved: {subject}.")
NOTE_ADDED = Message(es="Nota añadida a la alerta {id}: {subject}.", en="Note added to alert {id}: {subject}.")
CONFLICT = Message(
    es="{reason} Su decisión no se guardó. Si escribió un texto, se conserva: puede añadirlo como nota.",
    en="{reason} Your decision was not stored. Any text you entered is kept: you may add it as a note.",
)
REFUSED = Message(
    es="No se pudo cambiar la alerta {id} de {subject}. {reason}",
    en="Alert {id} of {subject} could not be changed. {reason}",
)

SUBJECTS: Mapping[str, Message] = {
    "people": Message(es="Personas", en="People"),
    "devices": Message(es="Dispositivos", en="Devices"),
}
SUBJECT_FILTER = Message(
    es="Personas o dispositivos",
    en="People or devices",
)
NO_DEVICE_ALERTS = Message(
    es="Ningún dispositivo tiene problemas.",
    en="No device has a problem.",
)
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
SHARE = Message(
    es="Parte de sus detecciones en ese período",
    en="Share of their detections in that period",
)
SHARE_HELP = Message(
    es="Porcentaje de las detecciones de la persona, desde que empieza la ventana, que la regla cuenta.",
    en="Percentage of the person's detections, from the start of the window, that the rule counts.",
)
USUAL = Message(es="Su nivel habitual", en="Their usual level")
USUAL_OF = Message(es="{share} ({days} días)", en="{share} ({days} days)")
NO_HISTORY = Message(es="Sin historia suficiente", en="Not enough history")
USUAL_HELP = Message(
    es="Mediana de los últimos 14 días a la misma hora; hacen falta al menos 3 días con medio minuto de detecciones.",
    en="Median of the last 14 days at the same time of day; at least 3 days with half a minute of detections are "
    "needed.",
)
EXCESS = Message(es="Frente a su nivel habitual", en="Against their usual level")
POINTS = Message(es="{points} puntos porcentuales", en="{points} percentage points")
EXCESS_HELP = Message(
    es="Cuánto se aleja esta alerta de lo habitual en la persona. La severidad solo indica la confianza media del "
    "modelo.",
    en="How far this alert lies from what is usual for the person. Severity shows the mean confidence of the model "
    "only.",
)
CHANCE = Message(
    es="Probabilidad si el rostro fuera neutro",
    en="Probability if the face were neutral",
)
CHANCE_CERTAIN = Message(es="Casi seguro: más de 99 %", en="Almost certain: above 99 %")
CHANCE_ONE_IN = Message(es="1 en {count}", en="1 in {count}")
CHANCE_TINY = Message(es="Menos de 1 en un millón", en="Below 1 in a million")
CHANCE_HELP = Message(
    es="Probabilidad de que un rostro neutro dé tantas detecciones solo por errores del modelo (ficha del modelo). "
    "Supone que las detecciones son independientes; como las seguidas se parecen, la cifra real es mayor. "
    "No indica lo que la persona siente.",
    en="Probability that a neutral face yields this many detections through errors of the model alone (model card). "
    "It assumes independent detections; consecutive ones are alike, so the true figure is larger. "
    "It does not show what the person feels.",
)
ESCALATED_TIMES = Message(es="Escalada (paso {count})", en="Escalated (step {count})")
HISTORY = Message(es="Historial", en="History")
STEPS: Mapping[str, Message] = {
    "raised": Message(es="Generada", en="Created"),
    "acknowledged": Message(es="Atendida", en="Acknowledged"),
    "noted": Message(es="Nota", en="Note"),
    "resolved": Message(es="Resuelta", en="Resolved"),
    "escalated": Message(es="Escalada: nadie la había atendido", en="Escalated: not acknowledged in time"),
    "silenced": Message(es="No creada: alertas en pausa", en="Not created: alerts paused"),
}
STEP_BY = Message(es="{step} · {user}", en="{step} · {user}")
NEW_NOTE = Message(es="Nota nueva", en="New note")
ADD_NOTE = Message(es="Añadir nota", en="Add note")
WORDS_MISSING = Message(
    es="Escriba primero el texto.",
    en="Enter the text first.",
)
SILENCE = Message(es="Pausar las alertas de {subject}", en="Pause the alerts of {subject}")
SILENCE_SPAN = Message(es="Sin alertas durante", en="No alerts for")
SILENCE_SPANS: Mapping[int, Message] = {
    60: Message(es="1 hora", en="1 hour"),
    480: Message(es="8 horas", en="8 hours"),
    1440: Message(es="1 día", en="1 day"),
    10080: Message(es="7 días", en="7 days"),
}
SILENCE_REASON = Message(es="Motivo", en="Reason")
SILENCE_REASON_HINT = Message(
    es="Por ejemplo: ya atendido por el servicio médico", en="For example: already seen by the doctor"
)
SILENCE_BEGUN = Message(es="Sin alertas hasta el {time}.", en="No alerts until {time}.")
ONE_SILENCE = Message(es="1 pausa vigente", en="1 pause in force")
MANY_SILENCES = Message(es="{count} pausas vigentes", en="{count} pauses in force")
SILENCE_LINE = Message(
    es="{subject}: sin alertas hasta el {time}. {reason} ({user}).",
    en="{subject}: no alerts until {time}. {reason} ({user}).",
)
SUPPRESSED = Message(
    es="Alertas no generadas: {count}.",
    en="Alerts suppressed: {count}.",
)
END_SILENCE = Message(es="Terminar", en="End")
ACTING_USER_FIRST = Message(
    es="Indique primero quién atiende: atienda o anote una alerta.",
    en="Enter your identifier first: acknowledge an alert or add a note.",
)
UNDELIVERED = Message(
    es="Hay avisos sin entregar desde el {time}: esperan {count}",
    en="Undelivered notifications since {time}: {count} waiting",
)
