"""Reads of endpoints: in the event loop where that does not stop it, in a thread otherwise."""

from collections.abc import Hashable
from functools import partial
from typing import TypeVar

from stressvision.api.pipelined_reads import PipelinedReads
from stressvision.api.short_work import ShortWork
from stressvision.core.errors import Unavailable
from stressvision.db.engine.connection import Database
from stressvision.db.engine.snapshot_reads import SnapshotRead

T = TypeVar("T")


class SnapshotReads:
    """`pipeline`: of PostgreSQL; a read that it cannot answer is tried once more on a connection of the pool."""

    def __init__(self, database: Database, short: ShortWork, pipeline: PipelinedReads | None) -> None:
        self._database, self._short, self._pipeline = database, short, pipeline

    async def fetch(self, kind: Hashable, read: SnapshotRead[T], *, is_short: bool = True) -> T:
        """Return the answer. Raises DatabaseUnavailable, and what the read's own function raises.

        `kind`: of the work (short_work.ShortWork). `is_short`: whether those behind it in the pipeline may wait for it.
        """
        if is_short and self._pipeline is not None and await self._pipeline.is_ready():
            try:
                return await self._pipeline.submit(read)
            except Unavailable:
                pass  # its connection is closed; the pool connects anew, or explains why it cannot
        return await self._short.run(kind, partial(self._database.fetch, read))
