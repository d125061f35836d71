"""What the page of reports says."""

from collections.abc import Mapping

from stressvision.errors import Message

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
    "En este período no se reconoció a ningún empleado; las personas no enroladas solo se cuentan.",
    "No employee was recognised in this window; people who are not enrolled are only counted.",
)
RECENT_REPORTS = Message("Reportes recientes", "Recent reports")
DOWNLOAD_JSON = Message("Descargar JSON", "Download JSON")
DOWNLOAD_CSV = Message("Descargar CSV", "Download CSV")
