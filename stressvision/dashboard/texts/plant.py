"""Texts of the page of the plant."""

from collections.abc import Mapping

from stressvision.core.texts import Message

SHORT_DAYS: tuple[Message, ...] = (
    Message(es="lun", en="Mon"),
    Message(es="mar", en="Tue"),
    Message(es="mié", en="Wed"),
    Message(es="jue", en="Thu"),
    Message(es="vie", en="Fri"),
    Message(es="sáb", en="Sat"),
    Message(es="dom", en="Sun"),
)

TITLE = Message(es="Planta", en="Plant")
SPAN = Message(es="Período", en="Period")
SPANS: Mapping[str, Message] = {
    "week": Message(es="Semana", en="Week"),
    "month": Message(es="Mes", en="Month"),
}
DAY = Message(es="Que contiene el día", en="That contains the day")
WEEK_OF = Message(es="Semana del lunes {first} al domingo {last}", en="Week from Monday {first} to Sunday {last}")
MONTH_OF = Message(es="Mes del {first} al {last}", en="Month from {first} to {last}")
UNTIL = Message(
    es="{period} · {days} días terminados, sin personas", en="{period} · {days} finished days, without persons"
)
EARLIER = Message(es="Anterior", en="Earlier")
LATER = Message(es="Siguiente", en="Later")
NOTHING = Message(
    es="En este período ningún cuarto de hora cerrado reunió a cinco personas o más, o todavía no ha terminado ningún "
    "día.",
    en="No closed quarter hour of this period had five people or more, or no day of it is over yet.",
)
STORY: Mapping[str, Message] = {
    "stress": Message(
        es="El {share} % de las detecciones fue compatible con estrés o tristeza{change}.",
        en="{share} % of the detections were compatible with stress or sadness{change}.",
    ),
    "fatigue": Message(
        es="El {share} % de las detecciones fue compatible con fatiga{change}.",
        en="{share} % of the detections were compatible with fatigue{change}.",
    ),
}
MORE = Message(es=", {points} puntos más que en el período anterior", en=", {points} points more than before")
LESS = Message(es=", {points} puntos menos que en el período anterior", en=", {points} points less than before")
SAME = Message(es=", lo mismo que en el período anterior", en=", the same as before")
STORY_PEAK = Message(
    es="La proporción más alta fue la de {area} a las {hour}:00 ({share} %, en {days} días).",
    en="The highest share was that of {area} at {hour}:00 ({share} %, on {days} days).",
)
STORY_NO_PEAK = Message(
    es="La hora con la proporción más alta fue la de las {hour}:00 ({share} %, en {days} días); ninguna área reunió a "
    "cinco personas en una misma hora.",
    en="The hour with the highest share was {hour}:00 ({share} %, on {days} days); no area had five people "
    "in one hour.",
)
STORY_COVERAGE = Message(
    es="Las cifras se apoyan en {days} de {all} días y en el {share} % de los cuartos de hora, los que reunieron a "
    "cinco personas o más.",
    en="The figures rest on {days} of {all} days and on {share} % of the quarter hours, those with five people "
    "or more.",
)
STRESS_SHARE = Message(es="Compatible con estrés o tristeza", en="Compatible with stress or sadness")
FATIGUE_SHARE = Message(es="Compatible con fatiga", en="Compatible with fatigue")
COVERAGE = Message(es="Cobertura: días con cifras", en="Coverage: days with figures")
DAYS_OF = Message(es="{days} de {all}", en="{days} of {all}")
AGAINST = Message(es="{points} puntos frente al anterior", en="{points} points against the one before")
NO_PREVIOUS = Message(es="sin período anterior", en="no period before")
BY_HOUR = Message(es="Áreas por hora del día", en="Areas by hour of the day")
CELL = Message(
    es="{share} % de {count} detecciones<br>en {days} de {all} días",
    en="{share} % of {count} detections<br>on {days} of {all} days",
)
WITHHELD_CELL = Message(es="menos de 5 personas, o nadie a esa hora", en="fewer than 5 people, or nobody at that hour")
HATCHED = Message(
    es="Con trama: menos de cinco personas, una cifra que dejaría calcularlas, o nadie a esa hora. Elija una celda o "
    "un área para ver su tendencia.",
    en="Hatched: fewer than five people, a figure that would reveal theirs, or nobody at that hour. Choose a cell or "
    "an area to see its trend.",
)
AREA = Message(es="Área", en="Area")
ALL_AREAS = Message(es="Toda la planta", en="The whole plant")
NO_AREA = Message(es="Sin área", en="No department")
TREND = Message(es="Día a día: {area}", en="Day by day: {area}")
PREVIOUS = Message(es="Período anterior", en="Period before")
NO_TREND = Message(es="Sin días que puedan mostrarse.", en="No day that can be shown.")
SHIFTS_TITLE = Message(es="Turnos", en="Shifts")
AREAS_TITLE = Message(es="Áreas frente al período anterior", en="Areas against the period before")
SHIFT = Message(es="Turno", en="Shift")
SHIFT_OF = Message(es="{name} ({start:02d}–{end:02d} h)", en="{name} ({start:02d}–{end:02d} h)")
CHANGE = Message(es="Cambio (puntos)", en="Change (points)")
DAYS = Message(es="Días", en="Days")
DOCUMENT = Message(es="Preparar el PDF de la semana", en="Prepare the PDF of the week")
