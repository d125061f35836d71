"""Group commit: threads that write at the same time share one transaction, and one trip to the disk.

Whoever finishes writing while others wait for their turn leaves the transaction open for the next; the last one
commits. Everybody returns only when that commit is on disk, or fails with it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

MAX_MEMBERS = 64
MAX_SECONDS = 0.01
"""How long a transaction takes new members; other processes wait meanwhile."""


class _Group:
    """One transaction and those who write in it, one after the other."""

    def __init__(self, connection: Connection, closes_at: float) -> None:
        self.connection = connection
        self.closes_at = closes_at
        self.ended = threading.Event()
        self.is_committed = False
        self.failure: Exception | None = None
        self._members = 0

    @property
    def is_open(self) -> bool:
        """SQLite takes a whole transaction back by itself where, for example, the disk is full."""
        return bool(self.connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]

    @property
    def has_room(self) -> bool:
        return self.is_open and self._members < MAX_MEMBERS

    @contextmanager
    def member(self) -> Iterator[Connection]:
        """What fails in here takes back its own writes alone."""
        self._members += 1
        self.connection.exec_driver_sql("SAVEPOINT member")
        try:
            yield self.connection
            self.connection.exec_driver_sql("RELEASE member")
        except BaseException as error:
            if self.is_open:
                self.connection.exec_driver_sql("ROLLBACK TO member")
            elif isinstance(error, DatabaseError):
                self.failure = error
            raise

    def end(self) -> None:
        """Commits; what could not be committed is taken back, and every member is told."""
        try:
            if self.is_open:
                self.connection.commit()
                self.is_committed = True
        except DatabaseError as error:
            self.failure = error
        finally:
            self.connection.close()
            self.ended.set()


class GroupWriter:
    """Where one process writes to one SQLite database; `begin` gives a connection in a write transaction."""

    def __init__(self, begin: Callable[[], Connection], clock: Callable[[], float] = time.monotonic) -> None:
        self._begin = begin
        self._clock = clock
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._group: _Group | None = None
        self.waiting = 0
        """Threads that wait for their turn."""

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Returns when what was written is on disk. Raises sqlalchemy's DatabaseError."""
        with self._taking_turn():
            group = self._group = self._group or _Group(self._begin(), self._clock() + MAX_SECONDS)
            try:
                with group.member() as connection:
                    yield connection
            finally:
                if not self.waiting or not group.has_room or self._clock() >= group.closes_at:
                    self._end_group()
        group.ended.wait()
        if not group.is_committed:
            raise group.failure or RuntimeError("a transaction ended without being committed")

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Nobody writes through here meanwhile."""
        with self._taking_turn():
            self._end_group()
            yield

    def _end_group(self) -> None:
        group, self._group = self._group, None
        if group is not None:
            group.end()

    @contextmanager
    def _taking_turn(self) -> Iterator[None]:
        with self._counting:
            self.waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._counting:
                self.waiting -= 1
        try:
            yield
        finally:
            self._turn.release()
