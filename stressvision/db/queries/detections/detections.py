"""Detections: storing, listing, and counting expressions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field
from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Select,
    any_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
)

from stressvision.db.engine.expressions import columns_for, older_than
from stressvision.db.engine.prepared import PostgresInsert, PreparedInsert, PreparedStatement
from stressvision.db.engine.row_reader import LARGEST_COUNT, OneOf, ReadRow, RowReader, Shape, Within
from stressvision.db.queries.people.employees import count_recognisable
from stressvision.db.schema.tables import detection_events, detection_totals, employees, sessions
from stressvision.db.schema.tables.observations import ONE_SHOWS_SOMETHING, SHOWS_SOMETHING
from stressvision.domain.emotions import FATIGUE_EMOTIONS, STRESS_EMOTIONS, Emotion
from stressvision.domain.evidence import Observation
from stressvision.wire.values import Number

_d = detection_events.c


@dataclass(frozen=True)
class DetectionFilter:
    """Which detections to list: `start` inclusive, `end` exclusive; None does not filter.

    `after`: timestamp and id of the previous page's last row.
    """

    start: datetime | None = None
    end: datetime | None = None
    employee_id: int | None = None
    emotion: str | None = None
    limit: int = 1000
    after: tuple[datetime, int] | None = None


class _StoredBox(BaseModel):
    """A box as wire.Box accepts it, checked without Python code: that took half of the time of reading a row."""

    x: int = Field(ge=-(2**31), le=LARGEST_COUNT)
    y: int = Field(ge=-(2**31), le=LARGEST_COUNT)
    w: int = Field(ge=0, le=LARGEST_COUNT)
    h: int = Field(ge=0, le=LARGEST_COUNT)


@dataclass(frozen=True, slots=True)
class DetectionRow(ReadRow):
    """A stored detection without its `event_id`. Confidences and shares: 0-1. `bounding_box`: pixels x, y, w, h."""

    id: int
    session_id: int | None
    timestamp: datetime
    device_id: str
    track_id: str | None
    employee_id: int | None
    recognition_confidence: Annotated[float | None, Within(0, 1)]
    emotion: Annotated[str | None, OneOf(frozenset(Emotion))]
    emotion_confidence: Annotated[float | None, Within(0, 1)]
    emotion_vector: Annotated[dict[str, float] | None, Shape(dict[str, Number])]
    bounding_box: Annotated[dict[str, float] | None, Shape(_StoredBox, strict=True)]
    frame_quality: Annotated[float | None, Within(0, 1)]
    processing_time_ms: float | None
    created_at: datetime
    decision_frames: int | None


_read_detection = RowReader(DetectionRow)


class NewDetection(NamedTuple):
    """A detection to store, without its session. `bounding_box`: an object with x, y, w, h in pixels.

    A tuple in the order of the columns: a batch of them is inserted as it stands.
    """

    timestamp: datetime
    device_id: str
    track_id: str | None
    employee_id: int | None
    recognition_confidence: float | None
    emotion: str | None
    emotion_confidence: float | None
    emotion_vector: dict[str, float] | None
    bounding_box: object
    frame_quality: float | None
    processing_time_ms: float | None
    created_at: datetime
    event_id: str | None
    decision_frames: int | None


@dataclass(frozen=True)
class ExpressionCount:
    """One employee's detections in a window: `events` of some expressions among `total`, and their mean confidence."""

    events: int
    total: int
    mean_confidence: float


_FIND_BY_EVENT = select(_d.id).where(_d.event_id == bindparam("event_id"))


def find_by_event(connection: Connection, event_id: str) -> int | None:
    """Return the id of the detection with this event id, or None."""
    return connection.execute(_FIND_BY_EVENT, {"event_id": event_id}).scalar_one_or_none()


_new_columns = [column for column in _d if column.name not in {"id", "session_id"}]
_session = (
    select(sessions.c.id)
    .where(
        sessions.c.device_id == bindparam("device_id", type_=sessions.c.device_id.type),
        or_(
            sessions.c.id == bindparam("session_row", type_=sessions.c.id.type),
            sessions.c.session_key == bindparam("session_key", type_=sessions.c.session_key.type),
        ),
    )
    .scalar_subquery()
)
_employee_id = bindparam("employee_id", type_=_d.employee_id.type)
# Consent is checked here, in the statement that stores; domain/consent.may_be_recognised states the same rule.
_INSERT_PERMITTED = PreparedStatement(
    insert(detection_events)
    .from_select(
        [column.name for column in _new_columns] + ["session_id"],
        select(*(bindparam(column.name, type_=column.type) for column in _new_columns), _session).where(
            ~exists(select(_d.id).where(_d.event_id == bindparam("event_id", type_=_d.event_id.type))),
            or_(
                _employee_id.is_(None),
                exists(
                    select(employees.c.id).where(
                        employees.c.id == _employee_id, employees.c.consent_given, employees.c.is_active
                    )
                ),
            ),
            or_(bindparam("without_session", type_=Boolean()), _session.is_not(None)),
        ),
    )
    .returning(_d.id)
)


def insert_permitted(connection: Connection, detection: NewDetection, session: int | str | None) -> int | None:
    """Store a detection if its event is new, its employee (if any) active and consenting, its session (if any) known.

    `session`: row id or key, of a session of the same device. Returns the detection's id, or None if it was not stored;
    the caller determines the reason. One statement, because it runs for every detection.
    """
    row = {
        "session_row": session if isinstance(session, int) else None,
        "session_key": session if isinstance(session, str) else None,
        "without_session": session is None,
    }
    return _INSERT_PERMITTED.fetch_scalar(connection, {**detection._asdict(), **row})


_HAS_EVENTS = PreparedStatement(
    select(func.count()).where(_d.event_id.in_(select(func.json_each(bindparam("events")).table_valued("value"))))
)


def has_events(connection: Connection, events: Sequence[str]) -> bool:
    """Return whether a detection with one of these event ids is stored."""
    if connection.dialect.name == "sqlite":
        return bool(_HAS_EVENTS.fetch_scalar(connection, {"events": to_json(events).decode()}))
    return bool(connection.execute(_HAS_ANY_EVENT, {"events": list(events)}).scalar_one())


_HAS_ANY_EVENT = select(
    exists(select(_d.id).where(_d.event_id == any_(bindparam("events", type_=ARRAY(_d.event_id.type)))))
)
"""One text for any number of events, which PostgreSQL's driver prepares."""
_ROW = (*NewDetection._fields, "session_id")
_INSERT_MANY = PreparedInsert(detection_events, _ROW)
_INSERT_MANY_ON_POSTGRESQL = PostgresInsert(detection_events, _ROW)


def insert_many(
    connection: Connection, detections: Sequence[NewDetection], sessions: Sequence[int | None]
) -> list[int]:
    """Store detections that may be stored, with the row ids of their sessions, and return their ids.

    Raises IntegrityError where an event was stored before.
    """
    if not detections:
        return []
    found = [(*row, own) for row, own in zip(detections, sessions, strict=True)]
    return (_INSERT_MANY if connection.dialect.name == "sqlite" else _INSERT_MANY_ON_POSTGRESQL).insert(
        connection, found
    )


# As has_events and employees.count_recognisable; domain/consent.may_be_recognised states the rule of consent.
_ALL_MAY_BE_STORED = """
NOT EXISTS (SELECT FROM detection_events WHERE event_id = ANY (ARRAY(SELECT event_id FROM new)))
AND (SELECT count(DISTINCT employee_id) FROM new) = (SELECT count(*) FROM employees
  WHERE id = ANY (ARRAY(SELECT employee_id FROM new)) AND consent_given AND is_active)"""
_INSERT_PERMITTED_ON_POSTGRESQL = PostgresInsert(detection_events, _ROW, _ALL_MAY_BE_STORED)


def insert_all_permitted(
    connection: Connection, detections: Sequence[NewDetection], sessions: Sequence[int | None]
) -> list[int]:
    """Store detections if all events are new and all employees may be recognised, and return their ids; else none.

    PostgreSQL checks and stores in one statement.
    """
    if connection.dialect.name != "sqlite":
        found = [(*row, own) for row, own in zip(detections, sessions, strict=True)]
        return _INSERT_PERMITTED_ON_POSTGRESQL.insert(connection, found)
    if not may_all_be_stored(connection, detections):
        return []
    return insert_many(connection, detections, sessions)


def may_all_be_stored(connection: Connection, detections: Sequence[NewDetection]) -> bool:
    """Return whether all events are new and all employees may be recognised; insert_permitted checks the same.

    Asked beforehand: a savepoint, to return to after a failed insertion, adds 13 µs to the 29 of each row.
    """
    people = {row.employee_id for row in detections if row.employee_id is not None}
    events = [row.event_id for row in detections if row.event_id is not None]
    return (not people or count_recognisable(connection, people) == len(people)) and not has_events(connection, events)


_DETECTION: Select[Any] = select(*columns_for(DetectionRow, detection_events))


def select_detections(connection: Connection, wanted: DetectionFilter) -> list[DetectionRow]:
    """Return the detections that match, newest first."""
    query = _DETECTION.where(*_conditions(wanted)).order_by(_d.timestamp.desc(), _d.id.desc())
    return _read_detection.many(connection.execute(query.limit(wanted.limit)))


def stream_detections(connection: Connection, employee_id: int) -> Iterator[DetectionRow]:
    """Yield every detection of an employee, oldest first, ten thousand in memory at a time."""
    query = _DETECTION.where(_d.employee_id == employee_id).order_by(_d.id)
    for row in connection.execute(query, execution_options={"yield_per": 10_000}):
        yield _read_detection(row)


def count_detections(connection: Connection, wanted: DetectionFilter) -> int:
    """Return the number that match, regardless of the limit; without times from the totals kept by triggers."""
    if (wanted.start, wanted.end, wanted.after) == (None, None, None):
        return _count_ever(connection, wanted.employee_id, wanted.emotion)
    query = select(func.count()).select_from(detection_events).where(*_conditions(wanted))
    return connection.execute(query).scalar_one()


def _count_ever(connection: Connection, employee_id: int | None, emotion: str | None) -> int:
    query = select(func.coalesce(func.sum(detection_totals.c.count), 0))
    if employee_id is not None:
        query = query.where(detection_totals.c.employee_id == employee_id)
    if emotion is not None:
        query = query.where(detection_totals.c.emotion == emotion)
    return int(connection.execute(query).scalar_one())


def select_detections_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, DetectionRow]:
    """Return the detections that exist, by id."""
    return {row.id: _read_detection(row) for row in connection.execute(_DETECTION.where(_d.id.in_(ids)))}


def _conditions(wanted: DetectionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.start is not None:
        conditions.append(_d.timestamp >= wanted.start)
    if wanted.end is not None:
        conditions.append(_d.timestamp < wanted.end)
    if wanted.employee_id is not None:
        conditions.append(_d.employee_id == wanted.employee_id)
    if wanted.emotion is not None:
        conditions.append(_d.emotion == wanted.emotion)
        if wanted.emotion != Emotion.NEUTRAL:
            conditions.append(SHOWS_SOMETHING if wanted.employee_id is None else ONE_SHOWS_SOMETHING)
    if wanted.after is not None:
        conditions.append(older_than(_d.timestamp, _d.id, wanted.after))
    return conditions


def _counting(emotions: tuple[Emotion, ...]) -> Select[int, int, float]:
    counts = _d.emotion.in_([str(emotion) for emotion in emotions])
    return select(func.count(case((counts, 1))), func.count(), func.avg(case((counts, _d.emotion_confidence)))).where(
        _d.employee_id == bindparam("employee_id"),
        _d.timestamp > bindparam("after"),
        _d.timestamp <= bindparam("until"),
    )


def _latest(emotions: tuple[Emotion, ...]) -> Select[datetime]:
    return select(func.max(_d.timestamp)).where(
        _d.employee_id == bindparam("employee_id"),
        or_(*(_d.emotion == str(emotion) for emotion in emotions)),
        _d.timestamp >= bindparam("start"),
        _d.timestamp <= bindparam("end"),
    )


# Built once for each rule, because they run for every detection that a rule counts.
_KINDS: tuple[tuple[Emotion, ...], ...] = (STRESS_EMOTIONS, FATIGUE_EMOTIONS)
_COUNTS = {emotions: _counting(emotions) for emotions in _KINDS}
_LATEST = {emotions: PreparedStatement(_latest(emotions)) for emotions in _KINDS}


def count_expressions(
    connection: Connection, employee_id: int, emotions: tuple[Emotion, ...], after: datetime, until: datetime
) -> ExpressionCount:
    """Count one employee's detections over (after, until]."""
    values = {"employee_id": employee_id, "after": after, "until": until}
    events, total, confidence = connection.execute(_COUNTS[emotions], values).one()
    return ExpressionCount(events, total, confidence or 0.0)


def latest_expression(
    connection: Connection, employee_id: int, emotions: tuple[Emotion, ...], start: datetime, reach: timedelta
) -> datetime | None:
    """Return the time of the last detection of one of `emotions` within `reach` of `start`, or None.

    It is the end of the window of that length that contains both.
    """
    values = {"employee_id": employee_id, "start": start, "end": start + reach}
    return _LATEST[emotions].fetch_scalar(connection, values)


def select_observations(
    connection: Connection, employee_id: int, emotions: tuple[Emotion, ...], after: datetime, until: datetime
) -> tuple[Observation, ...]:
    """Return one employee's detections over (after, until], and which of them show one of `emotions`."""
    query = select(_d.timestamp, _d.emotion).where(
        _d.employee_id == employee_id, _d.timestamp > after, _d.timestamp <= until
    )
    return tuple(Observation(row.timestamp, row.emotion in emotions) for row in connection.execute(query))
