"""WebSocket with accounts: three ways to send a token, and closing when it is revoked."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from stressvision.api.backend import Pace
from stressvision.api.websocket import delivery, hub
from stressvision.api.websocket.hub import Batch
from stressvision.api.websocket.public_ids import current_public_id
from stressvision.db.queries.auth.audit import AuditFilter
from stressvision.domain.auth import Role
from stressvision.services.audit import list_audit, record_repetitions
from stressvision.services.auth.tokens import parse_token, revoke_token
from stressvision.services.context import Actor, Context
from tests.integration.access.test_matrix import bearing, give_tokens
from tests.integration.live_backend import Follower, LiveBackend, add_detection, serve
from tests.programs.running import PATIENCE_SECONDS, wait_until

POLICY_VIOLATION, TRY_AGAIN_LATER = 1008, 1013


@pytest.fixture
def live(usual_context: Context) -> Iterator[LiveBackend]:
    with serve(usual_context, Pace(recheck_seconds=0.05, identify_seconds=0.5)) as backend:
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


def test_refused_socket_writes_nothing_into_the_audit_log(live: LiveBackend) -> None:
    give_tokens(live.context)
    before = len(list_audit(live.context, AuditFilter(), Actor()).entries)
    with live.follow() as follower:
        follower.send({"type": "auth", "token": "sv_x"})
        assert read_end(follower) == (POLICY_VIOLATION, ["error"])
    wait_until(lambda: live.backend.hub.connected == 0, "the session to end")
    record_repetitions(live.context, is_ending=True)
    reading = 1  # this list's own row
    assert len(list_audit(live.context, AuditFilter(), Actor()).entries) == before + reading


def test_sockets_without_a_token_make_room_for_later_ones(live: LiveBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_UNIDENTIFIED", 2)
    token = give_tokens(live.context)[Role.HEALTH]
    with ExitStack() as idle:
        first, *_ = [idle.enter_context(live.follow()) for _ in range(2)]
        wait_until(lambda: live.backend.hub.connected == 2, "both to wait for their tokens")
        with live.follow() as doctor:
            doctor.send({"type": "auth", "token": token})
            assert doctor.receive()["type"] == "connected"
            assert read_end(first) == (TRY_AGAIN_LATER, ["error"])


def test_one_account_cannot_take_the_places_of_others(live: LiveBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_OF_ACCOUNT", 1)
    tokens = give_tokens(live.context)
    viewer, doctor = bearing(tokens[Role.VIEWER]), bearing(tokens[Role.HEALTH])
    with live.follow(additional_headers=viewer) as first:
        assert first.receive()["type"] == "connected"
        with live.follow(additional_headers=viewer) as second:
            assert read_end(second) == (TRY_AGAIN_LATER, ["error"])
        monkeypatch.setattr(hub, "MOST_CLIENTS", 2)
        with live.follow(additional_headers=doctor) as other:
            assert other.receive()["type"] == "connected"
            with live.follow(additional_headers=bearing(tokens[Role.ADMIN])) as late:
                assert read_end(late) == (TRY_AGAIN_LATER, ["error"])
    wait_until(lambda: live.backend.hub.connected == 0, "all to leave")
    with live.follow(additional_headers=viewer) as again:
        assert again.receive()["type"] == "connected"


def test_viewer_resumes_without_reading_the_detections(live: LiveBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """A viewer that resumed from a minute ago and sent a ping could count its detections by the delay of the pong."""
    viewer = bearing(give_tokens(live.context)[Role.VIEWER])
    since = current_public_id(live.context.clock())
    for _ in range(20):
        add_detection(live.context)

    async def read_batch(*_arguments: object) -> Batch:
        raise AssertionError("the whole feed was read")

    monkeypatch.setattr(delivery, "_read_batch", read_batch)
    with live.follow(f"?since={since}", additional_headers=viewer) as follower:
        assert follower.receive()["type"] == "connected"
        follower.send({"type": "ping"})
        assert follower.receive()["type"] == "pong"


def test_handshake_that_the_socket_protocol_cannot_read_is_ended(live: LiveBackend) -> None:
    """Such connections stayed open without an answer, without an end, and beside the limit on connections."""
    head = "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Padding: "
    with socket.create_connection(("127.0.0.1", live.port), timeout=PATIENCE_SECONDS) as link:
        link.sendall((head + "a" * 12_000 + "\r\n\r\n").encode())
        received = b""
        while piece := link.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 400 ")
