"""Bounded queues of expensive answers: PDFs at once, a client that leaves, roles that cannot displace each other."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from stressvision.api import documents
from stressvision.api.app import create_app
from stressvision.api.expensive_work import RUNNING, WAITING, ExpensiveWork, HeldStream, Kind
from stressvision.core.errors import TooManyAttempts
from stressvision.services.context import Context
from tests.programs.running import PATIENCE_SECONDS, wait_until

PATH = "/api/reports/daily/2026-11-22?format=pdf"


def test_forty_pdfs_at_once_are_two_processes_and_the_rest_429(
    usual_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, lock, running, most = threading.Event(), threading.Lock(), [0], [0]

    def make(_document: object) -> bytes:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        assert go.wait(PATIENCE_SECONDS)
        with lock:
            running[0] -= 1
        return b"%PDF"

    monkeypatch.setattr(documents, "make_pdf", make)
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        work: ExpensiveWork = client.app.state.backend.expensive  # type: ignore[attr-defined]
        with ThreadPoolExecutor(40) as pool:
            answers = [pool.submit(client.get, PATH) for _ in range(40)]
            wait_until(lambda: work.count_refused(Kind.PDF) == 40 - RUNNING[Kind.PDF] - WAITING, "the rest is refused")
            assert client.get("/api/dashboard/overview").status_code == 200
            metrics = client.get("/metrics").text
            go.set()
        statuses = sorted(answer.result().status_code for answer in answers)
        refused = next(answer.result() for answer in answers if answer.result().status_code == 429)
    assert statuses == [200] * (RUNNING[Kind.PDF] + WAITING) + [429] * (40 - RUNNING[Kind.PDF] - WAITING)
    assert int(refused.headers["Retry-After"]) >= 1
    assert most[0] == RUNNING[Kind.PDF]
    assert f'stressvision_expensive_running{{kind="pdf"}} {float(RUNNING[Kind.PDF])}' in metrics
    assert 'stressvision_expensive_refused_total{kind="pdf"} 36.0' in metrics


def test_wait_is_bounded_and_kinds_and_roles_are_apart() -> None:
    work = ExpensiveWork(wait_seconds=0.01)
    slot = work.acquire(Kind.PARQUET, "health")
    with pytest.raises(TooManyAttempts):
        work.acquire(Kind.PARQUET, "viewer")
    work.acquire(Kind.PDF, "viewer").release()
    slot.release()
    slot.release()
    with work.turn(Kind.PARQUET, "viewer"):
        assert work.count_running(Kind.PARQUET) == 1
    assert work.count_running(Kind.PARQUET) == 0


def test_stream_frees_its_turn_at_the_end_on_an_error_and_unread() -> None:
    work = ExpensiveWork()
    assert list(HeldStream(iter("ab"), work.acquire(Kind.EXPORT, None))) == ["a", "b"]
    failing = HeldStream((1 // part for part in (1, 0)), work.acquire(Kind.EXPORT, None))
    assert next(failing) == 1
    with pytest.raises(ZeroDivisionError):
        next(failing)
    unread = HeldStream(iter("ab"), work.acquire(Kind.EXPORT, None))
    assert work.count_running(Kind.EXPORT) == 1
    del unread
    assert work.count_running(Kind.EXPORT) == 0
