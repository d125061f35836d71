"""The time by which jobs may delete: read from the clock at an earlier run, and confirmed by the clock since.

A clock that is ahead at one run is put right before the next, and then its reading is discarded: what is deleted is
never younger than its term, at the cost of a day.
"""

import time
from datetime import timedelta

import structlog

from stressvision.core.clock import MonotonicClock
from stressvision.db.queries.changes import last_change_id
from stressvision.db.queries.privacy.retention import JobMark, find_mark, store_mark
from stressvision.services.context import Context

CONFIRMED_AFTER = timedelta(hours=22)
"""Less than from one daily run to the next, also on a day of 23 hours."""

log = structlog.get_logger()


class ConfirmedTime:
    """The readings of one job, kept in the database, so that they survive a restart of the process."""

    def __init__(self, job: str, monotonic: MonotonicClock = time.monotonic) -> None:
        self._job = job
        self._monotonic = monotonic
        self._noted: tuple[JobMark, float] | None = None

    def advance(self, context: Context) -> JobMark | None:
        """Return the reading that is confirmed, and note the present one in its place; None where none is.

        CONFIRMED_AFTER must have passed by the wall clock and, since a reading of this process, by the monotonic one.
        """
        now = context.clock()
        with context.database.write() as connection:
            known = find_mark(connection, self._job)
            is_discarded = known is None or now < known.at
            if known is not None and not is_discarded and not self._is_confirmed(known, now - known.at):
                return None
            mark = JobMark(now, last_change_id(connection))
            store_mark(connection, self._job, mark)
        self._noted = (mark, self._monotonic())
        if known is not None and is_discarded:
            log.warning("deletion postponed, clock set back", job=self._job, noted=str(known.at), now=str(now))
        return None if is_discarded else known

    def _is_confirmed(self, known: JobMark, passed: timedelta) -> bool:
        if passed < CONFIRMED_AFTER:
            return False
        if self._noted is not None and self._noted[0] == known:
            measured = timedelta(seconds=self._monotonic() - self._noted[1])
            if measured < CONFIRMED_AFTER:
                log.warning("deletion postponed, clock set ahead", job=self._job, noted=str(known.at))
                return False
        return True
