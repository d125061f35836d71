"""WebSocket with accounts: three ways to send a token, and closing when it is revoked."""

from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from stressvision.api.backend import Pace
from stressvision.domain.auth import Role
from stressvision.services.auth.tokens import parse_token, revoke_token
from stressvision.services.context import Actor, Context
from tests.integration.access.test_matrix import bearing, give_tokens
from tests.integration.live_backend import Follower, LiveBackend, serve

POLICY_VIOLATION = 1008


@pytest.fixture
def live(sqlite_context: Context) -> Iterator[LiveBackend]:
    with serve(sqlite_context, Pace(recheck_seconds=0.05, identify_seconds=0.5)) as backend:
        yield backend


def read_end(follower: Follower) -> tuple[int, list[str]]:
    """Return the close code of the server and the types of its messages."""
    received: list[str] = []
    while True:
        try:
            received.append(follower.receive()["type"])
        except ConnectionClosed as closed:
            return (closed.rcvd.code if closed.rcvd else 0), received


@pytest.mark.parametrize("way", ["header", "subprotocol", "message"])
def test_token_is_accepted_in_header_subprotocol_or_first_message(live: LiveBackend, way: str) -> None:
    token = give_tokens(live.context)[Role.HEALTH]
    options: dict[str, Any] = {}
    if way == "header":
        options["additional_headers"] = bearing(token)
    elif way == "subprotocol":
        options["subprotocols"] = ["stressvision", token]
    with live.follow(**options) as follower:
        if way == "message":
            follower.send({"type": "auth", "token": token})
        assert follower.receive()["type"] == "connected"
        assert follower.connection.subprotocol == ("stressvision" if way == "subprotocol" else None)
        follower.send({"type": "ping"})
        assert follower.receive()["type"] == "pong"


@pytest.mark.parametrize(
    "message", [{"type": "auth", "token": "sv_x"}, {"type": "auth", "token": 7}, {"type": "ping"}, None]
)
def test_socket_without_valid_token_receives_nothing(live: LiveBackend, message: object) -> None:
    give_tokens(live.context)
    with live.follow("?since=0") as follower:
        if message is not None:
            follower.send(message)
        assert read_end(follower) == (POLICY_VIOLATION, ["error"])


def test_device_token_opens_no_socket(live: LiveBackend) -> None:
    token = give_tokens(live.context)[Role.DEVICE]
    with live.follow() as follower:
        follower.send({"type": "auth", "token": token})
        assert read_end(follower) == (POLICY_VIOLATION, ["error"])
    with pytest.raises(InvalidStatus) as refused, live.follow(additional_headers=bearing(token)):
        pass
    assert refused.value.response.status_code == 403


def test_socket_of_a_revoked_token_is_closed(live: LiveBackend) -> None:
    tokens = give_tokens(live.context)
    with (
        live.follow(additional_headers=bearing(tokens[Role.HEALTH])) as revoked,
        live.follow(additional_headers=bearing(tokens[Role.ADMIN])) as other,
    ):
        assert revoked.receive()["type"] == other.receive()["type"] == "connected"
        shown = parse_token(tokens[Role.HEALTH])
        assert shown is not None
        revoke_token(live.context, shown.token_id, Actor())
        assert read_end(revoked) == (POLICY_VIOLATION, ["error"])
        other.send({"type": "ping"})
        assert other.receive()["type"] == "pong"


def test_socket_opened_before_the_first_account_must_authenticate(live: LiveBackend) -> None:
    with live.follow() as follower:
        assert follower.receive()["type"] == "connected"
        give_tokens(live.context)
        assert read_end(follower) == (POLICY_VIOLATION, ["error"])
