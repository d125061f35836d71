"""Databases with a history: the same last day in each, and any number of detections before it."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from random import Random

from stressvision.core.config import Settings
from stressvision.db.engine.connection import sqlite_driver
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.db.schema.backfill import recount_totals
from stressvision.db.schema.rollups import recount_rollups
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.enrolment import Enrolment, enrol_employee

PEOPLE, DEVICES = 50, 4
RECENT = 10_000
"""Detections of the last day."""

_FILL = """
INSERT INTO detection_events (session_id, timestamp, device_id, track_id, employee_id, recognition_confidence, emotion,
  emotion_confidence, emotion_vector, bounding_box, frame_quality, processing_time_ms, created_at, event_id)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows),
moments AS (SELECT n, strftime('%Y-%m-%d %H:%M:%f', :now - (CASE
    WHEN :rows - n < :recent / 2 THEN (:rows - n) * 3600.0 / (:recent / 2)
    WHEN :rows - n < :recent THEN 3600 + (:rows - n - :recent / 2) * 82800.0 / (:recent / 2)
    ELSE 86400 + (:rows - n - :recent) * 6.0 END), 'unixepoch') AS at FROM numbers)
SELECT 1, at, 'pi-' || (n % :devices), 'trk_' || (n % 97), 1 + n % :people, 0.9,
  CASE WHEN n % 40 = 0 THEN 'stress' WHEN n % 9 = 0 THEN 'happy' ELSE 'neutral' END, 0.8,
  '{"neutral":0.8,"happy":0.1,"stress":0.05,"sad":0.03,"fatigue":0.02}', '{"x":250,"y":120,"w":110,"h":110}', 0.9,
  14.2, at, lower(hex(randomblob(16)))
FROM moments"""


def fill_history(path: Path, rows: int, recent: int = RECENT) -> None:
    """Create a database at `path` with 50 employees and `rows` detections; 10 million take some minutes.

    `recent`: number of detections within the last day, half of them within the last hour. Indexes and triggers are
    dropped while the rows are inserted and created again afterwards.
    """
    context = open_context(Settings(database_url=f"sqlite:///{path}"))
    enrol_people(context)
    with closing(sqlite_driver().connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=-1000000")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "INSERT INTO sessions(device_id, start_timestamp) VALUES ('pi-0', strftime('%Y-%m-%d %H:%M:%f', 'now'))"
        )
        _fill_without_indexes(connection, rows, recent)
    with context.database.write() as writer:
        recount_totals(writer)
        recount_rollups(writer)
    context.database.close()


def enrol_people(context: Context) -> None:
    """Enrol PEOPLE employees, each with a random embedding."""
    chance = Random(7)  # noqa: S311  not a secret
    for number in range(1, PEOPLE + 1):
        sample = FaceSampleRow(tuple(chance.random() for _ in range(128)), 0.9)
        enrolment = Enrolment(f"EMP{number:03}", f"Persona {number}", "Planta", "morning", (sample,) * 3, "0" * 64)
        enrol_employee(context, enrolment, Actor(user_id="bench"))


def _fill_without_indexes(connection: sqlite3.Connection, rows: int, recent: int) -> None:
    later = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'detection_events' AND sql IS NOT NULL"
        " AND type IN ('index', 'trigger')"
    ).fetchall()
    connection.execute("BEGIN")
    for kind, name, _ in later:
        connection.execute(f"DROP {kind} {name}")
    values = {"rows": rows, "recent": recent, "devices": DEVICES, "people": PEOPLE, "now": time.time()}
    connection.execute(_FILL, values)
    for _, _, sql in later:
        connection.execute(sql)
    connection.execute("COMMIT")
