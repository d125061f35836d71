"""Ingest with accounts: permissions of each role, device tokens, and the reaction of a refused device."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, ServerUnreachable
from stressvision.domain.auth import Role
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from stressvision.edge.delivery.token import read_token
from stressvision.edge.delivery.uploader import deliver_next
from stressvision.http.permissions import Server, find_permission
from stressvision.ingest.application import create_application
from stressvision.services.auth.tokens import add_token
from stressvision.services.context import Actor, Context
from stressvision.services.figures import read_ingest_stats
from stressvision.wire.access import TokenRequest
from tests.integration.access.test_matrix import bearing, give_tokens
from tests.integration.live_backend import add_detection

SESSION = "session_cam-1_1763824050"

# d device, v viewer, h health, a admin.
EXPECTED = {
    ("GET", "/health"): "public",
    ("POST", "/sessions"): "d",
    ("POST", "/sessions/<session>/end"): "d",
    ("POST", "/detections"): "d",
    ("POST", "/detections/batch"): "d",
    ("POST", "/heartbeat"): "d",
    ("GET", "/gallery"): "d",
    ("GET", "/camera"): "d",
    ("GET", "/stats"): "vha",
    ("GET", "/openapi.json"): "dvha",
}


def test_each_role_has_exactly_the_listed_permissions(usual_context: Context) -> None:
    tokens = give_tokens(usual_context)
    application = create_application(usual_context)
    client = application.test_client()
    add_detection(usual_context)
    found = {}
    for rule in application.url_map.iter_rules():
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        path = rule.rule.replace("<session>", "987654")
        asked = {role: client.open(path, method=method, headers=bearing(token)) for role, token in tokens.items()}
        anonymous = client.open(path, method=method)
        allowed = "".join(role[0] for role, answer in asked.items() if answer.status_code != 403)
        found[method, rule.rule] = "public" if anonymous.status_code != 401 else allowed
        assert find_permission(Server.INGEST, method, path) is not None
    assert {endpoint: set(roles) for endpoint, roles in found.items()} == {
        endpoint: set(roles) for endpoint, roles in EXPECTED.items()
    }
    assert client.get("/nothing").status_code == 401
    assert client.get("/stats", headers=bearing(tokens[Role.HEALTH])).get_json()["recent_detections"]
    assert not client.get("/stats", headers=bearing(tokens[Role.VIEWER])).get_json()["recent_detections"]


def post(client: FlaskClient, path: str, body: Any, token: str) -> int:
    return client.post(path, json=body, headers=bearing(token)).status_code


def test_device_token_is_valid_for_its_own_device_only(usual_context: Context) -> None:
    token = give_tokens(usual_context)[Role.DEVICE]
    client = create_application(usual_context).test_client()
    own = {"device_id": "cam-1", "timestamp": "2026-11-22T15:07:00Z"}
    other = {**own, "device_id": "cam-2"}
    assert post(client, "/sessions", {"device_id": "cam-1", "session_id": SESSION}, token) == 200
    assert post(client, "/sessions", {"device_id": "cam-2"}, token) == 403
    assert post(client, "/detections", other, token) == 403
    batch = client.post("/detections/batch", json={"detections": [own, other]}, headers=bearing(token))
    accepted, refused = batch.get_json()["results"]
    assert (accepted["status"], refused["problem"]["status"]) == ("ok", 403)
    assert post(client, "/detections/batch", {"detections": [own]}, token) == 200
    assert post(client, "/heartbeat", {"device_id": "cam-2", "state": "watching"}, token) == 403
    another = add_token(usual_context, TokenRequest(device_id="cam-2"), Actor()).token
    assert post(client, f"/sessions/{SESSION}/end", {}, another) == 404
    assert post(client, f"/sessions/{SESSION}/end", {}, token) == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:8501"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 403),
    ],
)
def test_foreign_origins_and_hosts_are_refused(usual_context: Context, headers: dict[str, str], status: int) -> None:
    client = create_application(usual_context).test_client()
    assert client.get("/stats", headers=headers).status_code == status


@contextmanager
def serving(context: Context) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_application(context), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_refused_token_is_reported_and_loses_no_detection(usual_context: Context, tmp_path: Path) -> None:
    token = give_tokens(usual_context)[Role.DEVICE]
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.add(MessageKind.SESSION_START, SESSION, json.dumps({"device_id": "cam-1", "session_id": SESSION}))
    detection = {"device_id": "cam-1", "session_id": SESSION, "timestamp": "2026-11-22T15:07:00Z"}
    outbox.add_all([OutboxMessage(MessageKind.DETECTION, f"d{number}", json.dumps(detection)) for number in range(5)])
    others = add_token(usual_context, TokenRequest(device_id="cam-2"), Actor()).token
    with serving(usual_context) as url:
        for refused in ("", "sv_000000000000_" + "x" * 43, others):
            client = IngestClient(url, token=refused)
            with pytest.raises(ServerUnreachable):
                deliver_next(outbox, client)
            assert not client.status.accepts_token
            client.close()
        assert (outbox.backlog().waiting, outbox.backlog().refused) == (6, 0)
        client = IngestClient(url, token=token)
        while deliver_next(outbox, client):
            pass
        assert client.status.accepts_token
        client.close()
    assert outbox.backlog().waiting == 0
    assert read_ingest_stats(usual_context, 0.0).total_detections == 5
    outbox.close()


def test_token_may_come_from_a_file_and_is_never_sent_unencrypted(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("sv_from_file\n")
    assert read_token(Settings()) == ""
    assert read_token(Settings(device_token_file=file)) == "sv_from_file"
    with pytest.raises(ConfigurationError, match="token add --device"):
        read_token(Settings(device_token_file=tmp_path / "missing"))
    with pytest.raises(ConfigurationError, match="https://"):
        read_token(Settings(device_token_file=file, ingest_url="http://10.0.0.5:5000"))
    assert read_token(Settings(device_token_file=file, ingest_url="https://10.0.0.5:5000")) == "sv_from_file"
