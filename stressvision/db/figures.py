"""How many detections there are: of a window of time, and of all time from the totals that triggers keep."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, desc, func, insert, literal_column, select

from stressvision.db.tables import detection_events, detection_totals, employees
from stressvision.db.truncation import hour_start

_d = detection_events.c


def count_emotions(connection: Connection, since: datetime, employee_id: int | None = None) -> dict[str | None, int]:
    query = select(_d.emotion, func.count()).where(_d.timestamp > since).group_by(_d.emotion)
    if employee_id is not None:
        query = query.where(_d.employee_id == employee_id)
    return {emotion: count for emotion, count in connection.execute(query.order_by(desc(func.count())))}


# Without statistics SQLite would walk a whole index to group by what leads it, however small the window: `+ 0` and
# `|| ''` keep those indexes from it, and the one on the times is left.


def count_people(connection: Connection, since: datetime) -> int:
    query = select(func.count((_d.employee_id + 0).distinct())).where(_d.timestamp > since)
    return connection.execute(query).scalar_one()


def count_by_hour(connection: Connection, since: datetime) -> Sequence[Row[datetime, int]]:
    hour = hour_start(_d.timestamp)
    query = select(hour.label("hour"), func.count().label("count")).where(_d.timestamp > since)
    return connection.execute(query.group_by(hour).order_by(hour)).all()


def count_by_employee(connection: Connection, since: datetime, limit: int) -> Sequence[Row[Any]]:
    count = func.count(_d.id)
    query = (
        select(employees.c.id, employees.c.full_name, employees.c.employee_code, count.label("detection_count"))
        .join(employees, employees.c.id == _d.employee_id)
        .where(_d.timestamp > since)
        .group_by(employees.c.id, employees.c.full_name, employees.c.employee_code)
        .order_by(count.desc(), employees.c.id)
    )
    return connection.execute(query.limit(limit)).all()


def count_by_device(connection: Connection, since: datetime) -> Sequence[Row[str, int]]:
    count, device = func.count(), _d.device_id.concat(literal_column("''"))
    query = select(device.label("device_id"), count.label("count")).where(_d.timestamp > since).group_by(device)
    return connection.execute(query.order_by(count.desc(), device)).all()


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
