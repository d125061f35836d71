"""Group commit: writes handed over at about the same time share one transaction, and one trip to the disk.

One thread does them, in the order in which they came. Whoever handed one over is answered when that commit is on disk,
or has failed.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

MAX_MEMBERS = 64
MAX_SECONDS = 0.01
"""How long a transaction takes new members; other processes wait meanwhile."""

T = TypeVar("T")


class DatabaseAccess(Protocol):
    """What differs between databases."""

    def connect(self) -> Connection: ...

    def begin(self, connection: Connection) -> None:
        """Begins a transaction as the only one who writes."""

    def count_written(self, connection: Connection) -> int | None:
        """Grows with each row that the transaction writes; None where that is unknown, or it is no longer open."""

    def explain(self, error: Exception) -> Exception:
        """The error as it is told to those who wait."""


@dataclass(frozen=True)
class _Member:
    """A write that was handed over, and who waits for it."""

    work: Callable[[Connection], Any]
    future: "Future[Any]"


@dataclass(frozen=True)
class _WriteResult:
    result: object = None
    error: Exception | None = None


class _RollbackRequired(Exception):
    """A member failed after it had written: the transaction must be taken back."""

    def __init__(self, outcome: _WriteResult) -> None:
        super().__init__()
        self.outcome = outcome


class GroupWriter:
    """Where one process writes to one database."""

    def __init__(self, access: DatabaseAccess, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._connection: Connection | None = None
        self._door = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: SimpleQueue[_Member | None] = SimpleQueue()
        self._gathered: deque[_Member] = deque()
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[Connection], T]) -> "Future[T]":
        """Does the work in a transaction that others may share; the future ends when it is on disk, or has failed.

        It may be done twice, the first time taken back, where another member of its transaction fails.
        """
        member = _Member(work, Future())
        self._waiting.put(member)
        if self._thread is None:
            self._start()
        return member.future

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction of its own. Returns when what was written is on disk. Raises sqlalchemy's DatabaseError."""
        with self._taking_turn(), self._transaction() as connection:
            yield connection

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Nobody writes through here meanwhile."""
        with self._taking_turn():
            yield

    def close(self) -> None:
        """What was handed over before is done first."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None
        with self._taking_turn():
            self._disconnect()

    def _start(self) -> None:
        with self._door:
            if self._thread is None:
                self._is_closing = False
                self._thread = threading.Thread(target=self._run, name="group-writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._gather():
            with self._taking_turn():
                self._write_together()

    def _gather(self) -> bool:
        """Waits for somebody; False when nobody will come any more."""
        if not self._gathered and not self._is_closing:
            self._take(None)
        return bool(self._gathered)

    def _take(self, timeout: float | None) -> bool:
        try:
            member = self._waiting.get(timeout=timeout)
        except Empty:
            return False
        if member is None:
            self._is_closing = True
            return False
        self._gathered.append(member)
        return True

    def _write_together(self) -> None:
        """Everybody gathered, and who comes until the last of them is done."""
        members, outcomes = list[_Member](), list[_WriteResult]()
        closes_at = self._clock() + MAX_SECONDS
        try:
            with self._transaction() as connection:
                while self._gathered and len(members) < MAX_MEMBERS and (not members or self._clock() < closes_at):
                    members.append(self._gathered.popleft())
                    outcomes.append(self._do(members[-1], connection))
                    if not self._gathered:
                        self._take(0)
        except _RollbackRequired as spoiled:
            self._tell(members.pop(), spoiled.outcome)
            for member in members:
                self._tell(member, self._do_alone(member))
        except Exception as error:  # noqa: BLE001  told to who waits; the thread serves whoever comes next
            if not members:
                # No transaction could begin: those who wait would wait as long again, one after the other.
                while self._take(0):
                    pass
                members.extend(self._gathered)
                self._gathered.clear()
            for member in members:
                self._tell(member, _WriteResult(error=error))
        else:
            for member, outcome in zip(members, outcomes, strict=True):
                self._tell(member, outcome)

    def _do(self, member: _Member, connection: Connection) -> _WriteResult:
        """Raises _Spoiled."""
        before = self._access.count_written(connection)
        try:
            return _WriteResult(result=member.work(connection))
        except Exception as error:
            outcome = _WriteResult(error=error)
            if before is None or self._access.count_written(connection) != before:
                raise _RollbackRequired(outcome) from error
            return outcome

    def _do_alone(self, member: _Member) -> _WriteResult:
        try:
            with self._transaction() as connection:
                return _WriteResult(result=member.work(connection))
        except Exception as error:  # noqa: BLE001  told to who waits for it
            return _WriteResult(error=error)

    def _tell(self, member: _Member, outcome: _WriteResult) -> None:
        if not member.future.set_running_or_notify_cancel():
            return
        if outcome.error is None:
            member.future.set_result(outcome.result)
        else:
            member.future.set_exception(self._access.explain(outcome.error))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        connection = self._begin()
        try:
            yield connection
            connection.commit()
        except BaseException:
            self._disconnect()
            raise

    def _begin(self) -> Connection:
        connection = self._connection = self._connection or self._access.connect()
        try:
            self._access.begin(connection)
        except BaseException:
            self._disconnect()
            raise
        return connection

    def _disconnect(self) -> None:
        """Takes back whatever was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            if not connection.invalidated:
                # SQLAlchemy takes a transaction for ended whose commit failed; SQLite does not.
                connection.connection.rollback()
            connection.close()

    @contextmanager
    def _taking_turn(self) -> Iterator[None]:
        # Two locks: with one alone the busiest thread would take turn after turn; here who waits at the door is next.
        with self._door:
            self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()
