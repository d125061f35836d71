"""What stands on paper."""

from collections.abc import Mapping

from stressvision.core.errors import Message

PRODUCT = Message("Gloria · Stress Vision", "Gloria · Stress Vision")
CONFIDENTIAL_PERSONS = Message("CONFIDENCIAL · datos de salud", "CONFIDENTIAL · health data")
CONFIDENTIAL = Message("CONFIDENCIAL · uso interno", "CONFIDENTIAL · internal use")
PAGE = Message("Página {page} de {pages}", "Page {page} of {pages}")
FOOTER = Message("Generado {time} · {by}", "Generated {time} · {by}")
BY_USER = Message("por {user}", "by {user}")
BY_NOBODY = Message("sin cuenta de usuario", "without a user account")

REPORT = Message("Reporte de {minutes} minutos", "Report of {minutes} minutes")
DAILY = Message("Reporte diario", "Daily report")
WEEKLY = Message("Reporte semanal", "Weekly report")
MANUAL = Message(" (manual)", " (manual)")
WITHOUT_PERSONS = Message(" · solo agregados", " · aggregates only")
WEEK = Message("Semana del {start} al {end}", "Week from {start} to {end}")
DAYS: Mapping[int, Message] = dict(
    enumerate(
        (
            Message("lunes", "Monday"),
            Message("martes", "Tuesday"),
            Message("miércoles", "Wednesday"),
            Message("jueves", "Thursday"),
            Message("viernes", "Friday"),
            Message("sábado", "Saturday"),
            Message("domingo", "Sunday"),
        )
    )
)
SHORT_DAYS: Mapping[int, Message] = dict(
    enumerate(
        (
            Message("lun", "Mon"),
            Message("mar", "Tue"),
            Message("mié", "Wed"),
            Message("jue", "Thu"),
            Message("vie", "Fri"),
            Message("sáb", "Sat"),
            Message("dom", "Sun"),
        )
    )
)
MONTHS = tuple(
    Message(spanish, english)
    for spanish, english in (
        ("enero", "January"),
        ("febrero", "February"),
        ("marzo", "March"),
        ("abril", "April"),
        ("mayo", "May"),
        ("junio", "June"),
        ("julio", "July"),
        ("agosto", "August"),
        ("septiembre", "September"),
        ("octubre", "October"),
        ("noviembre", "November"),
        ("diciembre", "December"),
    )
)
DATE = Message("{day} de {month} de {year}", "{day} {month} {year}")
DAY_AND_DATE = Message("{weekday}, {date}", "{weekday}, {date}")

WINDOW = Message("Período", "Window")
WINDOW_VALUE = Message("{start} – {end}, hora de planta", "{start} – {end}, plant time")
TIME_ZONE = Message("Zona horaria", "Time zone")
STATE = Message("Estado", "State")
FINAL = Message("Completo", "Complete")
PROVISIONAL = Message("Provisional: el período o sus datos aún no están completos", "Provisional: not complete yet")
REVISION = Message(", revisión {revision}: llegaron detecciones tarde", ", revision {revision}: detections came late")
COVERAGE = Message("Cobertura", "Coverage")
COVERAGE_VALUE = Message("{share} % del período, entre todas las cámaras", "{share} % of the period, over all cameras")
NO_COVERAGE = Message("sin datos de las cámaras", "nothing known of the cameras")

STRESS_SHARE = Message("Expresión compatible con estrés", "Expression compatible with stress")
FATIGUE_SHARE = Message("Expresión compatible con fatiga", "Expression compatible with fatigue")
DETECTIONS = Message("Detecciones", "Detections")
PEOPLE = Message("Personas reconocidas", "People recognised")
PEOPLE_MOST = Message("Personas (máximo de un día)", "People (most of one day)")
ALERTS = Message("Alertas", "Alerts")
AGAINST: Mapping[str, Message] = {
    "report": Message("{difference} frente al período anterior", "{difference} against the window before"),
    "daily": Message("{difference} frente al día anterior", "{difference} against the day before"),
    "weekly": Message("{difference} frente a la semana anterior", "{difference} against the week before"),
}
POINTS = Message("{difference} puntos", "{difference} points")
NO_PREVIOUS = Message("sin período anterior con que comparar", "no period before to compare with")
NOTHING_SEEN = Message(
    "En este período no hubo detecciones. Mire la cobertura: sin cámara no hay datos, y eso no dice nada de las "
    "personas.",
    "There were no detections in this period. Look at the coverage: without a camera there are no data, and that says "
    "nothing about people.",
)
WITHHELD_ALL = Message(
    "En este período hubo menos de cinco personas en cada ventana: no se muestra ninguna cifra, para que no señale a "
    "nadie.",
    "In this period there were fewer than five people in every window: no figure is shown, so that none points at "
    "anybody.",
)
WITHHELD = Message(
    "Se omiten las ventanas y los grupos de menos de cinco personas, y lo que los delataría por diferencia: las cifras "
    "suman solo lo que puede mostrarse.",
    "Windows and groups of fewer than five people are left out, and what would give them away by subtraction: the "
    "figures add up only what may be shown.",
)

OVER_TIME = Message("A lo largo del período", "Over the period")
BY_HOUR = Message("Por hora del día, en % de las detecciones", "By hour of the day, in % of the detections")
BY_DAY = Message("Por día, en % de las detecciones", "By day, in % of the detections")
COUNTS_NOTE = Message(
    "Las barras grises cuentan detecciones: donde son pocas, el porcentaje dice poco.",
    "The grey bars count detections: where they are few, the percentage says little.",
)
EXPRESSIONS_TITLE = Message("Expresiones de las personas reconocidas", "Expressions of the people recognised")
EXPRESSIONS: Mapping[str, Message] = {
    "neutral": Message("Neutra", "Neutral"),
    "happy": Message("Alegría", "Happiness"),
    "stress": Message("Estrés", "Stress"),
    "sad": Message("Tristeza", "Sadness"),
    "fatigue": Message("Fatiga", "Fatigue"),
}
STRESS = Message("Estrés o tristeza", "Stress or sadness")
FATIGUE = Message("Fatiga", "Fatigue")
SEEN_BY_CAMERAS = Message("Lo que vieron las cámaras", "What the cameras saw")
COVERAGE_TITLE = Message(
    "Tiempo con cámara en marcha (más oscuro = más visto)", "Time with a camera running (darker = seen more)"
)
COVERAGE_NOTE = Message(
    "Es un mínimo: de los minutos vacíos que una cámara pasó sin conexión no queda constancia.",
    "A lower bound: of the empty minutes that a camera spent without a connection nothing is known.",
)
MINUTES_OF = Message("{seen} de {minutes} min", "{seen} of {minutes} min")
DEVICE = Message("Cámara", "Camera")

BY_DEPARTMENT = Message("Por área", "By department")
DEPARTMENT = Message("Área", "Department")
NO_DEPARTMENT = Message("Sin área", "No department")
BY_PERSON = Message("Por persona", "By person")
NAME = Message("Nombre", "Name")
CODE = Message("Código", "Code")
STRESS_PCT = Message("Estrés %", "Stress %")
FATIGUE_PCT = Message("Fatiga %", "Fatigue %")
USUAL = Message("Habitual %", "Usual %")
DIFFERENCE = Message("Diferencia", "Difference")
NO_HISTORY = Message("sin historia suficiente", "not enough history")
NOBODY = Message("No se reconoció a ningún empleado.", "No employee was recognised.")
COMPARED = Message("Frente a lo habitual de cada persona", "Against what is usual for each person")
COMPARED_NOTE = Message(
    "Punto lleno: este período. Círculo: lo habitual (mediana de los días anteriores). Se muestran las {count} "
    "personas más lejos de lo habitual.",
    "Full dot: this period. Circle: what is usual (median of the days before). The {count} people furthest from their "
    "usual level are shown.",
)

METHOD = Message("Cómo leer este reporte", "How to read this report")
METHOD_TEXT = Message(
    "Una cámara estima, una vez por segundo, con qué es compatible la expresión de cada persona inscrita que dio su "
    "consentimiento. El porcentaje es la parte de las detecciones con expresión compatible con estrés o tristeza; la "
    "fatiga se informa aparte. Es una estimación con error: no es un diagnóstico, no dice qué siente una persona ni "
    "por qué, y no debe ser la única base de ninguna decisión sobre nadie. Ninguna imagen se guarda ni sale de la "
    "cámara.",
    "A camera estimates, once a second, what the expression of each enrolled person who consented is compatible with. "
    "The percentage is the share of detections with an expression compatible with stress or sadness; fatigue is "
    "reported apart. It is an estimate with errors: it is no diagnosis, does not tell what a person feels or why, and "
    "must not be the only ground of any decision about anybody. No picture is kept or leaves the camera.",
)
METHOD_USUAL = Message(
    "«Habitual» es la mediana de los días anteriores de esa persona (hasta {days} días, desde {least}). Con menos, no "
    "se compara: «sin historia suficiente».",
    "“Usual” is the median of that person's earlier days (up to {days} days, from {least} on). With fewer nothing is "
    "compared: “not enough history”.",
)
METHOD_EU = Message(
    "La política «eu» de esta instalación no permite inferir emociones en el trabajo: solo se informa la fatiga, como "
    "señal de seguridad.",
    "This installation's policy “eu” allows no inference of emotions at work: only fatigue is reported, as a safety "
    "signal.",
)
NOT_SET = Message("–", "–")
