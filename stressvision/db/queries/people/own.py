"""Personal links, self-reports, requests for correction and pauses of recognition."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, func, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import ReadRow, RowReader
from stressvision.db.schema.tables import (
    alerts,
    audit_log,
    detection_events,
    employee_days,
    employees,
    face_samples,
    person_links,
    person_requests,
    recognition_pauses,
    self_reports,
)
from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion
from stressvision.domain.self_reports import Occasion

_l, _q, _p, _s, _d = person_links.c, person_requests.c, recognition_pauses.c, self_reports.c, detection_events.c


@dataclass(frozen=True)
class LinkRow:
    """A personal link."""

    id: int
    employee_id: int
    expires_at: datetime
    opened_at: datetime | None


@dataclass(frozen=True)
class RequestRow(ReadRow):
    """A request for correction with the name and code of its author."""

    id: int
    employee_id: int
    employee_name: str
    employee_code: str
    created_at: datetime
    detail: str
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None


@dataclass(frozen=True)
class SelfReportRow(ReadRow):
    """A self-report."""

    employee_id: int
    reported_at: datetime
    sleepiness: int | None
    tension: int | None
    occasion: str


@dataclass(frozen=True)
class RecognitionPauseRow(ReadRow):
    """A pause of recognition."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class BeforeReport:
    """Detections of one person in a stretch of time: all, those of stress or sadness, those of fatigue."""

    total: int
    stress: int
    fatigue: int


_read_link = RowReader(LinkRow)
_read_request = RowReader(RequestRow)
_read_self_report = RowReader(SelfReportRow)
_read_pause = RowReader(RecognitionPauseRow)
_AUTHOR = {"employee_name": employees.c.full_name, "employee_code": employees.c.employee_code}
_REQUEST = select(*columns_for(RequestRow, person_requests, **_AUTHOR)).join(
    employees, employees.c.id == _q.employee_id
)
_is_stress = _d.emotion.in_([str(emotion) for emotion in STRESS_EMOTIONS])


def insert_link(
    connection: Connection, employee_id: int, digest: str, created_by: str | None, expires_at: datetime
) -> None:
    """Store a link by the hash of its secret."""
    values = {"employee_id": employee_id, "secret_hash": digest, "created_by": created_by, "expires_at": expires_at}
    connection.execute(insert(person_links).values(values))


def find_link(connection: Connection, digest: str) -> LinkRow | None:
    """Return the link, or the opened link, with that hash, or None."""
    query = select(*columns_for(LinkRow, person_links)).where(_l.secret_hash == digest)
    return _read_link.one(connection.execute(query).one_or_none())


def find_link_by_id(connection: Connection, link_id: int) -> LinkRow | None:
    """Return the link, or the opened link, with that row id, or None."""
    query = select(*columns_for(LinkRow, person_links)).where(_l.id == link_id)
    return _read_link.one(connection.execute(query).one_or_none())


def open_link(connection: Connection, link_id: int, digest: str, at: datetime, expires_at: datetime) -> bool:
    """Replace a link by the secret with that hash, until then; return False where it was opened or ended before."""
    is_valid = (_l.id == link_id, _l.opened_at.is_(None), _l.expires_at > at)
    values = {"secret_hash": digest, "opened_at": at, "expires_at": expires_at}
    opened = connection.execute(update(person_links).where(*is_valid).values(values))
    return bool(opened.rowcount)


def end_links(connection: Connection, employee_id: int | None, at: datetime) -> None:
    """End the links of an employee, or all links, that are still valid."""
    query = update(person_links).where(_l.expires_at > at).values(expires_at=at)
    connection.execute(query if employee_id is None else query.where(_l.employee_id == employee_id))


def insert_pause(connection: Connection, employee_id: int, starts_at: datetime, ends_at: datetime) -> None:
    """Store a pause of recognition."""
    values = {"employee_id": employee_id, "starts_at": starts_at, "ends_at": ends_at}
    connection.execute(insert(recognition_pauses).values(values))


def end_pauses(connection: Connection, employee_id: int, at: datetime) -> None:
    """End the employee's pauses that are in force."""
    query = update(recognition_pauses).where(_p.employee_id == employee_id, _p.ends_at > at)
    connection.execute(query.values(ends_at=at))


def find_pause_end(connection: Connection, employee_id: int, at: datetime) -> datetime | None:
    """Return the end of the pause in force, or None."""
    query = select(func.max(_p.ends_at)).where(_p.employee_id == employee_id, _p.starts_at <= at, _p.ends_at > at)
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def select_pauses(connection: Connection, employee_id: int, since: datetime) -> list[RecognitionPauseRow]:
    """Return the employee's pauses of recognition that began since then, newest first."""
    query = select(*columns_for(RecognitionPauseRow, recognition_pauses)).where(
        _p.employee_id == employee_id, _p.starts_at >= since
    )
    return _read_pause.many(connection.execute(query.order_by(_p.id.desc())))


def insert_self_report(
    connection: Connection,
    employee_id: int,
    at: datetime,
    sleepiness: int | None,
    tension: int | None,
    occasion: Occasion,
) -> None:
    """Store a self-report."""
    values = {"employee_id": employee_id, "reported_at": at, "sleepiness": sleepiness, "tension": tension}
    connection.execute(insert(self_reports).values({**values, "occasion": str(occasion)}))


def select_self_reports(
    connection: Connection, since: datetime, employee_id: int | None = None, occasion: Occasion | None = None
) -> list[SelfReportRow]:
    """Return the self-reports since then, of one employee and occasion or of all, newest first."""
    query = select(*columns_for(SelfReportRow, self_reports)).where(_s.reported_at >= since)
    if occasion is not None:
        query = query.where(_s.occasion == str(occasion))
    if employee_id is not None:
        query = query.where(_s.employee_id == employee_id)
    return _read_self_report.many(connection.execute(query.order_by(_s.reported_at.desc(), _s.id.desc())))


def select_alert_times(connection: Connection, employee_id: int, since: datetime) -> list[datetime]:
    """Return when the alerts about the employee were created since then."""
    query = select(alerts.c.created_at).where(alerts.c.employee_id == employee_id, alerts.c.timestamp >= since)
    return list(connection.execute(query).scalars())


def count_before(connection: Connection, employee_id: int, at: datetime, span: timedelta) -> BeforeReport:
    """Return the person's detections of the `span` before `at`."""
    query = select(
        func.count(), func.count(case((_is_stress, 1))), func.count(case((_d.emotion == str(Emotion.FATIGUE), 1)))
    ).where(_d.employee_id == employee_id, and_(_d.timestamp >= at - span, _d.timestamp <= at))
    return BeforeReport(*connection.execute(query).one())


def insert_request(connection: Connection, employee_id: int, detail: str, at: datetime) -> None:
    """Store a request for correction."""
    values = {"employee_id": employee_id, "detail": detail, "created_at": at}
    connection.execute(insert(person_requests).values(values))


def select_requests(connection: Connection, limit: int, employee_id: int | None = None) -> list[RequestRow]:
    """Return the open requests, the oldest first; of one employee also the closed ones."""
    if employee_id is None:
        query = _REQUEST.where(_q.closed_at.is_(None))
    else:
        query = _REQUEST.where(_q.employee_id == employee_id)
    return _read_request.many(connection.execute(query.order_by(_q.closed_at.is_not(None), _q.id).limit(limit)))


def count_open_requests(connection: Connection, employee_id: int | None = None) -> int:
    """Return the number of open requests, of one employee or of all."""
    query = select(func.count()).select_from(person_requests).where(_q.closed_at.is_(None))
    if employee_id is not None:
        query = query.where(_q.employee_id == employee_id)
    return int(connection.execute(query).scalar_one())


def find_request(connection: Connection, request_id: int) -> RequestRow | None:
    """Return the request, or None."""
    return _read_request.one(connection.execute(_REQUEST.where(_q.id == request_id)).one_or_none())


def close_request(connection: Connection, request_id: int, at: datetime, closed_by: str | None, reason: str) -> None:
    """Close a request with an answer."""
    query = update(person_requests).where(_q.id == request_id)
    connection.execute(query.values(closed_at=at, closed_by=closed_by, reason=reason))


def count_stored(connection: Connection, employee_id: int) -> dict[str, int]:
    """Return the number of rows about the employee by kind; `reports`: the days with totals."""
    tables = {
        "faces": face_samples,
        "detections": detection_events,
        "alerts": alerts,
        "reports": employee_days,
        "self_reports": self_reports,
        "requests": person_requests,
    }
    counts = {
        kind: connection.execute(select(func.count()).where(table.c.employee_id == employee_id)).scalar_one()
        for kind, table in tables.items()
    }
    about = (audit_log.c.entity_type == "employee", audit_log.c.entity_id == employee_id)
    counts["accesses"] = connection.execute(select(func.count()).where(*about)).scalar_one()
    return counts
