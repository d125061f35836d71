"""The outbox: a queue of messages in a SQLite file, so that no detection is lost to a server failure or a power cut.

It holds no image and no embedding, and only its owner can read the file. Messages leave in the order of arrival.
"""

import json
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

from stressvision.core.clock import Clock, MonotonicClock, StepDetector, to_stored, utc_now
from stressvision.edge.delivery import delivered as copies
from stressvision.edge.delivery.delivered import ServerPosition
from stressvision.edge.delivery.outbox_file import open_outbox_file, translate_errors

MAX_MESSAGES = 100_000
"""About 50 MB: a day of one detection a second."""
MAX_AGE = timedelta(days=7)
MAX_REFUSED = 1000


class MessageKind(StrEnum):
    """What a message contains."""

    SESSION_START = "session_start"
    DETECTION = "detection"
    SESSION_END = "session_end"


@dataclass(frozen=True)
class OutboxMessage:
    """A message to send.

    Attributes:
        kind: What it contains.
        key: The session it starts or ends, or the event id of a detection.
        body: JSON to send.
    """

    kind: MessageKind
    key: str
    body: str


@dataclass(frozen=True)
class StoredMessage(OutboxMessage):
    """A message of the outbox, with its id."""

    id: int


@dataclass(frozen=True)
class Backlog:
    """Counts of messages.

    Attributes:
        waiting: To be sent.
        dropped: Deleted unsent, because they were too old or too many.
        refused: Set aside, because the server rejected them for good.
        early: Those of `waiting` that the server accepts later: once its clock has reached their time, or from the
            device that they belong to.
    """

    waiting: int
    dropped: int
    refused: int
    early: int = 0


_SESSION_IDS = """
SELECT key FROM item WHERE kind = 'session_start' UNION SELECT key FROM early WHERE kind = 'session_start'
UNION SELECT key FROM refused WHERE kind = 'session_start' UNION SELECT key FROM delivered WHERE kind = 'session_start'
UNION SELECT key FROM open_session
"""


class Outbox:
    """A durable, thread-safe queue, bounded by `max_messages` and `max_age`: excess detections are dropped."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock = utc_now,
        monotonic: MonotonicClock = time.monotonic,
        max_messages: int = MAX_MESSAGES,
        max_age: timedelta = MAX_AGE,
    ) -> None:
        """Open or create the file; a damaged file is renamed and replaced.

        A step of `clock`, noticed by `monotonic`, makes no message older or younger.

        Raises:
            DatabaseUnavailable: If the folder cannot be written.
        """
        self._clock, self._max_messages, self._max_age = clock, max_messages, max_age
        self._steps, self._step = StepDetector(clock, monotonic), timedelta()
        self._lock = threading.Lock()
        self._connection = open_outbox_file(path, clock)

    def add(self, kind: MessageKind, key: str, body: str) -> None:
        """Store one message; it is on disk when this returns.

        Raises:
            DatabaseUnavailable: If the file cannot be written.
        """
        self.add_all([OutboxMessage(kind, key, body)])

    def add_all(self, messages: Sequence[OutboxMessage]) -> None:
        """Store messages in one transaction; they are on disk when this returns.

        Raises:
            DatabaseUnavailable: If the file cannot be written.
        """
        with self._lock, translate_errors(), self._connection:
            now = self._clock()
            self._follow_clock()
            self._connection.executemany(
                "INSERT INTO item (kind, key, body, at) VALUES (?, ?, ?, ?)",
                [(message.kind.value, message.key, message.body, to_stored(now)) for message in messages],
            )
            for message in messages:
                self._track_session(message, now)
            self._drop_excess(now)
        self._step = timedelta()

    def peek(self, limit: int) -> list[StoredMessage]:
        """Return the oldest messages to send together: a session's start or end, or up to `limit` detections."""
        with self._lock, translate_errors():
            rows = self._connection.execute(
                "SELECT id, kind, key, body FROM item ORDER BY id LIMIT ?", (limit,)
            ).fetchall()
        messages = [StoredMessage(MessageKind(kind), key, body, id_) for id_, kind, key, body in rows]
        return list(takewhile(lambda message: message.kind is MessageKind.DETECTION, messages)) or messages[:1]

    def settle(
        self, delivered: Sequence[int], refused: Mapping[int, str], position: ServerPosition | None = None
    ) -> None:
        """Remove delivered messages (by id) from the queue, and set aside those the server refused, with the reason.

        Copies of the delivered ones are kept for a day. `position`: stored with them.
        """
        with self._lock, translate_errors(), self._connection:
            copies.keep(self._connection, delivered, self._clock())
            if position is not None:
                copies.write_position(self._connection, position)
            self._connection.executemany(
                "INSERT OR REPLACE INTO refused SELECT id, kind, key, body, at, ? FROM item WHERE id = ?",
                [(reason, item) for item, reason in refused.items()],
            )
            self._connection.executemany("DELETE FROM item WHERE id = ?", [(item,) for item in (*delivered, *refused)])
            self._connection.execute(
                "DELETE FROM refused WHERE id NOT IN (SELECT id FROM refused ORDER BY id DESC LIMIT ?)",
                (MAX_REFUSED,),
            )
            self._count("refused", len(refused))

    def server_position(self) -> ServerPosition | None:
        """Return the stored position of the server, or None before the first delivery."""
        with self._lock, translate_errors():
            return copies.read_position(self._connection)

    def delivered_start(self, session_id: str) -> str | None:
        """Return the body of a delivered start of a session, or None if it is no longer kept."""
        with self._lock, translate_errors():
            return copies.find_start(self._connection, session_id)

    def requeue_session(self, session_id: str, database_id: str = "") -> int:
        """Put the session's delivered messages back into the queue: the server has lost them.

        `database_id`: of the server's database, which accepts no employees of another one; empty if not known.
        """
        with self._lock, translate_errors(), self._connection:
            return copies.requeue_session(self._connection, session_id, database_id)

    def newest_delivered(self) -> StoredMessage | None:
        """Return the copy of the detection of the server's position; None if it is no longer kept."""
        with self._lock, translate_errors():
            row = copies.find_newest(self._connection)
        return None if row is None else StoredMessage(MessageKind.DETECTION, row[1], row[2], row[0])

    def requeue_delivered(self, database_id: str = "", position: ServerPosition | None = None) -> int:
        """Put all delivered messages back into the queue: the server has an older or another database.

        `position`: stored with it.
        """
        with self._lock, translate_errors(), self._connection:
            if position is not None:
                copies.write_position(self._connection, position)
            return copies.requeue_all(self._connection, database_id)

    def exchange_database(self, database_id: str) -> str:
        """Store the id of the server's database, and return the one before; empty at the first delivery."""
        with self._lock, translate_errors(), self._connection:
            before = copies.read_database(self._connection)
            if before != database_id:
                copies.write_database(self._connection, database_id)
            return before

    def readdress(self, employee_ids: Collection[int], before: str, database_id: str) -> int:
        """Address detections to another database, in which these employees have the same ids; return the number."""
        with self._lock, translate_errors(), self._connection:
            return copies.readdress(self._connection, employee_ids, before, database_id)

    def session_ids(self) -> frozenset[str]:
        """Return the ids of the sessions that this file still contains."""
        with self._lock, translate_errors():
            return frozenset(key for (key,) in self._connection.execute(_SESSION_IDS))

    def postpone(self, due: Mapping[int, datetime]) -> None:
        """Take messages (by id) out of the queue until the server's clock has reached `due`: the device's is ahead."""
        with self._lock, translate_errors(), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO early SELECT id, kind, key, body, at, ? FROM item WHERE id = ?",
                [(to_stored(moment), item) for item, moment in due.items()],
            )
            self._connection.executemany("DELETE FROM item WHERE id = ?", [(item,) for item in due])

    def requeue_due(self, now: datetime) -> None:
        """Put postponed messages back in their place in the queue if they are due at `now` (the server's time)."""
        until = (to_stored(now),)
        with self._lock, translate_errors(), self._connection:
            if self._connection.execute("SELECT 1 FROM early WHERE due <= ? LIMIT 1", until).fetchone():
                self._connection.execute(
                    "INSERT INTO item (id, kind, key, body, at) SELECT id, kind, key, body, at FROM early "
                    "WHERE due <= ?",
                    until,
                )
                self._connection.execute("DELETE FROM early WHERE due <= ?", until)

    def delete_except(self, employee_ids: Collection[int], database_id: str = "") -> int:
        """Delete the detections of all other employees, overwriting their bytes; return the number of messages.

        `database_id`: of the server's database: employees of another one are not concerned, and wait for its server.
        """
        values = {"known": json.dumps(sorted(employee_ids)), "database": database_id}
        deleted = 0
        with self._lock, translate_errors():
            with self._connection:
                for table in ("item", "early", "refused", "delivered"):
                    deleted += self._connection.execute(
                        f"DELETE FROM {table} WHERE kind = 'detection' AND {copies.OF_DATABASE} "  # noqa: S608
                        "AND json_extract(body, '$.employee_id') IS NOT NULL "
                        "AND json_extract(body, '$.employee_id') NOT IN (SELECT value FROM json_each(:known))",
                        values,
                    ).rowcount
            # Also if nothing was deleted: an earlier call may have failed at this point.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return deleted

    def touch_session(self, key: str) -> None:
        """Store that the session is still running: this becomes its end if it is never ended."""
        with self._lock, translate_errors(), self._connection:
            self._connection.execute(
                "UPDATE open_session SET seen_at = ? WHERE key = ?", (to_stored(self._clock()), key)
            )

    def unfinished_sessions(self, device_id: str) -> dict[str, str]:
        """Return this device's sessions that were not ended (it was killed), with the stored time of the last touch."""
        with self._lock, translate_errors():
            rows = self._connection.execute("SELECT key, seen_at FROM open_session ORDER BY key").fetchall()
        # Two devices may share the file: the session of the other one is still running.
        return {key: seen_at for key, seen_at in rows if key.rpartition("_")[0] == f"session_{device_id}"}

    def backlog(self) -> Backlog:
        """Return the counts of messages.

        Raises:
            DatabaseUnavailable: If the file cannot be read.
        """
        with self._lock, translate_errors():
            queued = self._connection.execute("SELECT count(*) FROM item").fetchone()[0]
            early = self._connection.execute("SELECT count(*) FROM early").fetchone()[0]
            tally = dict(self._connection.execute("SELECT name, count FROM tally").fetchall())
        return Backlog(queued + early, tally.get("dropped", 0), tally.get("refused", 0), early)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _follow_clock(self) -> None:
        """Shift the stored times by a step of the clock: a Raspberry Pi starts with a time of the past."""
        self._step += self._steps.check() or timedelta()
        if self._step:
            shift = (f"{self._step.total_seconds():+.3f} seconds",)
            for table in ("item", "early", "delivered"):
                self._connection.execute(f"UPDATE {table} SET at = strftime('%Y-%m-%d %H:%M:%f', at, ?)", shift)  # noqa: S608

    def _track_session(self, message: OutboxMessage, now: datetime) -> None:
        if message.kind is MessageKind.SESSION_START:
            self._connection.execute("INSERT OR REPLACE INTO open_session VALUES (?, ?)", (message.key, to_stored(now)))
        elif message.kind is MessageKind.SESSION_END:
            self._connection.execute("DELETE FROM open_session WHERE key = ?", (message.key,))

    def _drop_excess(self, now: datetime) -> None:
        # Starts and ends of sessions stay: they are few, and detections refer to them.
        bounds = (MessageKind.DETECTION.value, to_stored(now - self._max_age), self._max_messages)
        for table in ("item", "early"):
            dropped = self._connection.execute(
                f"DELETE FROM {table} WHERE kind = ? AND (at < ? OR id <= (SELECT max(id) FROM item) - ?)",  # noqa: S608
                bounds,
            ).rowcount
            self._count("dropped", dropped)

    def _count(self, name: str, more: int) -> None:
        if more > 0:
            self._connection.execute(
                "INSERT INTO tally VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count",
                (name, more),
            )
