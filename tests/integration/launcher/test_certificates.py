"""The servers' own certificate: each reason why a program of this machine refuses it is named."""

import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stressvision.core.config import Settings
from stressvision.launcher.certificates import find_certificate_fault, find_own_fault
from stressvision.launcher.checks import Level
from stressvision.launcher.service_checks import check_certificate


def write_certificate(folder: Path, name: str, *, days: int = 1) -> tuple[Path, Path]:
    """Write a self-signed certificate that ends in `days`, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), *([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))] if name == "localhost" else [])]
    ends = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder(issuer, issuer, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=10))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths


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
