"""Daily samples of the disk, and what needs a repair."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, select

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import ReadRow, RowReader
from stressvision.db.schema.tables import disk_samples, releases, repairs
from stressvision.domain.upkeep import SAMPLE_DAYS, DiskSample, Repair


@dataclass(frozen=True)
class RepairRow(ReadRow):
    """A stored repair."""

    kind: str
    is_urgent: bool
    days_left: float | None
    detail: str
    found_at: datetime


_read_repair = RowReader(RepairRow)


def save_sample(connection: Connection, day: date, free_bytes: int, database_bytes: int) -> None:
    """Store the day's sample in place of an earlier one, and drop those beyond SAMPLE_DAYS."""
    connection.execute(delete(disk_samples).where(disk_samples.c.day == day.isoformat()))
    connection.execute(
        insert(disk_samples).values(day=day.isoformat(), free_bytes=free_bytes, database_bytes=database_bytes)
    )
    newest = select(disk_samples.c.day).order_by(disk_samples.c.day.desc()).limit(SAMPLE_DAYS)
    connection.execute(delete(disk_samples).where(disk_samples.c.day.not_in(newest.scalar_subquery())))


def select_samples(connection: Connection) -> list[DiskSample]:
    """Return the samples, the oldest first; a row whose day is not a date is left out."""
    samples = []
    for row in connection.execute(select(disk_samples.c.day, disk_samples.c.free_bytes).order_by(disk_samples.c.day)):
        try:
            samples.append(DiskSample(date.fromisoformat(row.day), int(row.free_bytes)))
        except (TypeError, ValueError):
            continue
    return samples


def select_first_use(connection: Connection) -> datetime | None:
    """Return when the first release that names itself in the database used it."""
    moment: datetime | None = connection.execute(select(func.min(releases.c.first_used_at))).scalar_one()
    return moment


def replace_repairs(connection: Connection, found: Sequence[Repair], at: datetime) -> None:
    """Replace the stored repairs by those found at `at`."""
    connection.execute(delete(repairs))
    if found:
        connection.execute(insert(repairs), [{**vars(repair), "found_at": at} for repair in found])


def replace_repair(connection: Connection, kind: str, found: Repair | None, at: datetime) -> None:
    """Replace the stored repair of a kind by the one found at `at`, or remove it."""
    connection.execute(delete(repairs).where(repairs.c.kind == kind))
    if found is not None:
        connection.execute(insert(repairs).values(**vars(found), found_at=at))


def select_repairs(connection: Connection) -> list[RepairRow]:
    """Return the stored repairs, the urgent ones first."""
    query = select(*columns_for(RepairRow, repairs)).order_by(repairs.c.is_urgent.desc(), repairs.c.kind)
    return _read_repair.many(connection.execute(query))


def select_repair(connection: Connection, kind: str) -> RepairRow | None:
    """Return the stored repair of a kind, or None."""
    query = select(*columns_for(RepairRow, repairs)).where(repairs.c.kind == kind)
    return _read_repair.one(connection.execute(query).one_or_none())
