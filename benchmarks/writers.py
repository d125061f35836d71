"""How long a program that stores detections waits beside retention, erasure and backup: `python -m benchmarks.writers`.

Each work runs in a process of its own on a copy of an SQLite file with a million detections and as many changes of the
feed; `--history FILE` keeps the file. Writes its section of docs/performance.md; retention and erasure take minutes, as
they pause between their transactions.
"""

import argparse
import multiprocessing
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import psutil

from benchmarks.document import replace_section, verdict
from benchmarks.history import fill_history
from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.db.engine.connection import sqlite_driver
from stressvision.services.backup.backups import make_backup
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.detections.storing import store_detection
from stressvision.services.privacy.erasure import erase_person
from stressvision.services.privacy.personal_rows import delete_personal_rows
from stressvision.services.privacy.retention import apply_retention, delete_old_changes
from stressvision.wire.detections import DetectionIn

HEADING = "## Servers: writers beside retention, erasure and backup"
RATE = 20.0
"""Detections a second, each committed by itself."""
TARGET_MS = 250.0
ALONE = "nothing"
ALONE_SECONDS = 20.0
ACTOR = Actor(user_id="bench")
WORKS: Mapping[str, Callable[[Context], object]] = {
    ALONE: lambda _context: time.sleep(ALONE_SECONDS),
    "backup": make_backup,
    "rows of an erasure": lambda context: delete_personal_rows(context, 1, ACTOR),
    "whole erasure": lambda context: erase_person(context, 1, ACTOR),
    "retention": lambda context: (delete_old_changes(context, sys.maxsize), apply_retention(context)),
}
PEOPLE = 2
"""The erased one has half of the detections: its rows are taken out of pages that stay in use."""


@dataclass(frozen=True)
class Waits:
    """Milliseconds that each commit took beside a work that took `seconds`, and at the same time in another file."""

    work: str
    seconds: float
    milliseconds: Sequence[float]
    elsewhere: Sequence[float]

    @property
    def longest(self) -> float:
        """The longest wait."""
        return max(self.milliseconds)

    @property
    def longest_elsewhere(self) -> float:
        """The longest wait in the other file."""
        return max(self.elsewhere)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="folder of the databases (default: the temporary folder)")
    parser.add_argument("--works", nargs="+", choices=WORKS, default=list(WORKS))
    parser.add_argument("--history", type=Path, help="file that is kept for later runs, which do not fill it")
    parser.add_argument("--days", type=int, default=1, help="age from which retention deletes detections (default: 1)")
    options = parser.parse_args()
    measured = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        history = options.history or Path(folder) / "history.db"
        if not history.exists():
            _fill(history, options.rows)
        load = psutil.getloadavg()[0]
        for work in options.works:
            own = Path(folder) / work.replace(" ", "-")
            own.mkdir()
            shutil.copyfile(history, own / "plant.db")
            waits = measure(own, work, options.days)
            longest = f"longest wait {waits.longest:.0f} ms, elsewhere {waits.longest_elsewhere:.0f}"
            print(f"{work}: {waits.seconds:.0f} s, {longest}", flush=True)
            measured.append(waits)
            shutil.rmtree(own)
    section = describe(measured, options.rows, options.days, load)
    if list(options.works) == list(WORKS):
        replace_section(section)
    print(section)


def _fill(path: Path, rows: int) -> None:
    fill_history(f"sqlite:///{path}", rows, people=PEOPLE)
    with closing(sqlite_driver().connect(str(path))) as connection, connection:
        connection.execute(
            "INSERT INTO changes (kind, entity_id, committed_at)"
            " SELECT 'detection', id, created_at FROM detection_events"
        )


def measure(folder: Path, work: str, days: int) -> Waits:
    """Run a work beside a program that stores, and one that stores elsewhere; return how long their commits took."""
    spawn = multiprocessing.get_context("spawn")
    stop, writers = spawn.Event(), []
    for place in (folder, folder / "elsewhere"):
        place.mkdir(exist_ok=True)
        ready = spawn.Event()
        theirs, ours = spawn.Pipe()
        writer = spawn.Process(target=store_until, args=(place, days, ready, stop, ours))
        writer.start()
        ready.wait()
        writers.append((writer, theirs))
    worker = spawn.Process(target=run_work, args=(folder, days, work))
    began = time.monotonic()
    worker.start()
    worker.join()
    seconds = time.monotonic() - began
    stop.set()
    milliseconds: list[list[float]] = [theirs.recv() for _, theirs in writers]
    for writer, _ in writers:
        writer.join()
    if worker.exitcode:
        raise RuntimeError(f"{work} ended with {worker.exitcode}")
    return Waits(work, seconds, *milliseconds)


def run_work(folder: Path, days: int, work: str) -> None:
    """Run a work on the folder's database, in a process of its own."""
    context = _open(folder, days)
    WORKS[work](context)
    context.database.close()


def store_until(folder: Path, days: int, ready: Event, stop: Event, results: Connection) -> None:
    """Store RATE detections a second until `stop` is set, then send how long each took, in milliseconds."""
    context, milliseconds = _open(folder, days), []
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        began = time.perf_counter()
        store_detection(context, DetectionIn(device_id="bench-01", timestamp=utc_now(), track_id="trk_1"))
        milliseconds.append(1000 * (time.perf_counter() - began))
        ready.set()
        due = max(due + 1 / RATE, time.monotonic())
    context.database.close()
    results.send(milliseconds)


def _open(folder: Path, days: int) -> Context:
    settings = Settings(
        database_url=f"sqlite:///{folder}/plant.db",
        backup_dir=folder / "backups",
        run_dir=folder / "run",
        outbox_path=folder / "outbox.db",
        retention_detections_days=days,
    )
    return open_context(settings)


def describe(measured: Sequence[Waits], rows: int, days: int, load: float) -> str:
    """Return the section of the document."""
    lines = [
        HEADING,
        "",
        f"Written by `python -m benchmarks.writers` on {datetime.now(UTC):%Y-%m-%d}, on a machine with "
        f"{psutil.cpu_count()} processor cores (load {load:.1f} at the start): a program commits {RATE:g} detections a "
        f"second, each by itself, into an SQLite file of {rows:,} while another one works on it. The person that is "
        f"erased has half of them; retention deletes those older than {days} days, and {rows:,} changes of the feed. "
        "Milliseconds of each commit. *Elsewhere*: the longest of a second program that at the same time stores in "
        "another file, with which no work interferes: what processor and disk alone make it wait.",
        "",
        "| beside | s | commits | median | 99 % | longest | elsewhere | at most | |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for waits in measured:
        cuts = statistics.quantiles(waits.milliseconds, n=100)
        lines.append(
            f"| {waits.work} | {waits.seconds:.0f} | {len(waits.milliseconds)} | {cuts[49]:.0f} | {cuts[98]:.0f} "
            f"| {waits.longest:.0f} | {waits.longest_elsewhere:.0f} | {TARGET_MS:g} "
            f"| {verdict(waits.longest <= TARGET_MS)} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
