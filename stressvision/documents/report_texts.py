"""Texts of the documents of reports."""

from collections.abc import Mapping

from stressvision.core.texts import Message

PRODUCT = Message(es="Gloria · Stress Vision", en="Gloria · Stress Vision")
CONFIDENTIAL_PERSONS = Message(es="CONFIDENCIAL · datos de salud", en="CONFIDENTIAL · health data")
CONFIDENTIAL = Message(es="CONFIDENCIAL · uso interno", en="CONFIDENTIAL · internal use")
PAGE = Message(es="Página {page} de {pages}", en="Page {page} of {pages}")
FOOTER = Message(es="Generado {time} · {by}", en="Generated {time} · {by}")
BY_USER = Message(es="por {user}", en="by {user}")
BY_NOBODY = Message(es="sin cuenta de usuario", en="without a user account")

REPORT = Message(es="Reporte de {minutes} minutos", en="Report of {minutes} minutes")
DAILY = Message(es="Reporte diario", en="Daily report")
WEEKLY = Message(es="Reporte semanal", en="Weekly report")
MANUAL = Message(es=" (manual)", en=" (manual)")
WITHOUT_PERSONS = Message(es=" · solo agregados", en=" · aggregates only")
WEEK = Message(es="Semana del {start} al {end}", en="Week from {start} to {end}")
DAYS: Mapping[int, Message] = dict(
    enumerate(
        (
            Message(es="lunes", en="Monday"),
            Message(es="martes", en="Tuesday"),
            Message(es="miércoles", en="Wednesday"),
            Message(es="jueves", en="Thursday"),
            Message(es="viernes", en="Friday"),
            Message(es="sábado", en="Saturday"),
            Message(es="domingo", en="Sunday"),
        )
    )
)
SHORT_DAYS: Mapping[int, Message] = dict(
    enumerate(
        (
            Message(es="lun", en="Mon"),
            Message(es="mar", en="Tue"),
            Message(es="mié", en="Wed"),
            Message(es="jue", en="Thu"),
            Message(es="vie", en="Fri"),
            Message(es="sáb", en="Sat"),
            Message(es="dom", en="Sun"),
        )
    )
)
MONTHS = tuple(
    Message(es=spanish, en=english)
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
DATE = Message(es="{day} de {month} de {year}", en="{day} {month} {year}")
DAY_AND_DATE = Message(es="{weekday}, {date}", en="{weekday}, {date}")

WINDOW = Message(es="Período", en="Window")
WINDOW_VALUE = Message(es="{start} – {end}, hora de planta", en="{start} – {end}, plant time")
TIME_ZONE = Message(es="Zona horaria", en="Time zone")
STATE = Message(es="Estado", en="State")
FINAL = Message(es="Completo", en="Complete")
PROVISIONAL = Message(
    es="Provisional: el período o sus datos aún no están completos", en="Provisional: not complete yet"
)
REVISION = Message(
    es=", revisión {revision}: llegaron detecciones tarde", en=", revision {revision}: detections came late"
)
COVERAGE = Message(es="Cobertura", en="Coverage")
COVERAGE_VALUE = Message(
    es="{share} % del período, entre todas las cámaras", en="{share} % of the period, over all cameras"
)
NO_COVERAGE = Message(es="sin datos de las cámaras", en="no data from the cameras")

STRESS_SHARE = Message(es="Compatible con estrés o tristeza", en="Compatible with stress or sadness")
FATIGUE_SHARE = Message(es="Expresión compatible con fatiga", en="Expression compatible with fatigue")
DETECTIONS = Message(es="Detecciones", en="Detections")
PEOPLE = Message(es="Personas reconocidas", en="People recognised")
PEOPLE_MOST = Message(es="Personas (máximo de un día)", en="People (most of one day)")
ALERTS = Message(es="Alertas", en="Alerts")
AGAINST: Mapping[str, Message] = {
    "report": Message(es="{difference} frente al período anterior", en="{difference} against the window before"),
    "daily": Message(es="{difference} frente al día anterior", en="{difference} against the day before"),
    "weekly": Message(es="{difference} frente a la semana anterior", en="{difference} against the week before"),
}
POINTS = Message(es="{difference} puntos", en="{difference} points")
NO_CHANGE = Message(es="sin cambio", en="no change")
NO_PREVIOUS = Message(es="sin período anterior con que comparar", en="no period before to compare with")
UNREPORTED = Message(
    es="{count} detecciones de este período aún no están en ningún reporte. Los escribe report_generator.py: revise "
    "que esté en marcha.",
    en="{count} detections of this period are not in any report yet. report_generator.py writes them: check that it "
    "is running.",
)
NOTHING_SEEN = Message(
    es="En este período no hubo detecciones. Mire la cobertura: sin cámara no hay datos, y eso no dice nada de las "
    "personas.",
    en="There were no detections in this period. Look at the coverage: without a camera there are no data, and that "
    "says nothing about people.",
)
WITHHELD_ALL = Message(
    es="En este período hubo menos de cinco personas en cada ventana: no se muestra ninguna cifra, para no identificar "
    "a nadie.",
    en="Every window of this period has fewer than five people: no figure is shown, so that no person can be "
    "identified.",
)
WITHHELD = Message(
    es="Se omiten las ventanas y los grupos de menos de cinco personas, y los que permitirían deducirlos por "
    "diferencia: los totales suman solo lo que puede mostrarse.",
    en="Windows and groups of fewer than five people are left out, and those that would reveal them by subtraction: "
    "totals add up only what may be shown.",
)

OVER_TIME = Message(es="A lo largo del período", en="Over the period")
BY_HOUR = Message(es="Por hora del día, en % de las detecciones", en="By hour of the day, in % of the detections")
BY_DAY = Message(es="Por día, en % de las detecciones", en="By day, in % of the detections")
COUNTS_NOTE = Message(
    es="Las barras grises cuentan detecciones: donde son pocas, el porcentaje es poco fiable.",
    en="The grey bars count detections: where they are few, the percentage is unreliable.",
)
EXPRESSIONS_TITLE = Message(es="Expresiones de todas las detecciones", en="Expressions of all detections")
REST = Message(es="Sin inscribir o analizar", en="Not enrolled or analysed")
EXPRESSIONS: Mapping[str, Message] = {
    "neutral": Message(es="Neutra", en="Neutral"),
    "happy": Message(es="Alegría", en="Happiness"),
    "stress": Message(es="Estrés", en="Stress"),
    "sad": Message(es="Tristeza", en="Sadness"),
    "fatigue": Message(es="Fatiga", en="Fatigue"),
}
STRESS = Message(es="Estrés o tristeza", en="Stress or sadness")
FATIGUE = Message(es="Fatiga", en="Fatigue")
SEEN_BY_CAMERAS = Message(es="Lo que vieron las cámaras", en="What the cameras saw")
COVERAGE_TITLE = Message(
    es="Tiempo con cámara en marcha (más oscuro = más visto)", en="Time with a camera running (darker = seen more)"
)
COVERAGE_PART = Message(es="{title} ({first} a {last} de {total})", en="{title} ({first} to {last} of {total})")
COVERAGE_NOTE = Message(
    es="Es un mínimo: no se registran los minutos sin personas que una cámara pasó sin conexión.",
    en="A lower bound: minutes without people that a camera spent without a connection are not recorded.",
)
MINUTES_OF = Message(es="{seen} de {minutes} min", en="{seen} of {minutes} min")
DEVICE = Message(es="Cámara", en="Camera")

BY_DEPARTMENT = Message(es="Por área", en="By department")
DEPARTMENT = Message(es="Área", en="Department")
NO_DEPARTMENT = Message(es="Sin área", en="No department")
BY_PERSON = Message(es="Por persona", en="By person")
NAME = Message(es="Nombre", en="Name")
CODE = Message(es="Código", en="Code")
STRESS_PCT = Message(es="Estrés o tristeza %", en="Stress or sadness %")
FATIGUE_PCT = Message(es="Fatiga %", en="Fatigue %")
USUAL = Message(es="Habitual %", en="Usual %")
DIFFERENCE = Message(es="Diferencia", en="Difference")
NO_HISTORY = Message(es="sin historia suficiente", en="not enough history")
NO_PEOPLE = Message(es="No se reconoció a ningún empleado.", en="No employee was recognised.")
COMPARED = Message(es="Frente a lo habitual de cada persona", en="Against what is usual for each person")
COMPARED_NOTE = Message(
    es="Punto lleno: este período. Círculo: lo habitual (mediana de los días anteriores). Se muestran las {count} "
    "personas más lejos de lo habitual.",
    en="Full dot: this period. Circle: what is usual (median of the days before). The {count} people furthest from "
    "their usual level are shown.",
)

METHOD = Message(es="Cómo leer este reporte", en="How to read this report")
METHOD_TEXT = Message(
    es="Una cámara estima, una vez por segundo, con qué es compatible la expresión de cada persona inscrita que dio su "
    "consentimiento. El porcentaje es la parte de las detecciones con expresión compatible con estrés o tristeza; la "
    "fatiga se informa aparte. Es una estimación con error: no es un diagnóstico, no dice qué siente una persona ni "
    "por qué, y no debe ser la única base de ninguna decisión sobre nadie. Ninguna imagen se guarda ni sale de la "
    "cámara.",
    en="A camera estimates, once a second, what the expression of each enrolled person who consented is compatible "
    "with. The percentage is the share of detections with an expression compatible with stress or sadness; fatigue is "
    "reported apart. It is an estimate with errors: it is no diagnosis, does not show what a person feels or why, and "
    "must not be the only ground of any decision about anybody. No picture is kept or leaves the camera.",
)
METHOD_USUAL = Message(
    es="«Habitual» es la mediana de los días anteriores de esa persona (hasta {days} días, desde {least}). Con menos, "
    "no se compara: «sin historia suficiente».",
    en="“Usual” is the median of that person's earlier days (up to {days} days, from {least} on). With fewer nothing "
    "is compared: “not enough history”.",
)
METHOD_EU = Message(
    es="La política «eu» de esta instalación no permite inferir emociones en el trabajo: solo se informa la fatiga, "
    "como señal de seguridad.",
    en="This installation's policy “eu” allows no inference of emotions at work: only fatigue is reported, as a safety "
    "signal.",
)
NOT_SET = Message(es="–", en="–")
