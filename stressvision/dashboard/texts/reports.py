"""What the page of reports says."""

from collections.abc import Mapping

from stressvision.core.errors import Message

NO_REPORTS = Message(
    "Aún no hay reportes. Se generan cada 15 minutos mientras «report_generator.py» está en marcha; "
    "un período sin detecciones no genera reporte.",
    "There is no report yet. One is made every 15 minutes while “report_generator.py” runs; "
    "a period without detections has none.",
)
REPORT = Message("Reporte", "Report")
LATEST_REPORT = Message("El más reciente", "The latest")
WINDOW = Message("Período", "Window")
PEOPLE = Message("Personas", "People")
ALERTS_RAISED = Message("Alertas", "Alerts")
KIND = Message("Tipo", "Kind")
KINDS: Mapping[str, Message] = {
    "scheduled": Message("Programado", "Scheduled"),
    "manual": Message("Manual", "Manual"),
}
REVISION = Message("Revisión", "Revision")
REVISED = Message("Revisión {revision}: llegaron detecciones tarde", "Revision {revision}: detections came late")
GENERATED = Message("generado {time}", "generated {time}")
STRESS_PCT = Message("Estrés o tristeza", "Stress or sadness")
FATIGUE_PCT = Message("Fatiga", "Fatigue")
CONFIDENCE = Message("Confianza media", "Mean confidence")
BY_PERSON = Message("Por persona", "By person")
NOBODY_IN_REPORT = Message(
    "En este período no se reconoció a ningún empleado; las personas no inscritas solo se cuentan.",
    "No employee was recognised in this window; people who are not enrolled are only counted.",
)
RECENT_REPORTS = Message("Reportes recientes", "Recent reports")
DOWNLOAD_JSON = Message("Descargar JSON", "Download JSON")
DOWNLOAD_CSV = Message("Descargar CSV", "Download CSV")
AGAINST_BEFORE = Message(
    "{difference} puntos frente al período anterior", "{difference} points against the window before"
)
COVERAGE = Message("cámaras en marcha el {share} % del período", "cameras running for {share} % of the window")
USUAL = Message("Habitual", "Usual")
TO_HAND_ON = Message("Para entregar", "To hand on")
TO_HAND_ON_NOTE = Message(
    "Un documento con gráficos de este reporte, de un día o de una semana. Sin personas solo lleva agregados de cinco "
    "personas o más; con personas es un dato de salud, y queda registrado quién lo pidió.",
    "A document with charts of this report, a day or a week. Without persons it holds only aggregates of five people "
    "or more; with persons it is health data, and who asked for it is recorded.",
)
SPAN = Message("De", "Of")
SPANS: Mapping[str, Message] = {
    "report": Message("Este reporte", "This report"),
    "daily": Message("Un día", "A day"),
    "weekly": Message("Una semana", "A week"),
}
FILE_NAMES: Mapping[str, Message] = {
    "report": Message("reporte", "report"),
    "daily": Message("reporte_diario", "daily_report"),
    "weekly": Message("reporte_semanal", "weekly_report"),
}
DAY = Message("Día", "Day")
FORM = Message("Formato", "Format")
WITH_PERSONS = Message("Con personas", "With persons")
PREPARE = Message("Preparar", "Prepare")
PREPARING = Message("Preparando el documento…", "Preparing the document…")
DOWNLOAD = Message("Descargar {name}", "Download {name}")
