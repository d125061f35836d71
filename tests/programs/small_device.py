"""A device without a camera: its detections are numbered, its outbox and uploader are the real ones.

`python -m tests.programs.small_device OUTBOX INGEST_URL DEVICE_ID LIMIT_FILE`: stores as many detections as
LIMIT_FILE holds, each once across restarts, and delivers them until it is killed.
"""

import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from stressvision.db.engine.connection import sqlite_driver
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from stressvision.edge.delivery.uploader import Uploader
from stressvision.wire.detections import DetectionIn, SessionStart

AT_ONCE = 7
BEGAN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
POLL_SECONDS = 0.01
WAIT_SECONDS = 0.05


def main() -> None:
    path, url, device_id, limit = Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
    outbox = Outbox(path)
    session_id = f"session_{device_id}_1"
    added = count_added(path) - 1
    if added < 0:
        start = SessionStart(device_id=device_id, session_id=session_id, start_timestamp=BEGAN)
        outbox.add(MessageKind.SESSION_START, session_id, start.model_dump_json())
        added = 0
    uploader = Uploader(outbox, IngestClient(url), jitter=lambda low, high: WAIT_SECONDS)
    uploader.start()
    while True:
        wanted = min(int(limit.read_text() or 0), added + AT_ONCE)
        if wanted == added:
            threading.Event().wait(POLL_SECONDS)
            continue
        outbox.add_all([describe(number, device_id, session_id) for number in range(added, wanted)])
        added = wanted
        uploader.wake()


def count_added(path: Path) -> int:
    """Return how many messages the outbox has held in total: SQLite keeps the sequence after they are deleted."""
    # The outbox's own SQLite library: two libraries in one process would release each other's file locks.
    with closing(sqlite_driver().connect(path)) as connection:
        row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'item'").fetchone()
    return int(row[0]) if row else 0


def describe(number: int, device_id: str, session_id: str) -> OutboxMessage:
    event_id = uuid5(NAMESPACE_OID, f"{device_id} {number}")
    detection = DetectionIn(
        event_id=event_id,
        device_id=device_id,
        session_id=session_id,
        timestamp=BEGAN + timedelta(milliseconds=10 * number),
        track_id=f"trk_{number}",
    )
    return OutboxMessage(MessageKind.DETECTION, str(event_id), detection.model_dump_json())


if __name__ == "__main__":
    main()
