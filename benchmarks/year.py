"""A year of a plant through the real write path, and where it bends: `python -m benchmarks.year`.

`--database postgresql` starts a PostgreSQL server. The plant's clock runs as fast as the database stores. Each batch
goes from JSON through `parse_batch` and `store_batch`, as in ingest behind HTTP: HTTP itself is measured by
`benchmarks.server`, and only inside a process can the clock be the plant's.
At the end of each day the reporter writes its windows and deletes what has expired. Prints a table for docs/scaling.md.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import insert, text

from benchmarks.plant import AREAS, PEOPLE, PEOPLE_OF_AREA, Plant
from benchmarks.postgresql import run_postgresql
from stressvision.core.config import Settings
from stressvision.db.engine.connection import sqlite_path
from stressvision.db.engine.storage import read_size
from stressvision.db.queries.detections.hours import count_area_hours
from stressvision.db.schema.rollups import TABLES
from stressvision.db.schema.tables import employees
from stressvision.domain.reports import Window
from stressvision.services.context import Context, open_context
from stressvision.services.detections.batches import parse_batch, store_batch
from stressvision.services.figures import read_overview
from stressvision.services.privacy.retention import apply_retention
from stressvision.services.reports.creation import write_due_reports

BATCH = 200
FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
MIB = 2**20
DAY_SECONDS = 86_400


class PlantClock:
    """The plant's time."""

    def __init__(self) -> None:
        self.now = FIRST_DAY

    def __call__(self) -> datetime:
        """Return the time now."""
        return self.now


@dataclass
class Period:
    """What was measured since the last line of the table."""

    began: float = field(default_factory=time.monotonic)
    processor: float = field(default_factory=time.process_time)
    stored: int = 0
    waits: list[float] = field(default_factory=list)
    report_seconds: float = 0.0
    reports: int = 0
    retention_seconds: float = 0.0


class Player:
    """Plays days into a database and measures."""

    def __init__(self, context: Context, clock: PlantClock, plant: Plant) -> None:
        self.context, self.clock, self.plant = context, clock, plant
        self.period = Period()
        self.total = 0

    def play_day(self) -> None:
        """Store a day's detections, then write its reports and delete what has expired."""
        waiting: list[bytes] = []
        for _ in range(24 * 60):
            for detection in self.plant.play_minute(self.clock.now):
                waiting.append(detection)
                if len(waiting) == BATCH:
                    self._store(waiting)
                    waiting = []
            self.clock.now += timedelta(minutes=1)
        if waiting:
            self._store(waiting)
        began = time.monotonic()
        self.period.reports += len(write_due_reports(self.context, QUARTER))
        reported = time.monotonic()
        apply_retention(self.context)
        self.period.report_seconds += reported - began
        self.period.retention_seconds += time.monotonic() - reported

    def _store(self, detections: list[bytes]) -> None:
        body = b'{"detections": [' + b", ".join(detections) + b"]}"
        # Sent some seconds after the last of them.
        moment, self.clock.now = self.clock.now, self.clock.now + timedelta(minutes=1)
        began = time.monotonic()
        batch = parse_batch(body)
        assert batch is not None
        result = store_batch(self.context, batch, "es")
        self.period.waits.append(time.monotonic() - began)
        self.clock.now = moment
        if result.refused:
            raise SystemExit(f"refused: {next(item for item in result.results if item.problem)}")
        self.period.stored += result.stored
        self.total += result.stored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--every", type=int, default=1, help="seconds between detections of a person in view")
    parser.add_argument("--lines", type=int, default=12, help="lines of the table")
    parser.add_argument("--minutes", type=float, default=60, help="stop after this time, at the end of a day")
    parser.add_argument("--folder", type=Path, help="folder of the database (default: the temporary folder)")
    options = parser.parse_args()
    with ExitStack() as stack:
        if options.database == "postgresql":
            url = stack.enter_context(run_postgresql(options.folder))
        else:
            url = f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder))}/year.db"
        clock = PlantClock()
        context = open_context(Settings(database_url=url), clock)
        stack.enter_context(closing(context.database))
        _enrol(context)
        player = Player(context, clock, Plant(7, options.every))
        for line in _play(player, options.days, max(1, options.days // options.lines), 60 * options.minutes):
            print(line, flush=True)


def _enrol(context: Context) -> None:
    people = [
        {
            "employee_code": f"EMP{number:03}",
            "full_name": f"Persona {number}",
            "department": f"Área {(number - 1) // PEOPLE_OF_AREA + 1:02} de {AREAS}",
            "consent_given": True,
        }
        for number in range(1, PEOPLE + 1)
    ]
    with context.database.write() as connection:
        connection.execute(insert(employees), people)


def _play(player: Player, days: int, step: int, seconds: float) -> Iterator[str]:
    yield f"load {psutil.getloadavg()[0]:.0f}\n"
    yield (
        "| day | detections | rows/s | times real time | µs of a core, program | server | commit, median ms | 99 % "
        "| report ms | retention s/day | overview ms | 30 days by area ms | roll-up rows | database MiB "
        "| log B/detection |"
    )
    yield "|---:" * 15 + "|"
    deadline = time.monotonic() + seconds
    server = _ServerCost(player.context)
    for day in range(1, days + 1):
        player.play_day()
        is_late = time.monotonic() > deadline
        if day % step == 0 or day == days or is_late:
            yield _describe(player, day, step, server)
            player.period = Period()
            server = _ServerCost(player.context)
        if is_late:
            return


class _ServerCost:
    """Processor seconds of PostgreSQL's processes, and bytes of write-ahead log, since this object was made."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seconds, self._bytes = self._measure()

    def since(self) -> tuple[float, float]:
        """Return seconds and bytes; on SQLite none, whose work is the program's and whose log is a ring."""
        seconds, written = self._measure()
        return seconds - self._seconds, written - self._bytes

    def _measure(self) -> tuple[float, float]:
        if self._context.database.is_sqlite:
            return 0.0, 0.0
        with self._context.database.read() as connection:
            written = connection.execute(text("SELECT pg_current_wal_lsn() - '0/0'")).scalar_one()
            backend = psutil.Process(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        processes = [backend.parent(), *backend.parent().children()]  # type: ignore[union-attr]
        return sum(sum(process.cpu_times()[:2]) for process in processes if process), float(written)


def _describe(player: Player, day: int, step: int, server: _ServerCost) -> str:
    period, context = player.period, player.context
    elapsed, processor = time.monotonic() - period.began, time.process_time() - period.processor
    seconds, written = server.since()
    stored = max(period.stored, 1)
    cuts = statistics.quantiles(period.waits, n=100) if len(period.waits) > 1 else [0.0] * 99
    month = Window(player.clock.now - timedelta(days=30), player.clock.now)
    with context.database.read() as connection:
        size = read_size(connection, context.database.url)
        rows = sum(connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one() for table in TABLES)  # noqa: S608  a constant name
        month_ms = _milliseconds(lambda: count_area_hours(connection, month))
    log = written / stored if sqlite_path(context.database.url) is None else float("nan")
    return (
        f"| {day} | {player.total:,} | {stored / elapsed:,.0f} | {step * DAY_SECONDS / elapsed:,.0f} "
        f"| {processor / stored * 1e6:.0f} | {seconds / stored * 1e6:.0f} "
        f"| {1000 * cuts[49]:.0f} | {1000 * cuts[98]:.0f} "
        f"| {1000 * period.report_seconds / max(period.reports, 1):.0f} | {period.retention_seconds / step:.1f} "
        f"| {_milliseconds(lambda: read_overview(context)):.1f} | {month_ms:.1f} | {rows:,} | {size / MIB:,.0f} "
        f"| {log:.0f} |"
    )


def _milliseconds(run: Any) -> float:
    """Return the least time of three runs."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
