"""Up to which detection the scheduled reports are complete, by the length of their windows."""

from sqlalchemy import Connection, select, text

from stressvision.db.schema.tables import report_progress

_progress = report_progress.c
_SET_PROGRESS = text(
    "INSERT INTO report_progress AS known (window_minutes, last_detection_id) VALUES (:window_minutes, :detection_id)"
    " ON CONFLICT (window_minutes) DO UPDATE SET last_detection_id = EXCLUDED.last_detection_id"
    " WHERE EXCLUDED.last_detection_id > known.last_detection_id"
)


def reported_detection_id(connection: Connection, window_minutes: int) -> int:
    """Return up to which detection (by row) the scheduled reports of this length are complete, 0 initially."""
    query = select(_progress.last_detection_id).where(_progress.window_minutes == window_minutes)
    return connection.execute(query).scalar_one_or_none() or 0


def record_reported(connection: Connection, window_minutes: int, detection_id: int) -> None:
    """Store that every closed window of this length is complete up to that detection; it never decreases."""
    connection.execute(_SET_PROGRESS, {"window_minutes": window_minutes, "detection_id": detection_id})
