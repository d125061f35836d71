"""Figures of a window that may be shown without persons; revisions of reports are changes of a kind of their own."""

import json
from typing import Any

from alembic import op
from sqlalchemy import text

revision = "0026"
down_revision = "0025"

_SMALLEST = 5
_STRESS = ("stress", "sad")
_REVISED = {
    "sqlite": """CREATE TRIGGER report_revised AFTER UPDATE OF revision ON reports_15min
       WHEN NEW.revision <> OLD.revision BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('report_revised', NEW.id); END""",
    "postgresql": """CREATE TRIGGER report_revised AFTER UPDATE OF revision ON reports_15min FOR EACH ROW
       WHEN (NEW.revision <> OLD.revision) EXECUTE FUNCTION record_change('report_revised')""",
}
_SELECT = text(
    "SELECT id, total_detections, alerts_triggered, stress_detections, fatigue_detections, "
    "CAST(per_employee_summary AS TEXT) AS summary FROM reports_15min "
    "WHERE kind = 'scheduled' AND total_employees_detected >= :smallest"
)
_UPDATE = {
    "sqlite": text("UPDATE reports_15min SET public_figures = :figures WHERE id = :id"),
    "postgresql": text("UPDATE reports_15min SET public_figures = CAST(:figures AS JSON) WHERE id = :id"),
}


def upgrade() -> None:
    connection = op.get_bind()
    dialect = connection.dialect.name
    op.execute("ALTER TABLE reports_15min ADD COLUMN public_figures JSON")
    for row in connection.execute(_SELECT, {"smallest": _SMALLEST}).all():
        figures = _public_figures(row)
        if figures is not None:
            connection.execute(_UPDATE[dialect], {"id": row.id, "figures": json.dumps(figures)})
    op.execute("DROP TRIGGER report_revised" + (" ON reports_15min" if dialect == "postgresql" else ""))
    op.execute(_REVISED[dialect])


def _public_figures(row: Any) -> dict[str, Any] | None:
    """Return what was shown of a report until now; None for a form of another program."""
    try:
        people = {key: _to_person(entry) for key, entry in json.loads(row.summary).items()}
        counts = [person["counts"] for person in people.values()]
        stress = sum(own.get(name, 0) for own in counts for name in _STRESS)
        fatigue = sum(own.get("fatigue", 0) for own in counts)
        return (
            {
                "total_detections": int(row.total_detections),
                "total_employees_detected": len(people),
                "stress_detections": stress if row.stress_detections is None else row.stress_detections,
                "fatigue_detections": fatigue if row.fatigue_detections is None else row.fatigue_detections,
                "alerts_triggered": row.alerts_triggered or 0,
                "people": people,
            }
            if len(people) >= _SMALLEST
            else None
        )
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError):
        return None


def _to_person(entry: dict[str, Any]) -> dict[str, Any]:
    counts = {name: int(count) for name, count in entry["counts"].items()}
    total = entry.get("total_detections")
    return {
        "department": entry.get("department"),
        "total_detections": sum(counts.values()) if total is None else int(total),
        "counts": counts,
    }
