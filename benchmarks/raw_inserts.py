"""Bare counterpart of batches: the driver inserting the same rows into the same table, equally durable."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

import psycopg

from stressvision.db.engine.connection import parse_url, sqlite_driver, sqlite_path

Row = tuple[object, ...]


def insert_raw(url: str, make: Callable[[], dict[str, object]], size: int, seconds: float) -> float:
    """Insert rows like `make()` in transactions of `size` for `seconds`; return rows per second."""
    rows = [_to_row(make()) for _ in range(size)]
    batch = [tuple(row.values()) for row in rows]
    with _inserter(url, list(rows[0])) as insert:
        stored, began = 0, time.perf_counter()
        while time.perf_counter() < began + seconds:
            batch = [(str(uuid4()), *row[1:]) for row in batch]
            insert(batch)
            stored += size
        return stored / (time.perf_counter() - began)


@contextmanager
def _inserter(url: str, columns: Sequence[str]) -> Iterator[Callable[[Sequence[Row]], None]]:
    """Yield a function that inserts and commits rows: SQLite one by one, PostgreSQL in a pipeline."""
    path = sqlite_path(parse_url(url))
    mark = "%s" if path is None else "?"
    statement = f"INSERT INTO detection_events ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608  constant names
    if path is None:
        with psycopg.connect(url, autocommit=True) as server:
            yield lambda rows: _insert_many(server, statement, rows)
        return
    with closing(sqlite_driver().connect(str(path), isolation_level=None, timeout=30)) as file:
        file.execute("PRAGMA synchronous=FULL")
        yield lambda rows: _insert_each(file, statement, rows)


def _insert_many(server: psycopg.Connection, statement: str, rows: Sequence[Row]) -> None:
    with server.transaction():
        server.cursor().executemany(statement, rows)


def _insert_each(file: Any, statement: str, rows: Sequence[Row]) -> None:
    file.execute("BEGIN IMMEDIATE")
    for row in rows:
        file.execute(statement, row)
    file.execute("COMMIT")


def _to_row(detection: dict[str, object]) -> dict[str, object]:
    """Return the row of a detection, its `event_id` first."""
    moment = str(detection["timestamp"]).replace("T", " ").removesuffix("Z")
    as_text = {name: json.dumps(detection[name]) for name in ("emotion_vector", "bounding_box")}
    kept = {name: value for name, value in detection.items() if name != "type"}
    return {**kept, **as_text, "timestamp": moment, "created_at": moment}
