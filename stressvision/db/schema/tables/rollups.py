"""Roll-ups: counts of detections per minute, hour and day, maintained by the triggers of db/schema/rollups.py."""

from typing import Any

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


def _start(name: str) -> Column[Any]:
    return Column(name, UtcMoment, primary_key=True)


def _name(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _employee_id() -> Column[Any]:
    # No foreign key: a program that checks none may have stored a detection of an unknown employee.
    return Column("employee_id", Integer, primary_key=True, autoincrement=False)


def _create_table(name: str, *key: Column[Any], number: str = "count") -> Table:
    """Return a table of one number by its key."""
    return Table(name, metadata, *key, Column(number, Integer, nullable=False), sqlite_with_rowid=False)


minute_counts = _create_table("minute_counts", _start("minute"), _name("emotion"))
"""Detections per minute and expression; emotion '': not analysed, here and below."""

hour_counts = _create_table("hour_counts", _start("hour"), _name("emotion"))
"""Detections per UTC hour and expression."""

device_hours = _create_table("device_hours", _start("hour"), _name("device_id"))
"""Detections per camera and UTC hour."""

device_days = _create_table("device_days", _start("day"), _name("device_id"))
"""Detections per camera and UTC day: of a year 365 rows of each camera instead of 8,760."""

employee_hours = _create_table("employee_hours", _employee_id(), _start("hour"), _name("emotion"))
"""Detections per employee, UTC hour and expression."""

employee_day_counts = _create_table("employee_day_counts", _employee_id(), _start("day"))
"""Detections per employee and UTC day."""

area_hours = _create_table("area_hours", _start("hour"), _name("area"), _name("emotion"))
"""Detections per UTC hour, area and expression. The area of a detection is its employee's present department."""

area_people = _create_table("area_people", _start("hour"), _name("area"), number="people")
"""Distinct employees detected per UTC hour and area."""
