"""The servers' own certificate: each reason why a program of this machine refuses it is named."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from stressvision.core.config import Settings
from stressvision.launcher.certificates import find_certificate_fault, find_own_fault
from stressvision.launcher.doctor.checks import Level
from stressvision.launcher.doctor.service_checks import check_certificate
from tests.certificates import write_certificate


@contextmanager
def serve_tls(certificate: Path, key: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


CASES = [
    ("localhost", 1, False, "STRESSVISION_TLS_CA"),
    ("planta.example", 1, True, "STRESSVISION_ALLOWED_HOSTS"),
    ("localhost", -1, True, "vencido"),
]


@pytest.mark.parametrize(("name", "days", "is_trusted", "named"), CASES)
def test_refused_certificate_names_the_setting(
    tmp_path: Path, name: str, days: int, is_trusted: bool, named: str
) -> None:
    certificate, key = write_certificate(tmp_path, name, days=days)
    settings = Settings(
        host="127.0.0.1",
        allowed_hosts=("localhost",),
        tls_certificate=certificate,
        tls_key=key,
        tls_ca=certificate if is_trusted else None,
    )
    own = find_own_fault(settings)
    assert own is not None
    assert named in own.es
    assert check_certificate(settings).level is Level.PROBLEM
    with serve_tls(certificate, key) as url, pytest.raises(requests.exceptions.SSLError) as caught:
        requests.get(url, verify=settings.trusted_ca, timeout=5)
    assert find_certificate_fault(caught.value, "localhost") == own


def test_accepted_certificate_has_no_fault(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path, "localhost")
    settings = Settings(allowed_hosts=("localhost",), tls_certificate=certificate, tls_key=key, tls_ca=certificate)
    assert find_own_fault(settings) is None
    assert check_certificate(settings).level is Level.GOOD


def test_certificate_without_its_key_is_explained(tmp_path: Path) -> None:
    certificate, _ = write_certificate(tmp_path, "localhost")
    _, other = write_certificate(tmp_path, "planta.example")
    fault = find_own_fault(Settings(tls_certificate=certificate, tls_key=other, tls_ca=certificate))
    assert fault is not None
    assert "la clave la de ese certificado" in fault.es


def test_other_connection_faults_are_not_about_the_certificate() -> None:
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get("https://127.0.0.1:9", timeout=1)
    assert find_certificate_fault(caught.value, "127.0.0.1") is None
