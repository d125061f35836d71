"""Texts of the page that acknowledges an alert from a message."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLES: Mapping[str, Message] = {
    "pending": Message(es="¿Atender la alerta n.º {id}?", en="Acknowledge alert no. {id}?"),
    "acknowledged": Message(es="La alerta n.º {id} está atendida", en="Alert no. {id} is acknowledged"),
    "used": Message(es="Este enlace ya se usó", en="This link was used already"),
    "settled": Message(es="La alerta n.º {id} ya está atendida", en="Alert no. {id} is acknowledged already"),
}
REMEDIES: Mapping[str, Message] = {
    "pending": Message(
        es="Quedará anotado que la atendió «{destination}» por este enlace. Nada cambia hasta que pulse el botón.",
        en="It will be recorded that “{destination}” acknowledged it by this link. Nothing changes until you press the "
        "button.",
    ),
    "acknowledged": Message(
        es="Quedó anotado que la atendió «{destination}» por este enlace. Para verla, anotarla o resolverla, abra el "
        "tablero.",
        en="It is recorded that “{destination}” acknowledged it by this link. Open the dashboard to see, annotate or "
        "resolve it.",
    ),
    "used": Message(
        es="Sirve una sola vez. Abra el tablero para ver cómo sigue la alerta.",
        en="It works once. Open the dashboard to see the state of the alert.",
    ),
    "settled": Message(
        es="Otra persona se hizo cargo: no hay nada que hacer.",
        en="Another person took care of it: nothing is left to do.",
    ),
}
FACTS = Message(es="{severity} · {time}, hora de planta", en="{severity} · {time}, plant time")
REFUSED = Message(es="No se pudo atender la alerta", en="The alert could not be acknowledged")
ACKNOWLEDGE = Message(es="Atender", en="Acknowledge")
TO_ALERT = Message(es="Abrir el tablero", en="Open the dashboard")
