"""Tickets for the login cookie, the cookie, and the pulse of the backend."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from stressvision.core.config import Settings
from stressvision.core.errors import Message, NotFound, ServerUnreachable, StressVisionError, Unavailable
from stressvision.dashboard.web import sessions
from stressvision.dashboard.web.pulse import FRESH_SECONDS, BackendPulse
from stressvision.dashboard.web.sessions import SessionCookie, SessionTickets
from tests.conftest import FakeClock

TEXT = Message(es="No.", en="No.")


def test_ticket_is_exchanged_once(clock: FakeClock) -> None:
    tickets = SessionTickets(clock)
    ticket = tickets.issue("token", clock() + timedelta(hours=12))
    assert tickets.redeem("another") is None
    assert tickets.redeem(ticket) == ("token", 12 * 3600)
    assert tickets.redeem(ticket) is None


def test_old_ticket_is_refused(clock: FakeClock) -> None:
    tickets = SessionTickets(clock)
    ticket = tickets.issue("token", clock() + timedelta(hours=12))
    clock.advance(seconds=sessions.VALID.total_seconds())
    assert tickets.redeem(ticket) is None


def test_ticket_of_an_expired_session_is_refused(clock: FakeClock) -> None:
    tickets = SessionTickets(clock)
    ticket = tickets.issue("token", clock() + timedelta(seconds=10))
    clock.advance(seconds=10)
    assert tickets.redeem(ticket) is None


def test_cookie_is_for_this_server_alone() -> None:
    cookie = SessionCookie(8501, is_encrypted=True)
    response = Response()
    cookie.store(response, "token", 60)
    stored = response.headers["set-cookie"]
    for part in (
        "__Host-stressvision_session_8501=token",
        "HttpOnly",
        "SameSite=strict",
        "Secure",
        "Max-Age=60",
        "Path=/",
    ):
        assert part in stored
    assert cookie.find_token({"__Host-stressvision_session_8501": "token"}) == "token"
    assert cookie.find_token({"stressvision_session_8501": "token"}) == ""


def test_pulse_asks_once_for_all_pages() -> None:
    now, asked = [0.0], []
    pulse = BackendPulse(lambda: asked.append(1), lambda: now[0])

    async def read_three() -> list[str]:
        return list(await asyncio.gather(*(pulse.read() for _ in range(3))))

    assert asyncio.run(read_three()) == ["ok"] * 3
    assert len(asked) == 1
    now[0] += FRESH_SECONDS
    asyncio.run(pulse.read())
    assert len(asked) == 2


def test_pulse_names_the_kind_of_failure() -> None:
    for error, expected in (
        (ServerUnreachable(TEXT), "unreachable"),
        (Unavailable(TEXT), "failing"),
        (NotFound(TEXT), "ok"),
    ):

        def fail(error: StressVisionError = error) -> None:
            raise error

        assert asyncio.run(BackendPulse(fail).read()) == expected


@pytest.mark.parametrize(
    ("changes", "is_encrypted"),
    [({}, False), ({"proxy": "127.0.0.1"}, True), ({"tls_certificate": Path("a.pem"), "tls_key": Path("a.key")}, True)],
)
def test_cookie_is_for_encrypted_connections_where_browsers_have_them(
    changes: dict[str, Any], is_encrypted: bool
) -> None:
    settings = Settings().model_copy(update=changes)
    assert SessionCookie.of(settings).is_encrypted is is_encrypted
