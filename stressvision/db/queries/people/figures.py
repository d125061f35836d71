"""One person's counts by minute and day, and the history of their alerts and silences."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from stressvision.db.engine.expressions import columns_for, minute_start
from stressvision.db.engine.row_reader import ReadRow, RowReader
from stressvision.db.schema.tables import alert_events, alert_silences, alerts, detection_events, employee_days
from stressvision.domain.emotions import Emotion
from stressvision.domain.reports import Window
from stressvision.domain.summaries import EmotionTotals

_d = detection_events.c
_e = alert_events.c
_s = alert_silences.c


@dataclass(frozen=True)
class PersonCountRow:
    """Number of detections of one expression (None: not analysed) in one minute."""

    start: datetime
    emotion: str | None
    count: int


@dataclass(frozen=True)
class PersonStepRow(ReadRow):
    """One step of the history of the person's alerts, with the alert's type and severity."""

    timestamp: datetime
    kind: str
    alert_id: int | None
    silence_id: int | None
    user_id: str | None
    notes: str | None
    severity: str | None
    alert_type: str | None


@dataclass(frozen=True)
class PersonSilenceRow(ReadRow):
    """A silence of the person."""

    id: int
    reason: str
    starts_at: datetime
    ends_at: datetime
    created_by: str | None
    ended_at: datetime | None
    ended_by: str | None


_read_count = RowReader(PersonCountRow)
_read_step = RowReader(PersonStepRow)
_read_silence = RowReader(PersonSilenceRow)


def count_minutes(connection: Connection, employee_id: int, window: Window) -> dict[datetime, Counter[str]]:
    """Return the person's detections in the window by minute and expression ('': not analysed), oldest first."""
    start = minute_start(_d.timestamp).label("start")
    query = (
        select(start, _d.emotion, func.count().label("count"))
        .where(_d.employee_id == employee_id, _d.timestamp >= window.start, _d.timestamp < window.end)
        .group_by(start, _d.emotion)
        .order_by(start)
    )
    counts: dict[datetime, Counter[str]] = {}
    for row in _read_count.many(connection.execute(query)):
        counts.setdefault(row.start, Counter())[row.emotion or ""] += row.count
    return counts


def select_person_days(
    connection: Connection, employee_id: int, first: date, last: date
) -> Iterator[tuple[date, EmotionTotals]]:
    """Yield (day, totals) of the person's summarised days from `first` to `last`, both included, in order."""
    c = employee_days.c
    query = select(c.day, c.total_detections, *(c[emotion.value] for emotion in Emotion)).where(
        c.employee_id == employee_id, c.day >= first.isoformat(), c.day <= last.isoformat()
    )
    for row in connection.execute(query.order_by(c.day)):
        counts = {emotion.value: row._mapping[emotion.value] for emotion in Emotion}
        yield date.fromisoformat(row.day), EmotionTotals(row.total_detections, counts)


def select_person_steps(connection: Connection, employee_id: int, since: datetime, limit: int) -> list[PersonStepRow]:
    """Return the latest steps of the person's alerts since then, newest first."""
    columns = columns_for(PersonStepRow, alert_events, severity=alerts.c.severity, alert_type=alerts.c.alert_type)
    query = select(*columns).select_from(alert_events.outerjoin(alerts, alerts.c.id == _e.alert_id))
    wanted = query.where(_e.employee_id == employee_id, _e.timestamp >= since)
    return _read_step.many(connection.execute(wanted.order_by(_e.timestamp.desc(), _e.id.desc()).limit(limit)))


def count_person_steps(connection: Connection, employee_id: int, since: datetime) -> int:
    """Return the number of these steps."""
    query = select(func.count()).where(_e.employee_id == employee_id, _e.timestamp >= since)
    return int(connection.execute(query).scalar_one())


def select_person_silences(connection: Connection, employee_id: int, since: datetime) -> list[PersonSilenceRow]:
    """Return the person's silences that were in force since then, newest first."""
    query = select(*columns_for(PersonSilenceRow, alert_silences)).where(
        _s.employee_id == employee_id, _s.ends_at >= since
    )
    return _read_silence.many(connection.execute(query.order_by(_s.id.desc())))
