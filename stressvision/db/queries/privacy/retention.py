"""Expired rows: selected by an index, deleted a few at a time; the times that the deleting jobs noted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, insert, or_, select, tuple_, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.schema.tables import (
    alert_events,
    alert_links,
    alert_silences,
    alerts,
    audit_log,
    daily_reports,
    detection_events,
    device_minutes,
    employee_days,
    job_marks,
    notifications,
    person_links,
    person_requests,
    recognition_pauses,
    reports,
    self_reports,
    sessions,
)
from stressvision.domain.alerts import AlertStatus
from stressvision.domain.retention import RetentionKind


@dataclass(frozen=True)
class Expired:
    """The rows of one table that are older than a cutoff; `order`: oldest first."""

    table: Table
    order: ColumnElement[Any]
    condition: Callable[[datetime], ColumnElement[bool]]


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _old_alerts(before: datetime) -> ColumnElement[bool]:
    """Match resolved alerts only: an unresolved one still needs a decision."""
    return and_(alerts.c.timestamp < before, alerts.c.status == str(AlertStatus.RESOLVED))


def _old_events(before: datetime) -> ColumnElement[bool]:
    gone = alert_events.c.alert_id.in_(select(alerts.c.id).where(_old_alerts(before)))
    return or_(gone, and_(alert_events.c.alert_id.is_(None), alert_events.c.timestamp < before))


def _old_links(before: datetime) -> ColumnElement[bool]:
    gone = alert_links.c.alert_id.in_(select(alerts.c.id).where(_old_alerts(before)))
    return or_(gone, alert_links.c.expires_at < before)


def _old_silences(before: datetime) -> ColumnElement[bool]:
    return and_(alert_silences.c.ends_at < before, ~exists().where(alert_events.c.silence_id == alert_silences.c.id))


def _old_sessions(before: datetime) -> ColumnElement[bool]:
    return and_(sessions.c.end_timestamp < before, ~exists().where(detection_events.c.session_id == sessions.c.id))


# Children before parents.
EXPIRED: Mapping[RetentionKind, tuple[Expired, ...]] = {
    RetentionKind.DETECTIONS: (
        Expired(detection_events, detection_events.c.timestamp, lambda before: detection_events.c.timestamp < before),
        Expired(sessions, sessions.c.id, _old_sessions),
        Expired(person_links, person_links.c.expires_at, lambda before: person_links.c.expires_at < before),
        Expired(recognition_pauses, recognition_pauses.c.ends_at, lambda before: recognition_pauses.c.ends_at < before),
        Expired(device_minutes, device_minutes.c.minute, lambda before: device_minutes.c.minute < before),
    ),
    RetentionKind.ROLLUPS: (
        Expired(reports, reports.c.start_timestamp, lambda before: reports.c.end_timestamp < before),
        Expired(self_reports, self_reports.c.reported_at, lambda before: self_reports.c.reported_at < before),
        Expired(employee_days, employee_days.c.day, lambda before: employee_days.c.day < _day(before)),
    ),
    RetentionKind.REPORTS: (
        Expired(daily_reports, daily_reports.c.day, lambda before: daily_reports.c.end_timestamp < before),
    ),
    RetentionKind.ALERTS: (
        Expired(alert_events, alert_events.c.id, _old_events),
        Expired(alert_links, alert_links.c.id, _old_links),
        Expired(alerts, alerts.c.timestamp, _old_alerts),
        Expired(person_requests, person_requests.c.closed_at, lambda before: person_requests.c.closed_at < before),
        Expired(alert_silences, alert_silences.c.id, _old_silences),
        Expired(
            notifications,
            notifications.c.id,
            lambda before: and_(notifications.c.created_at < before, notifications.c.state != "waiting"),
        ),
    ),
    RetentionKind.AUDIT: (),
}
"""The audit log is trimmed by services/audit.py only, which records the hash that the rest follows."""


def count_expired(connection: Connection, kind: RetentionKind, before: datetime) -> int:
    """Return how many rows of this kind are older than `before`."""
    if kind is RetentionKind.AUDIT:
        return connection.execute(select(func.count()).where(audit_log.c.timestamp < before)).scalar_one()
    return sum(
        connection.execute(
            select(func.count()).select_from(expired.table).where(expired.condition(before))
        ).scalar_one()
        for expired in EXPIRED[kind]
    )


def delete_expired(connection: Connection, expired: Expired, before: datetime, limit: int) -> int:
    """Delete up to `limit` expired rows, the oldest first, and return their number."""
    table = expired.table
    keys = list(table.primary_key.columns) or [column for column in table.c if not column.nullable][:2]
    oldest = select(*keys).where(expired.condition(before)).order_by(expired.order).limit(limit)
    picked = keys[0].in_(oldest) if len(keys) == 1 else tuple_(*keys).in_(oldest)
    return connection.execute(delete(table).where(picked)).rowcount


@dataclass(frozen=True)
class JobMark:
    """What a job noted: the time, and the newest change of the feed then."""

    at: datetime
    last_change_id: int


def find_mark(connection: Connection, name: str) -> JobMark | None:
    """Return what the job noted last, or None."""
    row = connection.execute(select(*columns_for(JobMark, job_marks)).where(job_marks.c.name == name)).one_or_none()
    return None if row is None else JobMark(*row)


def store_mark(connection: Connection, name: str, mark: JobMark) -> None:
    """Replace what the job noted."""
    changed = connection.execute(update(job_marks).where(job_marks.c.name == name).values(vars(mark)))
    if changed.rowcount == 0:
        connection.execute(insert(job_marks).values(name=name, **vars(mark)))
