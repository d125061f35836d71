"""How many detections there are: of a window of time, and of all time from the totals that triggers keep."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, desc, exists, func, insert, select

from stressvision.db.engine.prepared import PreparedStatement
from stressvision.db.schema.tables import detection_events, detection_totals, employees
from stressvision.db.schema.tables.observations import SHOWS_SOMETHING
from stressvision.domain.emotions import Emotion

_d = detection_events.c


# Of each of the few kinds, devices, hours and people an index tells how many there are. To group a window instead,
# SQLite sorts all of it in memory: 17 MB and 40 ms for a hundred thousand detections.


def count_emotions(connection: Connection, since: datetime) -> dict[str | None, int]:
    """The most frequent first; None: counted without one."""
    kinds = select(detection_totals.c.emotion).distinct().subquery()
    of_kind = select(func.count()).where(_d.emotion == kinds.c.emotion, SHOWS_SOMETHING, _d.timestamp > since)
    without = select(func.count()).where(_d.emotion.is_(None), SHOWS_SOMETHING, _d.timestamp > since)
    counted = select(kinds.c.emotion, of_kind.scalar_subquery()).where(kinds.c.emotion != str(Emotion.NEUTRAL))
    counts: dict[str | None, int] = {emotion: count for emotion, count in connection.execute(counted)}
    counts[None] = connection.execute(without).scalar_one()
    counts[str(Emotion.NEUTRAL)] = count_detections_since(connection, since) - sum(counts.values())
    return {emotion: count for emotion, count in sorted(counts.items(), key=lambda item: -item[1]) if count}


def count_emotions_of(connection: Connection, employee_id: int, since: datetime) -> dict[str | None, int]:
    """One person's, the most frequent first."""
    query = select(_d.emotion, func.count()).where(_d.employee_id == employee_id, _d.timestamp > since)
    found = connection.execute(query.group_by(_d.emotion).order_by(desc(func.count())))
    return {emotion: count for emotion, count in found}


def count_detections_since(connection: Connection, since: datetime) -> int:
    return connection.execute(select(func.count()).where(_d.timestamp > since)).scalar_one()


def count_people(connection: Connection, since: datetime) -> int:
    seen = exists(select(_d.id).where(_d.employee_id == employees.c.id, _d.timestamp > since))
    return connection.execute(select(func.count()).select_from(employees).where(seen)).scalar_one()


_NEXT = PreparedStatement(select(func.min(_d.timestamp)).where(_d.timestamp >= bindparam("start")))
_WITHIN = PreparedStatement(
    select(func.count()).where(_d.timestamp >= bindparam("start"), _d.timestamp < bindparam("end")),
)


def count_by_hour(connection: Connection, since: datetime) -> dict[datetime, int]:
    """By the beginning of each UTC hour in which there were any."""
    counts = dict[datetime, int]()
    moment = connection.execute(select(func.min(_d.timestamp)).where(_d.timestamp > since)).scalar_one()
    while moment is not None:
        hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        end = hour + timedelta(hours=1)
        counts[hour] = _WITHIN.answer(connection, {"start": moment, "end": end}) or 0
        moment = _NEXT.answer(connection, {"start": end})
    return counts


def count_by_employee(connection: Connection, since: datetime, limit: int) -> Sequence[Row[Any]]:
    """The most seen first."""
    count = select(func.count()).where(_d.employee_id == employees.c.id, _d.timestamp > since).scalar_subquery()
    people = select(
        employees.c.id, employees.c.full_name, employees.c.employee_code, count.label("detection_count")
    ).subquery()
    query = select(people).where(people.c.detection_count > 0)
    return connection.execute(query.order_by(people.c.detection_count.desc(), people.c.id).limit(limit)).all()


def count_by_device(connection: Connection, since: datetime) -> Sequence[Row[str, int]]:
    """The busiest first."""
    names = select(detection_totals.c.device_id).distinct().subquery()
    count = select(func.count()).where(_d.device_id == names.c.device_id, _d.timestamp > since).scalar_subquery()
    counted = select(names.c.device_id, count.label("count")).subquery()
    query = select(counted).where(counted.c.count > 0)
    return connection.execute(query.order_by(counted.c.count.desc(), counted.c.device_id)).all()


def read_totals(connection: Connection) -> Sequence[Row[str, int, str, int]]:
    """All there is, as (device_id, employee_id, emotion, count) from the totals that triggers keep."""
    return connection.execute(select(detection_totals).where(detection_totals.c.count > 0)).all()


def recount_totals(connection: Connection) -> None:
    """For when detections were written before the triggers were there."""
    counted = select(
        _d.device_id, func.coalesce(_d.employee_id, 0), func.coalesce(_d.emotion, ""), func.count()
    ).group_by(_d.device_id, _d.employee_id, _d.emotion)
    connection.execute(delete(detection_totals))
    connection.execute(insert(detection_totals).from_select([column.name for column in detection_totals.c], counted))
