"""Texts of the page of one person."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLE = Message(es="Persona", en="Person")
CHOOSE = Message(es="Elija a una persona", en="Choose a person")
CHOOSE_FIRST = Message(
    es="Elija a una persona para ver su semana, sus alertas y quién consultó sus datos.",
    en="Choose a person to see their week, their alerts and who read their data.",
)
RECORDED = Message(
    es="Son datos de salud: cada consulta queda registrada y la persona puede ver quién la hizo.",
    en="These are health data: every look-up is recorded, and the person can see who made it.",
)
UNKNOWN = Message(es="No hay ninguna persona con ese número.", en="There is no person with that number.")
PERIOD = Message(es="Período", en="Period")
PERIODS: Mapping[str, Message] = {
    "hour": Message(es="1 h", en="1 h"),
    "shift": Message(es="8 h", en="8 h"),
    "day": Message(es="24 h", en="24 h"),
    "quarter": Message(es="90 días", en="90 days"),
}
STRESS = Message(es="Compatible con estrés o tristeza, 24 h", en="Compatible with stress or sadness, 24 h")
FATIGUE = Message(es="Compatible con fatiga, 24 h", en="Compatible with fatigue, 24 h")
SEEN = Message(es="Detecciones, 24 h", en="Detections, 24 h")
OPEN_ALERTS = Message(es="Alertas en 14 días", en="Alerts in 14 days")
LATEST = Message(es="Vista por última vez", en="Last seen")
USUAL_HELP = Message(
    es="Todas las detecciones de las últimas 24 horas, contadas en el servidor.",
    en="All detections of the last 24 hours, counted on the server.",
)
OVER_TIME = Message(es="Detecciones por expresión", en="Detections by expression")
NOTHING = Message(es="Sin detecciones en el período elegido.", en="No detection in the chosen period.")
NO_FIGURE = Message(es="sin datos", en="no data")
FORTNIGHT = Message(es="Catorce días, hora por hora", en="Fourteen days, hour by hour")
MEASURE = Message(es="Medida", en="Measure")
MEASURES: Mapping[str, Message] = {
    "stress": Message(es="Estrés o tristeza", en="Stress or sadness"),
    "fatigue": Message(es="Fatiga", en="Fatigue"),
}
AGAINST = Message(es="Comparar con su nivel habitual", en="Compare with their usual level")
AGAINST_HELP = Message(
    es="Diferencia, en puntos, con la mediana de la misma hora en los 14 días anteriores. Hacen falta tres días con 30 "
    "detecciones o más.",
    en="Difference, in points, from the median of the same hour on the 14 days before. It takes three days with 30 "
    "detections or more.",
)
POINTS = Message(es="puntos", en="points")
CELL = Message(es="{share} % de {count} detecciones", en="{share} % of {count} detections")
CELL_USUAL = Message(es="habitual {usual} % ({days} días)", en="usual {usual} % ({days} days)")
CELL_NO_USUAL = Message(es="sin historia suficiente", en="not enough history")
ALERT_MARK = Message(es="Alerta {id}", en="Alert {id}")
GREY = Message(
    es="Con trama: no se la vio, o no hay historia con qué comparar. Los rombos son alertas.",
    en="Hatched: not seen, or no history to compare with. Diamonds are alerts.",
)
TIMELINE = Message(es="Línea de tiempo", en="Time line")
NO_EVENTS = Message(es="Sin alertas, notas ni pausas en 14 días.", en="No alerts, notes or pauses in 14 days.")
EVENTS: Mapping[str, Message] = {
    "raised": Message(es="Alerta {id} generada", en="Alert {id} created"),
    "acknowledged": Message(es="Alerta {id} atendida", en="Alert {id} acknowledged"),
    "noted": Message(es="Nota en la alerta {id}", en="Note on alert {id}"),
    "resolved": Message(es="Alerta {id} resuelta", en="Alert {id} resolved"),
    "escalated": Message(
        es="Alerta {id} escalada: no se atendió a tiempo", en="Alert {id} escalated: not acknowledged in time"
    ),
    "silenced": Message(es="Alerta no creada: había una pausa", en="Alert not created: a pause was in force"),
    "pause_begun": Message(es="Alertas en pausa hasta el {ends}", en="Alerts paused until {ends}"),
    "recognition_paused": Message(
        es="Pidió no ser reconocido hasta el {ends}", en="Asked not to be recognised until {ends}"
    ),
    "pause_ended": Message(es="Fin de la pausa", en="End of the pause"),
}
GO_TO_ALERT = Message(es="Abrir la alerta más reciente", en="Open the latest alert")
KEPT = Message(es="Lo que se guarda", en="What is stored")
KEPT_NOTE = Message(
    es="Un documento con todo lo que el sistema guarda de esta persona, para entregárselo. La preparación queda "
    "registrada.",
    en="A document with everything that the system stores about this person, to hand over. "
    "Its preparation is recorded.",
)
PREPARE = Message(es="Preparar documento", en="Prepare the document")
PREPARING = Message(es="Preparando el documento…", en="Preparing the document…")
FILE_NAME = Message(es="lo_que_se_guarda", en="stored_data")
READERS = Message(es="Ver quién consultó sus datos", en="See who read their data")
OPEN_PERSON = Message(es="Abrir la página de {name}", en="Open the page of {name}")
PICK_ROW = Message(
    es="Marque una fila para abrir la página de esa persona.", en="Select a row to open the page of that person."
)
