"""Detections of report windows: their figures, and which windows have new ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from stressvision.db.engine.row_reader import RowReader
from stressvision.db.schema.tables import detection_events, employees
from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion
from stressvision.domain.reports import EmotionTally, Window

_read_tally = RowReader(EmotionTally)
_d = detection_events.c
_is_stress = _d.emotion.in_([str(emotion) for emotion in STRESS_EMOTIONS])


@dataclass(frozen=True)
class WindowTotals:
    """Counts of a window: all detections, distinct employees, stress or sadness, fatigue."""

    detections: int
    employees: int
    stress: int
    fatigue: int


def tally_window(
    connection: Connection, window: Window, received_before: datetime | None = None
) -> tuple[WindowTotals, tuple[EmotionTally, ...]]:
    """Return the figures of a report: totals of all detections, and counts per consenting employee and expression.

    The detections of an employee who withdrew consent since count in the totals only. `received_before`: count only
    detections that arrived earlier.
    """
    inside = [_d.timestamp >= window.start, _d.timestamp < window.end]
    if received_before is not None:
        inside.append(_d.created_at < received_before)
    totals = connection.execute(
        select(
            func.count(_d.id),
            func.count(_d.employee_id.distinct()),
            func.count(case((_is_stress, 1))),
            func.count(case((_d.emotion == str(Emotion.FATIGUE), 1))),
        ).where(*inside)
    ).one()
    query = (
        select(
            _d.employee_id,
            employees.c.full_name,
            employees.c.employee_code,
            employees.c.department,
            _d.emotion,
            func.count(_d.id),
            func.coalesce(func.sum(_d.emotion_confidence), 0.0),
            func.count(_d.emotion_confidence),
        )
        .join(employees, employees.c.id == _d.employee_id)
        .where(*inside, employees.c.consent_given)
        .group_by(_d.employee_id, employees.c.full_name, employees.c.employee_code, employees.c.department, _d.emotion)
        .order_by(_d.employee_id, _d.emotion)
    )
    return WindowTotals(*totals), tuple(_read_tally.many(connection.execute(query)))


@dataclass(frozen=True)
class Expression:
    """One detection of an employee that an alert rule counts. `confidence`: 0 to 1."""

    employee_id: int
    timestamp: datetime
    confidence: float


def stream_expressions(
    connection: Connection, emotions: Sequence[Emotion], window: Window, limit: int
) -> Iterator[Expression]:
    """Yield up to `limit` detections of employees with these emotions, by employee and time."""
    query = (
        select(_d.employee_id, _d.timestamp, func.coalesce(_d.emotion_confidence, 0.0))
        .where(_d.employee_id.is_not(None), _d.emotion.in_([str(emotion) for emotion in emotions]))
        .where(_d.timestamp >= window.start, _d.timestamp < window.end)
        .order_by(_d.employee_id, _d.timestamp)
        .limit(limit)
    )
    for row in connection.execute(query, execution_options={"yield_per": 10_000}):
        yield Expression(*row)


def stream_moments_after(connection: Connection, detection_id: int, before: datetime) -> Iterator[datetime]:
    """Yield the times before `before` of the detections stored after `detection_id`, late ones included."""
    query = select(_d.timestamp).where(_d.id > detection_id)
    found = connection.execute(query, execution_options={"yield_per": 10_000}).scalars()
    yield from (moment for moment in found if moment < before)


def first_moment(connection: Connection, window: Window) -> datetime | None:
    """Return the time of the window's first detection, or None."""
    query = select(func.min(_d.timestamp)).where(_d.timestamp >= window.start, _d.timestamp < window.end)
    moment: datetime | None = connection.execute(query).scalar_one()
    return moment


def settled_detection_id(connection: Connection, closed: datetime) -> int:
    """Return the id of the last row before the first one that belongs to a window still open at `closed`.

    Rows from the future count as such: with the clock set back, those of the last hours are.
    """
    # `+ 0` because for the bare id SQLite scans the table from its first row.
    query = select(func.min(_d.id + 0)).where(_d.timestamp >= closed)
    first_open: int | None = connection.execute(query).scalar_one()
    if first_open is not None:
        return first_open - 1
    return int(connection.execute(select(func.coalesce(func.max(_d.id), 0))).scalar_one())
