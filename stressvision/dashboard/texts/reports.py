"""Texts of the page of reports."""

from collections.abc import Mapping

from stressvision.core.texts import Message

NO_REPORTS = Message(
    es="Aún no hay reportes. Se generan cada 15 minutos; un período sin detecciones no genera reporte.",
    en="There are no reports yet. One is generated every 15 minutes; a period without detections has none.",
)
NO_PUBLIC_REPORTS = Message(
    es="Su cuenta solo ve reportes de cuartos de hora cerrados con cinco personas o más; todavía no hay ninguno.",
    en="Your account sees only reports of closed quarter hours with five people or more; there is none yet.",
)
NOTHING_FOUND = Message(es="Ningún reporte empieza en esos días.", en="No report begins on those days.")
REPORT = Message(es="Reporte", en="Report")
LATEST_REPORT = Message(es="El más reciente", en="The latest")
WINDOW = Message(es="Período", en="Window")
PEOPLE = Message(es="Personas", en="People")
ALERTS_RAISED = Message(es="Alertas", en="Alerts")
KIND = Message(es="Tipo", en="Kind")
KINDS: Mapping[str, Message] = {
    "scheduled": Message(es="Programado", en="Scheduled"),
    "manual": Message(es="Manual", en="Manual"),
}
REVISION = Message(es="Revisión", en="Revision")
REVISED = Message(
    es="Revisión {revision}: llegaron detecciones tarde",
    en="Revision {revision}: detections arrived late",
)
GENERATED = Message(es="generado {time}", en="generated {time}")
STRESS_PCT = Message(es="Estrés o tristeza", en="Stress or sadness")
FATIGUE_PCT = Message(es="Fatiga", en="Fatigue")
CONFIDENCE = Message(es="Confianza media", en="Mean confidence")
BY_PERSON = Message(es="Por persona", en="By person")
NOBODY_IN_REPORT = Message(
    es="En este período no se reconoció a ningún empleado; las personas no inscritas solo se cuentan.",
    en="No employee was recognised in this window; people who are not enrolled are only counted.",
)
OLDER = Message(es="Más antiguos", en="Older")
NEWER = Message(es="Más recientes", en="Newer")
RECENT_REPORTS = Message(es="Reportes recientes", en="Recent reports")
DOWNLOAD_JSON = Message(es="Descargar JSON", en="Download JSON")
DOWNLOAD_CSV = Message(es="Descargar CSV", en="Download CSV")
AGAINST_BEFORE = Message(
    es="{difference} puntos frente al período anterior", en="{difference} points against the window before"
)
COVERAGE = Message(es="cámaras en marcha el {share} % del período", en="cameras running for {share} % of the window")
USUAL = Message(es="Habitual", en="Usual")
DOCUMENT = Message(
    es="Para entregar",
    en="Documents",
)
DOCUMENT_NOTE = Message(
    es="Un documento con gráficos de este reporte, de un día o de una semana. Sin personas solo lleva datos de grupos "
    "de cinco personas o más; con personas es un dato de salud, y queda registrado quién lo pidió.",
    en="A document with charts of this report, a day or a week. Without persons it contains only figures of groups of "
    "five or more; with persons it is health data, and each request is recorded.",
)
SPAN = Message(es="De", en="Of")
SPANS: Mapping[str, Message] = {
    "report": Message(es="Este reporte", en="This report"),
    "daily": Message(es="Un día", en="A day"),
    "weekly": Message(es="Una semana", en="A week"),
}
FILE_NAMES: Mapping[str, Message] = {
    "report": Message(es="reporte", en="report"),
    "daily": Message(es="reporte_diario", en="daily_report"),
    "weekly": Message(es="reporte_semanal", en="weekly_report"),
}
DAY = Message(es="Día", en="Day")
WEEK_OF_DATE = Message(
    es="La semana del lunes {first} al domingo {last}.", en="The week from Monday {first} to Sunday {last}."
)
FORM = Message(es="Formato", en="Format")
WITH_PERSONS = Message(es="Con personas", en="With persons")
PREPARE = Message(es="Preparar", en="Prepare")
PREPARING = Message(es="Preparando el documento…", en="Preparing the document…")
DOWNLOAD = Message(es="Descargar {name}", en="Download {name}")
