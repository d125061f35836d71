"""Roll-ups: counts of detections per minute, hour and day, maintained by the triggers of db/schema/rollups.py."""

from sqlalchemy import Column, Integer, Table, Text

from stressvision.db.engine.types import UtcMoment
from stressvision.db.schema.tables.columns import metadata

rollup_progress = Table(
    "rollup_progress",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_detection_id", Integer, nullable=False),
)
"""Last detection (by row) that the roll-ups contain; newer ones are counted from their rows. No row: none."""


def _count() -> Column[int]:
    return Column("count", Integer, nullable=False)


def _employee_id() -> Column[int]:
    # No foreign key: a program that checks none may have stored a detection of an unknown employee.
    return Column("employee_id", Integer, primary_key=True, autoincrement=False)


minute_counts = Table(
    "minute_counts",
    metadata,
    Column("minute", UtcMoment, primary_key=True),
    Column("emotion", Text, primary_key=True),
    _count(),
    sqlite_with_rowid=False,
)
"""Detections per minute and expression; emotion '': not analysed, here and below."""

hour_counts = Table(
    "hour_counts",
    metadata,
    Column("hour", UtcMoment, primary_key=True),
    Column("emotion", Text, primary_key=True),
    _count(),
    sqlite_with_rowid=False,
)
"""Detections per UTC hour and expression."""

device_hours = Table(
    "device_hours",
    metadata,
    Column("hour", UtcMoment, primary_key=True),
    Column("device_id", Text, primary_key=True),
    _count(),
    sqlite_with_rowid=False,
)
"""Detections per camera and UTC hour."""

employee_hours = Table(
    "employee_hours",
    metadata,
    _employee_id(),
    Column("hour", UtcMoment, primary_key=True),
    Column("emotion", Text, primary_key=True),
    _count(),
    sqlite_with_rowid=False,
)
"""Detections per employee, UTC hour and expression."""

employee_day_counts = Table(
    "employee_day_counts",
    metadata,
    _employee_id(),
    Column("day", UtcMoment, primary_key=True),
    _count(),
    sqlite_with_rowid=False,
)
"""Detections per employee and UTC day."""

area_hours = Table(
    "area_hours",
    metadata,
    Column("hour", UtcMoment, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("emotion", Text, primary_key=True),
    _count(),
    sqlite_with_rowid=False,
)
"""Detections per UTC hour, area and expression. The area of a detection is its employee's present department."""

area_people = Table(
    "area_people",
    metadata,
    Column("hour", UtcMoment, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("people", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Distinct employees detected per UTC hour and area."""
