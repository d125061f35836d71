"""Group commit: threads that write at the same time share one transaction, and one trip to the disk.

Whoever finishes writing while others wait for their turn leaves the transaction open for the next; the last one
commits. Everybody returns only when that commit is on disk, or fails with it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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
        self._driver: Any = connection.connection.dbapi_connection

    @property
    def is_open(self) -> bool:
        """SQLite takes a whole transaction back by itself where, for example, the disk is full."""
        return bool(self._driver.in_transaction)

    @property
    def has_room(self) -> bool:
        return self.is_open and self._members < MAX_MEMBERS

    @contextmanager
    def member(self) -> Iterator[Connection]:
        """What fails in here takes back its own writes alone."""
        self._members += 1
        # The first one's writes are all there is; and inside a savepoint SQLite keeps a second journal, in a file
        # once it has grown, which makes each row of a batch ten times as dear.
        savepoint = "member" if self._members > 1 else None
        if savepoint:
            self._driver.execute(f"SAVEPOINT {savepoint}")
        try:
            yield self.connection
            if savepoint:
                self._driver.execute(f"RELEASE {savepoint}")
        except BaseException as error:
            self._take_back(savepoint, error)
            raise

    def _take_back(self, savepoint: str | None, error: BaseException) -> None:
        if not self.is_open:
            self.failure = error if isinstance(error, DatabaseError) else None
        elif savepoint:
            self._driver.execute(f"ROLLBACK TO {savepoint}")
        else:
            self.connection.rollback()

    def end(self) -> None:
        """Commits; what could not be committed is taken back, and every member is told."""
        try:
            if self.is_open:
                self.connection.commit()
                self.is_committed = True
        except DatabaseError as error:
            self.failure = error
        finally:
            self.ended.set()


class GroupWriter:
    """Where one process writes to one SQLite database; `connect` gives a connection that begins IMMEDIATE."""

    def __init__(self, connect: Callable[[], Connection], clock: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._clock = clock
        self._connection: Connection | None = None
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

    def close(self) -> None:
        with self._taking_turn():
            self._end_group()
            self._disconnect()

    def _begin(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.begin()
        except BaseException:
            self._disconnect()
            raise
        return self._connection

    def _end_group(self) -> None:
        group, self._group = self._group, None
        if group is not None:
            group.end()
            if not group.is_committed:
                self._disconnect()

    def _disconnect(self) -> None:
        """Takes back whatever was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

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
