"""Copies of delivered messages, for a server that forgets: it was restored from a backup, or its database replaced.

They stay in the outbox's file for at most a day, and obey the same deletions as the messages not yet delivered.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.core.clock import to_stored

MAX_DELIVERED = 20_000
"""About 12 MB: five hours of one detection a second."""
MAX_DELIVERED_AGE = timedelta(days=1)

SCHEMA = """
CREATE TABLE IF NOT EXISTS delivered (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS server_position (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), message_id INTEGER NOT NULL, detection_id INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS server_database (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL);
"""

_RETURNED = "INSERT OR IGNORE INTO item (id, kind, key, body, at) SELECT id, kind, key, body, at FROM delivered"
_DATABASE = "coalesce(json_extract(body, '$.database_id'), '')"
OF_DATABASE = (
    f"(:database = '' OR kind <> 'detection' OR json_extract(body, '$.employee_id') IS NULL OR {_DATABASE} IN "
    "('', :database))"
)
"""Messages that the database `:database` may accept; empty: any. Its row ids are not those of another one."""
_OF_EMPLOYEES = (
    f"kind = 'detection' AND {_DATABASE} = :before "  # noqa: S608
    "AND json_extract(body, '$.employee_id') IN (SELECT value FROM json_each(:ids))"
)
_OF_SESSION = "CASE kind WHEN 'detection' THEN json_extract(body, '$.session_id') ELSE key END = :session"


@dataclass(frozen=True)
class ServerPosition:
    """The newest message that the server has stored for the first time, and the id that it returned.

    Ids of detections only rise within one database: a newer message with a lower id shows another or an older one.
    """

    message_id: int
    detection_id: int


def keep(connection: sqlite3.Connection, ids: Sequence[int], now: datetime) -> None:
    """Copy messages of the queue, before they are deleted there, and forget the oldest copies."""
    connection.executemany(
        "INSERT OR REPLACE INTO delivered SELECT id, kind, key, body, at FROM item WHERE id = ?",
        [(item,) for item in ids],
    )
    connection.execute(
        "DELETE FROM delivered WHERE at < ? OR id <= (SELECT max(id) FROM delivered) - ?",
        (to_stored(now - MAX_DELIVERED_AGE), MAX_DELIVERED),
    )


def find_start(connection: sqlite3.Connection, session_id: str) -> str | None:
    """Return the body of the session's start, or None if it is no longer kept."""
    query = "SELECT body FROM delivered WHERE kind = 'session_start' AND key = ?"
    row = connection.execute(query, (session_id,)).fetchone()
    return None if row is None else str(row[0])


def requeue_session(connection: sqlite3.Connection, session_id: str, database_id: str) -> int:
    """Put the session's messages that the database may accept back in their places; return their number."""
    return _requeue(connection, f"{_OF_SESSION} AND {OF_DATABASE}", {"session": session_id, "database": database_id})


def requeue_all(connection: sqlite3.Connection, database_id: str) -> int:
    """Put all messages that the database may accept back in their places in the queue; return their number.

    Those that waited for this database are due.
    """
    values = {"database": database_id}
    waiting = f"kind = 'detection' AND {_DATABASE} = :database AND :database <> ''"
    connection.execute(f"INSERT OR IGNORE INTO item SELECT id, kind, key, body, at FROM early WHERE {waiting}", values)  # noqa: S608
    due = connection.execute(f"DELETE FROM early WHERE {waiting}", values).rowcount  # noqa: S608
    return due + _requeue(connection, OF_DATABASE, values)


def _requeue(connection: sqlite3.Connection, condition: str, values: Mapping[str, str]) -> int:
    returned = connection.execute(f"{_RETURNED} WHERE {condition}", values).rowcount
    connection.execute(f"DELETE FROM delivered WHERE {condition}", values)  # noqa: S608
    return returned


def readdress(connection: sqlite3.Connection, employee_ids: Collection[int], before: str, database_id: str) -> int:
    """Address the detections of these employees to another database, where they have the same ids; return the number.

    Those delivered to the database `before` are put back into the queue, and those that waited for it are due.
    """
    values = {"before": before, "after": database_id, "ids": json.dumps(sorted(employee_ids))}
    for table in ("early", "delivered"):
        returned = f"INSERT OR IGNORE INTO item SELECT id, kind, key, body, at FROM {table} WHERE {_OF_EMPLOYEES}"  # noqa: S608
        connection.execute(returned, values)
        connection.execute(f"DELETE FROM {table} WHERE {_OF_EMPLOYEES}", values)  # noqa: S608
    update = f"UPDATE item SET body = json_set(body, '$.database_id', :after) WHERE {_OF_EMPLOYEES}"  # noqa: S608
    return connection.execute(update, values).rowcount


def read_database(connection: sqlite3.Connection) -> str:
    """Return the id of the server's database at the last delivery; empty before one."""
    row = connection.execute("SELECT id FROM server_database").fetchone()
    return "" if row is None else str(row[0])


def write_database(connection: sqlite3.Connection, database_id: str) -> None:
    """Store the id of the server's database."""
    connection.execute("INSERT OR REPLACE INTO server_database VALUES (1, ?)", (database_id,))


def find_newest(connection: sqlite3.Connection) -> tuple[int, str, str] | None:
    """Return id, key and body of the detection of the server's position; None if there is none, or no copy of it."""
    query = (
        "SELECT id, key, body FROM delivered WHERE id = (SELECT message_id FROM server_position) AND kind = 'detection'"
    )
    row = connection.execute(query).fetchone()
    return None if row is None else (int(row[0]), str(row[1]), str(row[2]))


def read_position(connection: sqlite3.Connection) -> ServerPosition | None:
    """Return the stored position, or None before the first delivery."""
    row = connection.execute("SELECT message_id, detection_id FROM server_position").fetchone()
    return None if row is None else ServerPosition(*row)


def write_position(connection: sqlite3.Connection, position: ServerPosition) -> None:
    """Store the position."""
    connection.execute(
        "INSERT OR REPLACE INTO server_position VALUES (1, ?, ?)", (position.message_id, position.detection_id)
    )
