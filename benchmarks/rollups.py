"""Time of the queries over the roll-ups, in a year of 500 people: `python -m benchmarks.rollups`.

`--rows 10000000` fills more detections, `--database FILE` keeps them. Prints a table for docs/performance.md.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.document import verdict
from stressvision.core.config import Settings
from stressvision.db.engine.connection import Database, sqlite_driver
from stressvision.db.queries.detections import figures
from stressvision.db.queries.detections.hours import count_area_hours, count_employee_hours
from stressvision.db.schema.rollups import recount_rollups
from stressvision.domain.reports import Window
from stressvision.services.context import Context, open_context
from stressvision.services.figures import find_stats, read_overview

PEOPLE, AREAS, DAYS, ROUNDS = 500, 10, 365, 7

_FILL = """
INSERT INTO detection_events (timestamp, device_id, employee_id, emotion, emotion_confidence, created_at)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows),
moments AS (SELECT n, strftime('%Y-%m-%d %H:%M:%f', :now - (:rows - n) * :seconds / :rows, 'unixepoch') AS at
  FROM numbers)
SELECT at, 'pi-' || (n % 20), 1 + (n * 7919) % :people,
  CASE WHEN n % 40 = 0 THEN 'stress' WHEN n % 9 = 0 THEN 'happy' ELSE 'neutral' END, 0.8, at FROM moments"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path, help="file that is kept for later runs, which do not fill it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (options.database or Path(folder) / "year.db").resolve()
        is_new = not path.exists()
        context = open_context(Settings(database_url=f"sqlite:///{path}"))
        with closing(context.database):
            if is_new:
                _fill(context.database, path, options.rows)
            print(f"{options.rows:,} detections of {PEOPLE} people in {AREAS} areas over {DAYS} days\n")
            print("| query | ms | at most | |\n|---|---:|---:|---|")
            for name, most, run in _queries(context):
                milliseconds = _measure(run)
                print(f"| {name} | {milliseconds:.1f} | {most} | {verdict(milliseconds <= most)} |", flush=True)


def _fill(database: Database, path: Path, rows: int) -> None:
    """Insert the people and detections without triggers and indexes, and count the roll-ups."""
    with closing(sqlite_driver().connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO employees (employee_code, full_name, department, consent_given) VALUES (?, ?, ?, true)",
            [(f"EMP{number:03}", f"Persona {number}", f"Área {number % AREAS}") for number in range(1, PEOPLE + 1)],
        )
        later = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'detection_events' AND sql IS NOT NULL"
            " AND type IN ('index', 'trigger')"
        ).fetchall()
        for kind, name, _ in later:
            connection.execute(f"DROP {kind} {name}")
        values = {"rows": rows, "people": PEOPLE, "now": time.time(), "seconds": DAYS * 86400.0}
        connection.execute(_FILL, values)
        for _, _, sql in later:
            connection.execute(sql)
        connection.execute("COMMIT")
    with database.write() as writer:
        recount_rollups(writer)


def _queries(context: Context) -> tuple[tuple[str, int, Callable[[], object]], ...]:
    now = datetime.now(UTC)
    month, fortnight = Window(now - timedelta(days=30), now), Window(now - timedelta(days=14), now)

    def run(query: Callable[..., object], *values: object) -> Callable[[], object]:
        def read() -> object:
            with context.database.read() as connection:
                return query(connection, *values)

        return read

    return (
        ("30 days by hour, area and expression", 30, run(count_area_hours, month)),
        ("one person's 14 days by hour", 10, run(count_employee_hours, 7, fortnight)),
        ("statistics of a year", 50, lambda: find_stats(context, 24 * DAYS)),
        ("statistics of a day", 10, lambda: find_stats(context, 24)),
        ("overview", 5, lambda: read_overview(context)),
        ("people of an hour", 5, run(figures.count_people(now - timedelta(hours=1), now).fetch)),
    )


def _measure(run: Callable[[], object]) -> float:
    """Return the median processor time in milliseconds; the first run warms the caches."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.thread_time()
        run()
        times.append((time.thread_time() - began) * 1000)
    return statistics.median(times[1:])


if __name__ == "__main__":
    main()
