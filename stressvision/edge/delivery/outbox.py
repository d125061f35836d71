"""What waits to be sent: a small SQLite file, so that neither a dead server nor a pulled plug loses a detection.

It holds no image and no embedding, and is its owner's alone to read. Items leave in the order in which they came.
"""

import json
import sqlite3 as system_sqlite
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

import structlog

from stressvision.core.clock import Clock, to_stored, utc_now
from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.core.files import make_private

try:
    # It bundles a SQLite without the WAL-reset bug that files of several threads or processes run into before 3.51.3.
    import pysqlite3 as sqlite3
except ImportError:
    sqlite3 = system_sqlite

LARGEST = 100_000
"""Items kept at most, about 50 MB: a day of one person a second."""
OLDEST = timedelta(days=7)
REFUSED_KEPT = 1000
BUSY_SECONDS = 5.0

log = structlog.get_logger()


class MessageKind(StrEnum):
    SESSION_START = "session_start"
    DETECTION = "detection"
    SESSION_END = "session_end"


@dataclass(frozen=True)
class Item:
    """`key` is the session an item opens or ends, or the event id of a detection; `body` is the JSON to send."""

    id: int
    kind: MessageKind
    key: str
    body: str


@dataclass(frozen=True)
class Backlog:
    """`dropped`: too old or too many, never sent. `refused`: set aside, the server will never take them.

    `early`: of those waiting, the ones the server takes once its own clock has reached their time.
    """

    waiting: int
    dropped: int
    refused: int
    early: int = 0


_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS early (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    due TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS open_session (key TEXT PRIMARY KEY, seen_at TEXT NOT NULL);
"""


class Outbox:
    """Safe for several threads. `largest` and `oldest` bound it: the oldest detections are dropped and counted."""

    def __init__(
        self, path: Path, *, clock: Clock = utc_now, largest: int = LARGEST, oldest: timedelta = OLDEST
    ) -> None:
        """Opens or creates the file; one that is damaged is set aside under another name.

        Raises DatabaseUnavailable where the folder cannot be written.
        """
        self._clock, self._largest, self._oldest = clock, largest, oldest
        self._lock = threading.Lock()
        self._connection = _open(path, clock)

    def add(self, kind: MessageKind, key: str, body: str) -> None:
        """Keeps one item, on disk when this returns. Raises DatabaseUnavailable where the disk does not take it."""
        self.add_all([(kind, key, body)])

    def add_all(self, items: Sequence[tuple[MessageKind, str, str]]) -> None:
        """Keeps several items in one transaction."""
        now = self._clock()
        with self._lock, _translate_errors(), self._connection:
            self._connection.executemany(
                "INSERT INTO item (kind, key, body, at) VALUES (?, ?, ?, ?)",
                [(kind.value, key, body, to_stored(now)) for kind, key, body in items],
            )
            for kind, key, _ in items:
                self._follow_session(kind, key, now)
            self._drop_excess(now)

    def head(self, limit: int) -> list[Item]:
        """The oldest items that may be sent together: one session's start or end, or up to `limit` detections."""
        with self._lock, _translate_errors():
            rows = self._connection.execute(
                "SELECT id, kind, key, body FROM item ORDER BY id LIMIT ?", (limit,)
            ).fetchall()
        items = [Item(row[0], MessageKind(row[1]), row[2], row[3]) for row in rows]
        return list(takewhile(lambda item: item.kind is MessageKind.DETECTION, items)) or items[:1]

    def settle(self, delivered: Sequence[int], refused: Mapping[int, str]) -> None:
        """Forgets what was delivered, and sets aside what the server will never take, with its reason."""
        with self._lock, _translate_errors(), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO refused SELECT id, kind, key, body, at, ? FROM item WHERE id = ?",
                [(reason, item) for item, reason in refused.items()],
            )
            self._connection.executemany("DELETE FROM item WHERE id = ?", [(item,) for item in (*delivered, *refused)])
            self._connection.execute(
                "DELETE FROM refused WHERE id NOT IN (SELECT id FROM refused ORDER BY id DESC LIMIT ?)",
                (REFUSED_KEPT,),
            )
            self._count("refused", len(refused))

    def postpone(self, due: Mapping[int, datetime]) -> None:
        """Takes items (by id) out of the queue until the server's clock has reached `due`: the device's was ahead."""
        with self._lock, _translate_errors(), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO early SELECT id, kind, key, body, at, ? FROM item WHERE id = ?",
                [(to_stored(moment), item) for item, moment in due.items()],
            )
            self._connection.executemany("DELETE FROM item WHERE id = ?", [(item,) for item in due])

    def recall(self, now: datetime) -> None:
        """Puts what was postponed back where it was in the queue, once `now` (the server's time) has reached it."""
        until = (to_stored(now),)
        with self._lock, _translate_errors(), self._connection:
            if self._connection.execute("SELECT 1 FROM early WHERE due <= ? LIMIT 1", until).fetchone():
                self._connection.execute(
                    "INSERT INTO item (id, kind, key, body, at) SELECT id, kind, key, body, at FROM early "
                    "WHERE due <= ?",
                    until,
                )
                self._connection.execute("DELETE FROM early WHERE due <= ?", until)

    def forget_others(self, employee_ids: Collection[int]) -> int:
        """Drops, byte for byte, what waits of people other than these: who withdrew, was erased. How many items."""
        known = json.dumps(sorted(employee_ids))
        forgotten = 0
        with self._lock, _translate_errors():
            with self._connection:
                for table in ("item", "early", "refused"):
                    forgotten += self._connection.execute(
                        f"DELETE FROM {table} WHERE kind = ? AND json_extract(body, '$.employee_id') IS NOT NULL "  # noqa: S608
                        "AND json_extract(body, '$.employee_id') NOT IN (SELECT value FROM json_each(?))",
                        (MessageKind.DETECTION.value, known),
                    ).rowcount
            # Also where nothing was left to drop: the last time may have got no further than here.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return forgotten

    def touch_session(self, key: str) -> None:
        """Notes that the session is still running: where it is never ended, this is when it ended."""
        with self._lock, _translate_errors(), self._connection:
            self._connection.execute(
                "UPDATE open_session SET seen_at = ? WHERE key = ?", (to_stored(self._clock()), key)
            )

    def unfinished_sessions(self, device_id: str) -> dict[str, str]:
        """This device's sessions that were never ended (it was killed), with the stored time of their last sign."""
        with self._lock, _translate_errors():
            rows = self._connection.execute("SELECT key, seen_at FROM open_session ORDER BY key").fetchall()
        # Two devices may share the file: the other one's session is still running.
        return {key: seen_at for key, seen_at in rows if key.rpartition("_")[0] == f"session_{device_id}"}

    def backlog(self) -> Backlog:
        with self._lock, _translate_errors():
            queued = self._connection.execute("SELECT count(*) FROM item").fetchone()[0]
            early = self._connection.execute("SELECT count(*) FROM early").fetchone()[0]
            tally = dict(self._connection.execute("SELECT name, count FROM tally").fetchall())
        return Backlog(queued + early, tally.get("dropped", 0), tally.get("refused", 0), early)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _follow_session(self, kind: MessageKind, key: str, now: datetime) -> None:
        if kind is MessageKind.SESSION_START:
            self._connection.execute("INSERT OR REPLACE INTO open_session VALUES (?, ?)", (key, to_stored(now)))
        elif kind is MessageKind.SESSION_END:
            self._connection.execute("DELETE FROM open_session WHERE key = ?", (key,))

    def _drop_excess(self, now: datetime) -> None:
        # Starts and ends of sessions stay: they are few, and detections mean little without them.
        bounds = (MessageKind.DETECTION.value, to_stored(now - self._oldest), self._largest)
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


def _open(path: Path, clock: Clock) -> system_sqlite.Connection:
    with _translate_errors():
        try:
            return _prepare(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            aside = path.with_name(f"{path.name}.damaged-{clock():%Y%m%d%H%M%S}")
            path.rename(aside)
            log.error("the outbox is damaged: it was set aside and a new one begun", set_aside=aside.name)
            return _prepare(path)


def _prepare(path: Path) -> system_sqlite.Connection:
    make_private(path)
    connection: system_sqlite.Connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: these devices are switched off by pulling the plug, and one small commit a second costs nothing.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise DatabaseUnavailable(
            Message(
                es=f"La cola de envíos del dispositivo no se puede usar ({error}). Revise el espacio en disco y los "
                "permisos, o elija otro archivo con STRESSVISION_OUTBOX_PATH.",
                en=f"The device's outbox cannot be used ({error}). Check disk space and permissions, or choose another "
                "file with STRESSVISION_OUTBOX_PATH.",
            )
        ) from error
