"""Texts of the inbox: filters, lines, drawer, outcomes."""

from collections.abc import Mapping

from stressvision.core.texts import Message

FILTERS = Message(es="Filtros", en="Filters")
FILTERS_SET = Message(es="Filtros ({count})", en="Filters ({count})")
SEVERITY = Message(es="Severidad", en="Severity")
KIND = Message(es="Tipo", en="Kind")
KINDS: Mapping[str, Message] = {
    "stress": Message(es="Estrés o tristeza", en="Stress or sadness"),
    "fatigue": Message(es="Fatiga", en="Fatigue"),
}
STATUSES: Mapping[str, Message] = {
    "open": Message(es="Abiertas", en="Open"),
    "pending": Message(es="Pendientes", en="Pending"),
    "acknowledged": Message(es="Atendidas", en="Acknowledged"),
    "resolved": Message(es="Resueltas", en="Resolved"),
    "all": Message(es="Todas", en="All"),
}
NOTHING: Mapping[str, Message] = {
    "open": Message(es="No hay alertas abiertas.", en="No alerts are open."),
    "pending": Message(es="No hay alertas pendientes.", en="No alerts are pending."),
    "acknowledged": Message(
        es="No hay alertas atendidas por resolver.", en="No acknowledged alerts are left to resolve."
    ),
    "resolved": Message(es="Aún no se ha resuelto ninguna alerta.", en="No alerts have been resolved yet."),
    "all": Message(es="Aún no se ha generado ninguna alerta.", en="No alerts have been created yet."),
}
NOTHING_FOUND = Message(
    es="Ninguna alerta coincide con los filtros.",
    en="No alert matches the filters.",
)

ONE_NEW = Message(es="1 nueva – mostrar", en="1 new – show")
MANY_NEW = Message(es="{count} nuevas – mostrar", en="{count} new – show")
ONE_FOUND = Message(es="1 alerta", en="1 alert")
MANY_FOUND = Message(es="{count} alertas", en="{count} alerts")
ONE_PICKED = Message(es="1 elegida", en="1 selected")
MANY_PICKED = Message(es="{count} elegidas", en="{count} selected")
PICK = Message(es="Elegir la alerta de {subject}", en="Select the alert of {subject}")
SEE = Message(es="Ver", en="View")
UNDO = Message(es="Deshacer", en="Undo")
UNDONE = Message(es="Decisión deshecha: {subject}.", en="Decision undone: {subject}.")
BULK_RESOLVE = Message(es="Resolver…", en="Resolve…")
BULK_TITLE = Message(es="Resolver {count} alertas", en="Resolve {count} alerts")
BULK_DONE = Message(es="{count} alertas cambiadas.", en="{count} alerts changed.")
BULK_REFUSED = Message(
    es="{count} alertas cambiadas; {refused} no: {reason}", en="{count} alerts changed; {refused} not: {reason}"
)

SEVERITY_SHORT: Mapping[str, Message] = {
    "high": Message(es="Alta", en="High"),
    "medium": Message(es="Media", en="Medium"),
    "low": Message(es="Baja", en="Low"),
}
USUAL_SHARE = Message(es="habitual {share}", en="usual {share}")
NO_USUAL = Message(es="sin nivel habitual", en="no usual level")
NOT_TAKEN = Message(es="Sin atender", en="Not acknowledged")
TAKEN_BY = Message(es="Atiende {user}", en="With {user}")
CLOSED_BY = Message(es="Resuelta · {user}", en="Resolved · {user}")

REASON_STRESS = Message(
    es="{events} de sus {total} detecciones ({share}) desde las {start} fueron compatibles con estrés o tristeza.",
    en="{events} of their {total} detections ({share}) since {start} were compatible with stress or sadness.",
)
REASON_FATIGUE = Message(
    es="{events} de sus {total} detecciones ({share}) desde las {start} fueron compatibles con fatiga.",
    en="{events} of their {total} detections ({share}) since {start} were compatible with fatigue.",
)
REASON_USUAL = Message(
    es="A esa hora su nivel habitual es {usual} ({days} días).",
    en="At that time their usual level is {usual} ({days} days).",
)
EARLIER = Message(es="Alertas anteriores", en="Earlier alerts")
NO_EARLIER = Message(es="No tiene otras alertas.", en="There are no other alerts.")
TO_PERSON = Message(es="Ver 14 días de la persona", en="See 14 days of the person")
NOTE = Message(es="Nota", en="Note")
PAUSE = Message(es="Pausar", en="Pause")

OUTCOME = Message(es="¿Qué resultó ser?", en="What did it turn out to be?")
OUTCOMES: Mapping[str, Message] = {
    "useful": Message(es="Útil", en="Useful"),
    "false_alarm": Message(es="Falsa alarma", en="False alarm"),
    "unclear": Message(es="No se pudo saber", en="Could not be known"),
}
OUTCOME_HELP = Message(
    es="Sirve para saber cuántas alertas ayudan. No se usa para evaluar a nadie.",
    en="It shows how many alerts help. It is not used to assess anybody.",
)
OUTCOME_MISSING = Message(es="Elija qué resultó ser la alerta.", en="Choose what the alert turned out to be.")
USEFUL_SHARE = Message(
    es="Alertas útiles en {days} días: {share} de {judged} con resultado (intervalo del 95 %: {low} a {high}); "
    "{unclear} sin poder saberse, {unstated} sin resultado.",
    en="Useful alerts in {days} days: {share} of {judged} with an outcome (95 % interval: {low} to {high}); "
    "{unclear} could not be known, {unstated} without an outcome.",
)
NO_USEFUL_SHARE = Message(
    es="Alertas útiles: aún no hay resultados. Se preguntan al resolver cada alerta.",
    en="Useful alerts: no outcomes yet. They are asked when an alert is resolved.",
)
