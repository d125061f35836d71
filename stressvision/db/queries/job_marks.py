"""Times that jobs noted, by the name of the job."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from stressvision.db.queries.expressions import columns_for
from stressvision.db.schema.tables import job_marks


@dataclass(frozen=True)
class JobMark:
    """What a job noted: the time, and the newest change of the feed then."""

    at: datetime
    last_change_id: int


def find_mark(connection: Connection, name: str) -> JobMark | None:
    """Return what the job noted last, or None."""
    row = connection.execute(select(*columns_for(JobMark, job_marks)).where(job_marks.c.name == name)).one_or_none()
    return None if row is None else JobMark(*row)


def store_mark(connection: Connection, name: str, mark: JobMark) -> None:
    """Replace what the job noted."""
    changed = connection.execute(update(job_marks).where(job_marks.c.name == name).values(vars(mark)))
    if changed.rowcount == 0:
        connection.execute(insert(job_marks).values(name=name, **vars(mark)))
