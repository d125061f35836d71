"""Recovery drill: a million detections, continuous backup during writes, a lost database and its restoration.

    python -m benchmarks.recovery [--rows 1000000]

Prints the duration of a full backup, a backup of changes, a verification, a restoration, retention and erasure, and how
long a concurrent writer waited meanwhile.
"""

import argparse
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import func, insert, select

from benchmarks.history import PEOPLE, enrol_people
from stressvision.core.config import Settings
from stressvision.db.backup.keys import new_key
from stressvision.db.backup.space import measure_space
from stressvision.db.schema.tables import detection_events
from stressvision.services.backup.backups import continue_backup, make_backup
from stressvision.services.backup.restoring import restore_database, verify_backup
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.detections.storing import store_detection
from stressvision.services.privacy.erasure import erase_person
from stressvision.services.privacy.retention import apply_retention
from stressvision.wire.detections import DetectionIn

T = TypeVar("T")
MIB = 2**20
OLD_SHARE = 0.5
"""Share of the rows that are past their retention term."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows: int = parser.parse_args().rows
    with TemporaryDirectory() as folder:
        drill(Path(folder), rows)


def drill(folder: Path, rows: int) -> None:
    """Run every step in a new folder and print its duration."""
    key = folder / "key"
    key.write_text(new_key(), encoding="ascii")
    settings = Settings(
        database_url=f"sqlite:///{folder}/planta.db",
        backup_dir=folder / "backups",
        backup_key_file=key,
        run_dir=folder / "run",
        outbox_path=folder / "outbox.db",
    )
    context = open_context(settings)
    fill(context, rows)
    print(f"{rows} detections, {measure_space(context.database).used / MIB:.0f} MiB")
    with Writer(context) as writer:
        measure("full backup, encrypted, read back", writer, lambda: make_backup(context))
        measure("backup of changes", writer, lambda: continue_backup(context))
        measure("backup of changes, once more", writer, lambda: continue_backup(context))
    stored = count(context)
    context.database.close()
    measure("verification", None, lambda: verify_backup(settings, None))
    (folder / "planta.db").write_bytes(b"lost")
    measure("restoration", None, lambda: restore_database(settings, None, Actor("drill")))
    context = open_context(settings)
    with closing(context.database):
        print(f"rows lost since the last backup of changes: {stored - count(context)}")
        with Writer(context) as writer:
            outcome = measure("retention", writer, lambda: apply_retention(context))
            deleted = {str(term.kind): count for term, count in outcome.terms}
            print(f"  {deleted}, {outcome.before.used / MIB:.0f} → {outcome.after.used / MIB:.0f} MiB")
        with Writer(context) as writer:
            certificate = measure("erasure of one person", writer, lambda: erase_person(context, 1, Actor("drill")))
            print(f"  complete: {certificate.is_complete}, {certificate.row_counts}")


def fill(context: Context, rows: int) -> None:
    """Insert the detections, OLD_SHARE of them past their term."""
    enrol_people(context)
    now = datetime.now(UTC).replace(microsecond=0)
    old, recent = now - timedelta(days=60), now - timedelta(days=20)
    for start in range(0, rows, 50_000):
        chunk = range(start, min(start + 50_000, rows))
        with context.database.write() as connection:
            connection.execute(
                insert(detection_events),
                [
                    {
                        "timestamp": (old if row < rows * OLD_SHARE else recent) + timedelta(seconds=row % 1_000_000),
                        "device_id": "cam-1",
                        "track_id": f"trk_{row % 1000}",
                        "employee_id": 1 + row % PEOPLE,
                        "recognition_confidence": 0.93,
                        "emotion": "neutral",
                        "emotion_confidence": 0.87,
                        "emotion_vector": {
                            "neutral": 0.87,
                            "happy": 0.05,
                            "stress": 0.04,
                            "sad": 0.03,
                            "fatigue": 0.01,
                        },
                        "bounding_box": {"x": 250, "y": 120, "w": 110, "h": 110},
                        "processing_time_ms": 14.2,
                        "event_id": f"{row:032x}",
                    }
                    for row in chunk
                ],
            )


class Writer:
    """Stores twenty detections a second, as ingest does, and records how long each took."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.waits: list[float] = []

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        # Its own database object, as in another process.
        context = open_context(self._context.settings)
        with closing(context.database):
            while not self._stopping.wait(0.05):
                started = time.monotonic()
                store_detection(context, DetectionIn(device_id="cam-2", timestamp=datetime.now(UTC)))
                self.waits.append(time.monotonic() - started)


def measure(what: str, writer: Writer | None, action: Callable[[], T]) -> T:
    """Return the result of `action`; print its duration and how long the writer waited meanwhile."""
    if writer:
        writer.waits.clear()
    started = time.monotonic()
    outcome = action()
    line = f"{what}: {time.monotonic() - started:.2f} s"
    if writer and writer.waits:
        waits = sorted(writer.waits)
        line += (
            f"; a detection meanwhile took {1000 * waits[len(waits) // 2]:.0f} ms, at most {1000 * waits[-1]:.0f} ms"
        )
    print(line, flush=True)
    return outcome


def count(context: Context) -> int:
    with context.database.read() as connection:
        return connection.execute(select(func.count()).select_from(detection_events)).scalar_one()


if __name__ == "__main__":
    main()
