"""Databases with a history: the same last day in each, and any number of detections before it."""

import shutil
import time
from contextlib import closing
from pathlib import Path
from random import Random

from sqlalchemy import Connection, create_engine, make_url

from stressvision.core.config import Settings
from stressvision.db.engine.connection import parse_url, sqlite_driver, sqlite_path
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.db.schema.backfill import recount_totals
from stressvision.db.schema.rollups import recount_rollups
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.enrolment import Enrolment, enrol_employee

PEOPLE, DEVICES = 50, 4
RECENT = 10_000
"""Detections of the last day."""

_COLUMNS = """session_id, timestamp, device_id, track_id, employee_id, recognition_confidence, emotion,
  emotion_confidence, emotion_vector, bounding_box, frame_quality, processing_time_ms, created_at, event_id"""
_VECTOR = '{"neutral":0.8,"happy":0.1,"stress":0.05,"sad":0.03,"fatigue":0.02}'
_BOX = '{"x":250,"y":120,"w":110,"h":110}'
_FILL_SQLITE = f"""
INSERT INTO detection_events ({_COLUMNS})
WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last),
moments AS (SELECT n, strftime('%Y-%m-%d %H:%M:%f', :now - (CASE
    WHEN :rows - n < :recent / 2 THEN (:rows - n) * 3600.0 / (:recent / 2)
    WHEN :rows - n < :recent THEN 3600 + (:rows - n - :recent / 2) * 82800.0 / (:recent / 2)
    ELSE 86400 + (:rows - n - :recent) * 6.0 END), 'unixepoch') AS at FROM numbers)
SELECT 1, at, 'pi-' || (n % :devices), 'trk_' || (n % 97), 1 + n % :people, 0.9,
  CASE WHEN n % 40 = 0 THEN 'stress' WHEN n % 9 = 0 THEN 'happy' ELSE 'neutral' END, 0.8,
  '{_VECTOR}', '{_BOX}', 0.9, 14.2, at, lower(hex(randomblob(16)))
FROM moments"""  # noqa: S608  constants of this module
_FILL_POSTGRESQL = f"""
INSERT INTO detection_events ({_COLUMNS})
SELECT 1, at, 'pi-' || mod(n, %(devices)s), 'trk_' || mod(n, 97), 1 + mod(n, %(people)s), 0.9,
  CASE WHEN mod(n, 40) = 0 THEN 'stress' WHEN mod(n, 9) = 0 THEN 'happy' ELSE 'neutral' END, 0.8,
  '{_VECTOR}', '{_BOX}', 0.9, 14.2, at, gen_random_uuid()
FROM (SELECT n, date_trunc('milliseconds', now()) - interval '1 second' * (CASE
    WHEN %(rows)s - n < %(recent)s / 2 THEN (%(rows)s - n) * 3600.0 / (%(recent)s / 2)
    WHEN %(rows)s - n < %(recent)s THEN 3600 + (%(rows)s - n - %(recent)s / 2) * 82800.0 / (%(recent)s / 2)
    ELSE 86400 + (%(rows)s - n - %(recent)s) * 6.0 END) AS at
  FROM generate_series(%(first)s::int, %(last)s::int) AS n) AS moments"""  # noqa: S608


def copy_history(url: str, rows: int, kept: Path) -> None:
    """Make the database a copy of one whose newest detections are added now; fill that one first, if it is absent.

    Args:
        url: of a new SQLite file, or of an empty database of a PostgreSQL server.
        rows: number of detections.
        kept: the SQLite file with all earlier ones. On PostgreSQL they are a database of its name on the same server.

    Raises:
        RuntimeError: the kept database has another number of detections.
    """
    path = sqlite_path(parse_url(url))
    if path is None:
        _copy_postgresql(url, rows, kept.stem.replace("-", "_"))
    else:
        _copy_sqlite(path, rows, kept)
    context = open_context(Settings(database_url=url))  # upgrades the copy
    values = {"rows": rows, "recent": RECENT, "devices": DEVICES, "people": PEOPLE, "first": rows - RECENT + 1}
    with closing(context.database) as database, database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM detection_events").scalar_one()
        if found != rows - RECENT:
            raise RuntimeError(f"{kept.stem} has {found} detections instead of {rows - RECENT}")
    with closing(context.database) as database, database.write() as writer:
        if path is None:
            writer.exec_driver_sql(_FILL_POSTGRESQL, {**values, "last": rows})
        else:
            writer.exec_driver_sql(_FILL_SQLITE, {**values, "last": rows, "now": time.time()})


def _copy_sqlite(path: Path, rows: int, kept: Path) -> None:
    if not kept.exists():
        part = kept.with_suffix(".part")
        part.unlink(missing_ok=True)
        fill_history(f"sqlite:///{part}", rows, RECENT, leave_out=RECENT)
        part.rename(kept)
    shutil.copyfile(kept, path)


def _copy_postgresql(url: str, rows: int, kept: str) -> None:
    own = make_url(url)
    server = create_engine(own.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        run = connection.exec_driver_sql
        if not run("SELECT 1 FROM pg_database WHERE datname = %(kept)s", {"kept": kept}).all():
            part = f"{kept}_part"
            run(f"DROP DATABASE IF EXISTS {part} WITH (FORCE)")
            run(f"CREATE DATABASE {part}")
            filled = own.set(database=part).render_as_string(hide_password=False)
            fill_history(filled, rows, RECENT, leave_out=RECENT)
            run(f"ALTER DATABASE {part} RENAME TO {kept}")
        run(f"DROP DATABASE {own.database}")
        run(f"CREATE DATABASE {own.database} TEMPLATE {kept} STRATEGY FILE_COPY")
    server.dispose()


def fill_history(url: str, rows: int, recent: int = RECENT, leave_out: int = 0, people: int = PEOPLE) -> None:
    """Create the tables at `url` with 50 employees and `rows` detections; 10 million take some minutes.

    Indexes and triggers do not exist while the rows are inserted.

    Args:
        url: of an empty database.
        rows: number of detections.
        recent: number of detections within the last day, half of them within the last hour.
        leave_out: number of the newest detections that are not to be stored.
        people: number of employees who were detected.
    """
    context = open_context(Settings(database_url=url))
    values = {"rows": rows, "recent": recent, "devices": DEVICES, "people": people}
    values |= {"first": 1, "last": rows - leave_out}
    with closing(context.database) as database:
        enrol_people(context)
        path = sqlite_path(database.url)
        if path is not None:
            _fill_sqlite(path, values)
        else:
            with database.write() as writer:
                _fill_postgresql(writer, values)
        with database.write() as writer:
            recount_totals(writer)
            recount_rollups(writer)
        if path is None:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")


def enrol_people(context: Context) -> None:
    """Enrol PEOPLE employees, each with a random embedding."""
    chance = Random(7)  # noqa: S311  not a secret
    for number in range(1, PEOPLE + 1):
        sample = FaceSampleRow(tuple(chance.random() for _ in range(128)), 0.9)
        enrolment = Enrolment(f"EMP{number:03}", f"Persona {number}", "Planta", "morning", (sample,) * 3, "0" * 64)
        enrol_employee(context, enrolment, Actor(user_id="bench"))


def _fill_sqlite(path: Path, values: dict[str, int]) -> None:
    with closing(sqlite_driver().connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=-1000000")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "INSERT INTO sessions(device_id, start_timestamp) VALUES ('pi-0', strftime('%Y-%m-%d %H:%M:%f', 'now'))"
        )
        later = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'detection_events' AND sql IS NOT NULL"
            " AND type IN ('index', 'trigger')"
        ).fetchall()
        connection.execute("BEGIN")
        for kind, name, _ in later:
            connection.execute(f"DROP {kind} {name}")
        connection.execute(_FILL_SQLITE, {**values, "now": time.time()})
        for _, _, sql in later:
            connection.execute(sql)
        connection.execute("COMMIT")


def _fill_postgresql(connection: Connection, values: dict[str, int]) -> None:
    run = connection.exec_driver_sql
    run("SET LOCAL maintenance_work_mem = '512MB'")
    run("SET LOCAL session_replication_role = replica")  # no trigger runs, nor a foreign key's
    run("INSERT INTO sessions(device_id, start_timestamp) VALUES ('pi-0', now())")
    indexes = run(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'detection_events' AND indexname LIKE 'ix_%%'"
    ).all()
    unique = "SELECT conname FROM pg_constraint WHERE conrelid = 'detection_events'::regclass AND contype = 'u'"
    run(f"ALTER TABLE detection_events DROP CONSTRAINT {run(unique).scalar_one()}")
    for name, _ in indexes:
        run(f"DROP INDEX {name}")
    run(_FILL_POSTGRESQL, values)
    for _, definition in indexes:
        run(definition)
    run("ALTER TABLE detection_events ADD UNIQUE (event_id)")
