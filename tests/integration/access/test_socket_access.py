"""The WebSocket once there are accounts: three ways to show a token, and none to keep listening after its end."""

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
    """The code with which the server closes, and the kinds of what it says before."""
    said: list[str] = []
    while True:
        try:
            said.append(follower.receive()["type"])
        except ConnectionClosed as closed:
            return (closed.rcvd.code if closed.rcvd else 0), said


@pytest.mark.parametrize("way", ["header", "subprotocol", "message"])
def test_a_token_is_shown_in_the_header_as_a_subprotocol_or_in_the_first_message(live: LiveBackend, way: str) -> None:
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
def test_who_shows_none_or_a_wrong_one_is_told_nothing(live: LiveBackend, message: object) -> None:
    give_tokens(live.context)
    with live.follow("?since=0") as follower:
        if message is not None:
            follower.send(message)
        assert read_end(follower) == (POLICY_VIOLATION, ["error"])


def test_a_device_s_token_opens_no_socket(live: LiveBackend) -> None:
    token = give_tokens(live.context)[Role.DEVICE]
    with live.follow() as follower:
        follower.send({"type": "auth", "token": token})
        assert read_end(follower) == (POLICY_VIOLATION, ["error"])
    with pytest.raises(InvalidStatus) as refused, live.follow(additional_headers=bearing(token)):
        pass
    assert refused.value.response.status_code == 403


def test_a_revoked_token_s_socket_is_closed(live: LiveBackend) -> None:
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


def test_who_listened_before_there_were_accounts_is_asked_too(live: LiveBackend) -> None:
    with live.follow() as follower:
        assert follower.receive()["type"] == "connected"
        give_tokens(live.context)
        assert read_end(follower) == (POLICY_VIOLATION, ["error"])
