"""Minutes in which cameras were watching."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, select, text

from stressvision.db.engine.expressions import hour_start, minute_start
from stressvision.db.engine.row_reader import RowReader
from stressvision.db.engine.types import UtcMoment
from stressvision.db.schema.tables import detection_events, device_minutes, devices
from stressvision.domain.reports import Window

_m = device_minutes.c


@dataclass(frozen=True)
class ExpectedDevice:
    """A device whose coverage is measured."""

    device_id: str
    location: str | None


_read_expected_device = RowReader(ExpectedDevice)


_NOTE = text(
    "INSERT INTO device_minutes (device_id, minute) VALUES (:device_id, :minute) ON CONFLICT DO NOTHING"
).bindparams(bindparam("minute", type_=UtcMoment()))


def note_minute(connection: Connection, device_id: str, at: datetime) -> None:
    """Record that the camera was watching in the minute of `at`; recording it again changes nothing."""
    connection.execute(_NOTE, {"device_id": device_id, "minute": at.replace(second=0, microsecond=0)})


def note_detections(connection: Connection, window: Window) -> None:
    """Record the minutes of the window's detections, which prove that the camera was watching without a heartbeat."""
    # Without `|| ''` SQLite would scan a whole index to find each device once, however small the window.
    device = detection_events.c.device_id.concat(text("''"))
    inside = (detection_events.c.timestamp >= window.start, detection_events.c.timestamp < window.end)
    seen = select(device.label("device_id"), minute_start(detection_events.c.timestamp).label("minute"))
    found = connection.execute(seen.where(*inside).distinct()).all()
    for row in found:
        connection.execute(_NOTE, {"device_id": row.device_id, "minute": row.minute})


def select_minutes(connection: Connection, device_id: str, window: Window) -> Sequence[datetime]:
    """Return the minutes of the window in which the camera was watching."""
    query = select(_m.minute).where(_m.device_id == device_id, _m.minute >= window.start, _m.minute < window.end)
    return connection.execute(query).scalars().all()


@dataclass(frozen=True)
class HourCoverage:
    """Minutes of one UTC hour in which a camera was watching."""

    device_id: str
    hour: datetime
    minutes: int


_read_hour_coverage = RowReader(HourCoverage)


def count_minutes_by_hour(connection: Connection, window: Window) -> list[HourCoverage]:
    """Return the watched minutes of each camera and hour of the window; hours without any are missing."""
    hour = hour_start(_m.minute).label("hour")
    query = (
        select(_m.device_id, hour, func.count().label("minutes"))
        .where(_m.minute >= window.start, _m.minute < window.end)
        .group_by(_m.device_id, hour)
        .order_by(_m.device_id, hour)
    )
    return _read_hour_coverage.many(connection.execute(query))


def select_watching_before(connection: Connection, at: datetime) -> set[str]:
    """Return the devices that were watching in some minute before `at`."""
    earlier = exists(select(_m.minute).where(_m.device_id == devices.c.device_id, _m.minute < at))
    return set(connection.execute(select(devices.c.device_id).where(earlier)).scalars())


def select_expected(connection: Connection, since: datetime, until: datetime) -> list[ExpectedDevice]:
    """Return the devices that were watching in [since, until), by name."""
    watched = exists(
        select(_m.minute).where(_m.device_id == devices.c.device_id, _m.minute >= since, _m.minute < until)
    )
    query = select(devices.c.device_id, devices.c.location).where(watched).order_by(devices.c.device_id)
    return _read_expected_device.many(connection.execute(query))
