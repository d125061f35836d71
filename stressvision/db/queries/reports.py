"""Queries on reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from stressvision.db.queries.paging import older_than
from stressvision.db.schema.tables import report_progress, reports
from stressvision.domain.reports import ReportKind, Window

_r = reports.c
_progress = report_progress.c
_REPORTED = text(
    "INSERT INTO report_progress AS known (window_minutes, last_detection_id) VALUES (:window_minutes, :detection_id)"
    " ON CONFLICT (window_minutes) DO UPDATE SET last_detection_id = EXCLUDED.last_detection_id"
    " WHERE EXCLUDED.last_detection_id > known.last_detection_id"
)


def select_reports(connection: Connection, limit: int, after: tuple[datetime, int] | None = None) -> Sequence[Row[Any]]:
    """Newest first; `after`: the start and id of the row that came before."""
    query = select(reports).order_by(_r.start_timestamp.desc(), _r.id.desc()).limit(limit)
    if after is not None:
        query = query.where(older_than(_r.start_timestamp, _r.id, after))
    return connection.execute(query).all()


def count_reports(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(reports)).scalar_one()


def select_report(connection: Connection, report_id: int) -> Row[Any] | None:
    return connection.execute(select(reports).where(_r.id == report_id)).one_or_none()


def select_reports_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in connection.execute(select(reports).where(_r.id.in_(ids)))}


def find_scheduled(connection: Connection, window: Window) -> Row[Any] | None:
    query = select(reports).where(
        _r.start_timestamp == window.start, _r.end_timestamp == window.end, _r.kind == str(ReportKind.SCHEDULED)
    )
    return connection.execute(query).one_or_none()


def insert_report(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(reports).values(values).returning(_r.id)).scalar_one()


def update_report(connection: Connection, report_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(reports).where(_r.id == report_id).values(values))


def select_figures(connection: Connection, window: Window) -> Sequence[Any]:
    """Scheduled reports that begin within the window, without what they say of persons and devices."""
    query = select(
        _r.start_timestamp,
        _r.end_timestamp,
        _r.total_detections,
        _r.total_employees_detected,
        _r.overall_stress_percentage,
        _r.overall_fatigue_percentage,
    ).where(_r.start_timestamp >= window.start, _r.start_timestamp < window.end, _r.kind == str(ReportKind.SCHEDULED))
    return connection.execute(query).all()


def reported_detection_id(connection: Connection, window_minutes: int) -> int:
    """Up to which detection (by row) the scheduled reports of this length are known to be right."""
    query = select(_progress.last_detection_id).where(_progress.window_minutes == window_minutes)
    return connection.execute(query).scalar_one_or_none() or 0


def record_reported(connection: Connection, window_minutes: int, detection_id: int) -> None:
    """Every closed window of this length is right up to that detection. Never goes back."""
    connection.execute(_REPORTED, {"window_minutes": window_minutes, "detection_id": detection_id})
