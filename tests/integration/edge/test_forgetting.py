"""Deletion after a withdrawal of consent, while the outbox is locked."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from stressvision.core.config import Settings
from stressvision.edge import device
from stressvision.edge.delivery import outbox_file
from stressvision.edge.delivery.outbox import MessageKind, Outbox
from stressvision.vision.source import parse_source
from tests import sqlite
from tests.integration.fake_ingest import FakeIngest
from tests.programs.running import free_port, wait_until

DEADLINE = 30.0


@pytest.fixture
def ingest() -> Iterator[FakeIngest]:
    server = FakeIngest()
    yield server
    server.stop()


def test_withdrawal_is_applied_when_the_locked_outbox_is_free(
    ingest: FakeIngest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_file, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(device, "RETRY_SECONDS", 0.1)
    settings = Settings(
        ingest_url=ingest.url,
        outbox_path=tmp_path / "outbox.db",
        run_dir=tmp_path,
        preview_port=free_port(),
        headless=True,
        gallery_seconds=0.5,
    )
    before = Outbox(settings.outbox_path)
    before.add(MessageKind.DETECTION, "of-1", '{"event_id": "of-1", "employee_id": 1}')
    before.close()
    held = threading.Event()
    asked: list[str] = []

    def refuse(path: str) -> int | None:
        asked.append(path)
        return None if path == "/gallery" and held.is_set() else 503

    ingest.fault = refuse
    stopping = threading.Event()
    source = parse_source("missing.mp4", tmp_path)
    with (
        ThreadPoolExecutor(1) as pool,
        closing(sqlite.connect(settings.outbox_path, isolation_level=None)) as other,
    ):
        running = pool.submit(device.run_device, settings, source, stopping)
        try:

            def keys() -> list[str]:
                return [key for (key,) in other.execute("SELECT key FROM item ORDER BY id")]

            wait_until(lambda: len(keys()) == 2, "the session to begin")
            other.execute("BEGIN IMMEDIATE")
            held.set()
            seen = len(asked)
            wait_until(lambda: asked[seen:].count("/gallery") >= 3, "the gallery")
            still = keys()
            other.execute("ROLLBACK")
            wait_until(lambda: "of-1" not in keys(), "the detection to go")
        finally:
            stopping.set()
        running.result(DEADLINE)

    assert "of-1" in still
