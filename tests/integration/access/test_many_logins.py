"""Many logins at once: a bounded queue of password hashes, and secrets of tokens that need none."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher

from stressvision.api.app import create_app
from stressvision.core.errors import TooManyAttempts, Unauthenticated
from stressvision.db.queries.auth.accounts import find_token, set_secret_hash
from stressvision.services.auth import hashing, login
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.auth.hashing import (
    RUNNING,
    WAITING,
    WAITING_BY_NETWORK,
    HashingQueue,
    hash_secret,
    is_fast_hash,
    is_secret,
)
from stressvision.services.auth.login import log_in
from stressvision.services.auth.tokens import parse_token
from stressvision.services.context import Context
from tests.integration.logins import HERE, PHRASE, add_doctor
from tests.programs.running import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.usefixtures("quick_argon")


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> HashingQueue:
    fresh = HashingQueue()
    monkeypatch.setattr(hashing, "PASSWORD_QUEUE", fresh)
    monkeypatch.setattr(login, "PASSWORD_QUEUE", fresh)
    monkeypatch.setattr("stressvision.api.middleware.metrics.PASSWORD_QUEUE", fresh)
    return fresh


def test_sixty_logins_at_once_leave_health_and_a_session_untouched(
    usual_context: Context, queue: HashingQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = log_in(add_doctor(usual_context), "dra.quispe", PHRASE, HERE).token
    go, lock, now, most = threading.Event(), threading.Lock(), [0], [0]

    def check(_password: str, _stored: str | None) -> bool:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        assert go.wait(PATIENCE_SECONDS)
        with lock:
            now[0] -= 1
        return False

    monkeypatch.setattr(login, "is_password", check)
    admitted = RUNNING + WAITING_BY_NETWORK
    wrong = {"name": "dra.quispe", "password": "adivinanza"}
    with TestClient(create_app(usual_context), base_url="http://localhost") as client:
        with ThreadPoolExecutor(60) as pool:
            answers = [pool.submit(client.post, "/api/login", json=wrong) for _ in range(60)]
            wait_until(lambda: queue.refused == 60 - admitted, "the rest is refused")
            headers = {"Authorization": f"Bearer {token}"}
            assert client.get("/health").json()["status"] == "healthy"
            assert client.get("/ready", headers=headers).status_code in {200, 503}
            metrics = client.get("/metrics", headers=headers).text
            go.set()
        done = [answer.result() for answer in answers]
    assert sorted(answer.status_code for answer in done) == [401] * 5 + [429] * 55
    refused = [answer for answer in done if answer.status_code == 429 and "a la vez" in answer.json()["detail"]]
    assert len(refused) == 60 - admitted
    assert {answer.headers["Retry-After"] for answer in refused} == {str(hashing.RETRY_SECONDS)}
    assert most[0] == RUNNING
    assert f'stressvision_expensive_running{{kind="password"}} {float(RUNNING)}' in metrics
    assert f'stressvision_expensive_refused_total{{kind="password"}} {float(60 - admitted)}' in metrics


def test_health_is_answered_while_every_other_thread_is_taken(usual_context: Context) -> None:
    go = threading.Event()
    app = create_app(usual_context)

    @app.get("/slow")
    def wait() -> None:
        assert go.wait(PATIENCE_SECONDS)

    with TestClient(app, base_url="http://localhost") as client, ThreadPoolExecutor(61) as pool:
        busy = [pool.submit(client.get, "/slow") for _ in range(60)]
        try:
            for path in ("/health", "/ready"):
                assert pool.submit(client.get, path).result(PATIENCE_SECONDS).status_code in {200, 503}
            assert not any(answer.done() for answer in busy)
        finally:
            go.set()


def test_refusal_by_the_queue_is_no_failed_attempt(usual_context: Context, queue: HashingQueue) -> None:
    add_doctor(usual_context)
    entered = threading.Barrier(RUNNING + 1)
    go = threading.Event()

    def hold() -> None:
        with queue.turn("elsewhere"):
            entered.wait(PATIENCE_SECONDS)
            assert go.wait(PATIENCE_SECONDS)

    holders = [threading.Thread(target=hold) for _ in range(RUNNING)]
    for holder in holders:
        holder.start()
    entered.wait(PATIENCE_SECONDS)
    queue._wait_seconds = 0.0
    for _ in range(20):
        with pytest.raises(TooManyAttempts, match="a la vez"):
            log_in(usual_context, "dra.quispe", PHRASE, HERE)
    go.set()
    for holder in holders:
        holder.join()
    assert log_in(usual_context, "dra.quispe", PHRASE, HERE).name == "dra.quispe"


def test_one_network_does_not_occupy_the_whole_queue() -> None:
    queue, go = HashingQueue(), threading.Event()

    def wait_for_turn(network: str) -> bool:
        try:
            with queue.turn(network):
                return go.wait(PATIENCE_SECONDS)
        except TooManyAttempts:
            return False

    with ThreadPoolExecutor(40) as pool:
        attacker = [pool.submit(wait_for_turn, "a") for _ in range(30)]
        wait_until(lambda: queue.refused == 30 - RUNNING - WAITING_BY_NETWORK, "the attacker is refused")
        doctor = pool.submit(wait_for_turn, "b")
        wait_until(lambda: queue.waiting == WAITING_BY_NETWORK + 1, "the doctor waits")
        go.set()
        assert doctor.result()
    assert [answer.result() for answer in attacker].count(True) == RUNNING + WAITING_BY_NETWORK
    assert (queue.running, queue.waiting) == (0, 0)
    assert WAITING_BY_NETWORK < WAITING


def test_queue_has_an_end_also_for_many_networks() -> None:
    queue, go = HashingQueue(), threading.Event()

    def wait_for_turn(network: int) -> None:
        with queue.turn(str(network)):
            assert go.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(40) as pool:
        tried = [pool.submit(wait_for_turn, number) for number in range(30)]
        wait_until(lambda: queue.refused == 30 - RUNNING - WAITING, "the rest is refused")
        go.set()
    assert [type(answer.exception()) for answer in tried].count(TooManyAttempts) == 30 - RUNNING - WAITING


def test_secret_of_a_token_is_verified_by_one_digest(usual_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    token = log_in(add_doctor(usual_context), "dra.quispe", PHRASE, HERE).token
    parts = parse_token(token)
    assert parts is not None
    with usual_context.database.read() as connection:
        row = find_token(connection, parts.token_id)
    assert row is not None
    assert row.secret_hash == hash_secret(parts.secret)
    assert parts.secret not in row.secret_hash
    monkeypatch.setattr(hashing, "_SLOW_SECRETS", None)
    with pytest.raises(Unauthenticated):
        Authenticator(usual_context).authenticate(f"sv_{parts.token_id}_{'A' * 43}")
    assert Authenticator(usual_context).authenticate(token).name == "dra.quispe"


def test_secret_hashed_by_an_earlier_version_is_accepted_once_and_then_replaced(context: Context) -> None:
    token = log_in(add_doctor(context), "dra.quispe", PHRASE, HERE).token
    parts = parse_token(token)
    assert parts is not None
    slow = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1).hash(parts.secret)
    with context.database.write() as connection:
        row = find_token(connection, parts.token_id)
        assert row is not None
        set_secret_hash(connection, row.id, slow)
    with pytest.raises(Unauthenticated):
        Authenticator(context).authenticate(f"sv_{parts.token_id}_{'A' * 43}")
    assert not is_secret("A" * 43, slow)
    for _ in range(2):
        assert Authenticator(context).authenticate(token).name == "dra.quispe"
    with context.database.read() as connection:
        row = find_token(connection, parts.token_id)
    assert row is not None
    assert is_fast_hash(row.secret_hash)
