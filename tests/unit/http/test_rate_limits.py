"""The rate limit applies per address; loopback is exempt."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import Settings
from stressvision.core.errors import TooManyAttempts
from stressvision.http.rate_limits import BURST_SECONDS, RateLimiter
from stressvision.ingest.application import create_application
from stressvision.services.context import open_context


def allowed(limit: RateLimiter, address: str | None, count: int) -> int:
    """Return how many of `count` requests are allowed."""
    waits = []
    for _ in range(count):
        try:
            limit.acquire(address)
        except TooManyAttempts as error:
            waits.append(error.retry_seconds)
    assert min(waits, default=1) >= 1
    return count - len(waits)


def test_burst_is_allowed_then_rate_applies() -> None:
    now = [100.0]
    limit = RateLimiter(10, monotonic=lambda: now[0])
    assert allowed(limit, "192.0.2.1", 100) == 10 * BURST_SECONDS
    assert allowed(limit, "192.0.2.2", 5) == 5
    now[0] += 1
    assert allowed(limit, "192.0.2.1", 100) == 10
    now[0] += 3600
    assert allowed(limit, "192.0.2.1", 100) == 10 * BURST_SECONDS


@pytest.mark.parametrize(("rate", "address"), [(10, "127.0.0.1"), (10, "::1"), (10, None), (0, "192.0.2.1")])
def test_loopback_and_zero_rate_are_not_limited(rate: float, address: str | None) -> None:
    assert allowed(RateLimiter(rate, monotonic=lambda: 0.0), address, 1000) == 1000


def test_number_of_buckets_is_bounded() -> None:
    now = [0.0]
    limit = RateLimiter(1, monotonic=lambda: now[0])
    for number in range(30_000):
        now[0] += 0.01
        limit.acquire(f"2001:db8:0:{number:x}::1")
    assert len(limit._buckets) <= 10_001


def test_addresses_of_one_ipv6_network_share_a_bucket() -> None:
    limit = RateLimiter(1, monotonic=lambda: 0.0)
    taken = sum(allowed(limit, f"2001:db8::{number:x}", 1) for number in range(1, 50))
    assert taken == BURST_SECONDS
    assert allowed(limit, "2001:db8:0:1::1", 1) == 1
    assert allowed(limit, "::ffff:192.0.2.1", 4) + allowed(limit, "192.0.2.1", 4) == BURST_SECONDS
    assert allowed(limit, "::ffff:127.0.0.1", 100) == 100


def test_both_servers_return_429_with_retry_after(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/g.db", rate_limit=0.25, proxy="127.0.0.1")
    context = open_context(settings)
    far = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    with TestClient(create_app(context), base_url="http://localhost:8000", client=("127.0.0.1", 5000)) as api:
        answers = [api.get("/health", headers=far) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] + [429] * 5
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json()["title"]
    ingest = create_application(context).test_client()
    found = [ingest.get("/health", headers={**far, "Host": "localhost"}) for _ in range(6)]
    assert [answer.status_code for answer in found] == [200] + [429] * 5
    assert [ingest.get("/health", headers={"Host": "localhost"}).status_code for _ in range(6)] == [200] * 6
    context.database.close()
