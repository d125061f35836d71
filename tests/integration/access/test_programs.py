"""Servers with remote access: refused without accounts, encrypted, no secrets in logs."""

import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from stressvision.core.config import Settings
from stressvision.domain.auth import Role
from stressvision.edge.delivery.client import IngestClient
from stressvision.services.auth.accounts import add_account
from stressvision.services.auth.tokens import add_token
from stressvision.services.context import Actor, open_context
from stressvision.wire.access import TokenRequest
from tests.programs.running import answers, free_port, program, wait_until

PHRASE = "cuatro palabras que recuerdo"
STOP_SECONDS = 5.0
"""Within which a server stops, whatever its clients do."""


@pytest.fixture
def encrypted(usual_url: str, tmp_path: Path) -> Mapping[str, str]:
    """Settings of servers that listen on all interfaces, with a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = {"cert.pem": certificate.public_bytes(serialization.Encoding.PEM)}
    files["key.pem"] = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, content in files.items():
        (tmp_path / file).write_bytes(content)
    return {
        "STRESSVISION_HOST": "0.0.0.0",
        "STRESSVISION_ALLOWED_HOSTS": "localhost",
        "STRESSVISION_TLS_CERTIFICATE": str(tmp_path / "cert.pem"),
        "STRESSVISION_TLS_KEY": str(tmp_path / "key.pem"),
        "STRESSVISION_TLS_CA": str(tmp_path / "cert.pem"),
        "STRESSVISION_API_PORT": str(free_port()),
        "STRESSVISION_INGEST_PORT": str(free_port()),
        "STRESSVISION_DATABASE_URL": usual_url,
        "STRESSVISION_LOG_LEVEL": "debug",
    }


def test_servers_refuse_to_start_without_administrator_and_name_the_command(
    tmp_path: Path, encrypted: Mapping[str, str]
) -> None:
    for script in ("backend_api.py", "server_simulator.py"):
        with program(script, folder=tmp_path, settings=encrypted) as started:
            assert started.wait() == 2
            assert "python -m stressvision account add NOMBRE --role admin" in started.output
            assert "Traceback" not in started.output


@pytest.mark.parametrize("script", ["backend_api.py", "server_simulator.py", "main.py"])
def test_unusable_certificate_is_named_without_a_traceback(
    tmp_path: Path, encrypted: Mapping[str, str], script: str
) -> None:
    spoilt = tmp_path / "spoilt.pem"
    spoilt.write_text("no certificate")
    settings = {**encrypted, "STRESSVISION_TLS_CERTIFICATE": str(spoilt)}
    with program(
        script, folder=tmp_path, settings={**settings, "STRESSVISION_DASHBOARD_PORT": str(free_port())}
    ) as ended:
        assert ended.wait() == 2
        assert str(spoilt) in ended.output
        assert "deben ser PEM" in ended.output
        assert "Traceback" not in ended.output


def test_servers_serve_tls_to_token_holders_and_log_no_secret(tmp_path: Path, encrypted: Mapping[str, str]) -> None:
    context = open_context(Settings(database_url=encrypted["STRESSVISION_DATABASE_URL"]))
    with closing(context.database):
        add_account(context, "jefa", Role.ADMIN, PHRASE, Actor())
        device = add_token(context, TokenRequest(device_id="cam-1"), Actor()).token
    authority = encrypted["STRESSVISION_TLS_CA"]
    api, ingest = (f"https://localhost:{encrypted[f'STRESSVISION_{name}_PORT']}" for name in ("API", "INGEST"))

    def is_up(url: str) -> bool:
        try:
            return requests.get(f"{url}/health", verify=authority, timeout=2).ok
        except requests.RequestException:
            return False

    with (
        program("backend_api.py", folder=tmp_path, settings=encrypted) as backend,
        program("server_simulator.py", folder=tmp_path, settings=encrypted) as server,
    ):
        for url in (api, ingest):
            wait_until(lambda url=url: is_up(url), url)  # type: ignore[misc]
            assert requests.get(f"{url}/stats", verify=authority, timeout=5).status_code == 401
        wrong = {"name": "jefa", "password": "otra frase equivocada"}
        assert requests.post(f"{api}/api/login", json=wrong, verify=authority, timeout=5).status_code == 401
        right = {"name": "jefa", "password": PHRASE}
        token = requests.post(f"{api}/api/login", json=right, verify=authority, timeout=5).json()["token"]
        bearing = {"Authorization": f"Bearer {token}"}
        malformed = requests.post(
            f"{api}/api/accounts", json={**right, "role": 7}, headers=bearing, verify=authority, timeout=5
        )
        assert malformed.status_code == 422
        assert PHRASE not in malformed.text
        trusting = ssl.create_default_context(cafile=authority)
        subprotocols = [Subprotocol("stressvision"), Subprotocol(token)]
        with connect(f"{api.replace('http', 'ws', 1)}/ws", ssl=trusting, subprotocols=subprotocols) as channel:
            assert json.loads(channel.recv(timeout=10))["type"] == "connected"
        client = IngestClient(ingest, token=device, trusted_ca=authority)
        client.start_session('{"device_id": "cam-1", "session_id": "session_cam-1_1"}')
        detection = f'{{"device_id": "cam-1", "timestamp": "{datetime.now(UTC).isoformat()}"}}'
        assert client.send_batch([detection]).stored == 1
        # A client that keeps its connection, and one whose request never ends.
        stalled = open_stalled(ingest, trusting)
        began = time.monotonic()
        for started in (backend, server):
            assert started.stop() == 0
        assert time.monotonic() - began < 2 * STOP_SECONDS
        stalled.close()
        client.close()
        assert not list(tmp_path.glob("*.db-wal"))
        for started in (backend, server):
            assert "listening" in started.output
            for secret in (token, device, PHRASE, "otra frase equivocada"):
                assert secret not in started.output
                assert secret[-20:] not in started.output


def open_stalled(url: str, trusting: ssl.SSLContext) -> ssl.SSLSocket:
    """Return an encrypted connection on which a request has begun that does not end."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5)
    encrypted = trusting.wrap_socket(connection, server_hostname=parts.hostname)
    encrypted.sendall(b"POST /detections HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    return encrypted


def test_servers_behind_a_proxy_serve_encrypted_requests_only(usual_url: str, tmp_path: Path) -> None:
    settings = {
        "STRESSVISION_PROXY": "127.0.0.1",
        "STRESSVISION_ALLOWED_HOSTS": "estres.gloria.example",
        "STRESSVISION_INGEST_PORT": str(free_port()),
        "STRESSVISION_DATABASE_URL": usual_url,
    }
    context = open_context(Settings(database_url=settings["STRESSVISION_DATABASE_URL"]))
    with closing(context.database):
        add_account(context, "jefa", Role.ADMIN, PHRASE, Actor())
    url = f"http://127.0.0.1:{settings['STRESSVISION_INGEST_PORT']}/health"
    named = {"Host": "estres.gloria.example"}
    with program("server_simulator.py", folder=tmp_path, settings=settings):
        wait_until(lambda: answers(url), "ingest")
        asked = {proto: requests.get(url, headers={**named, **proto_of(proto)}, timeout=5) for proto in PROTOS}
    assert {proto: answer.status_code for proto, answer in asked.items()} == {"https": 200, "http": 403, "": 403}


PROTOS = ("https", "http", "")


def proto_of(proto: str) -> dict[str, str]:
    return {"X-Forwarded-Proto": proto} if proto else {}
