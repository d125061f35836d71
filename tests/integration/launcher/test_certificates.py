"""The servers' own certificate: each reason why a program of this machine refuses it is named."""

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
from stressvision.launcher.certificates import _shake_hands, find_certificate_fault, find_own_fault
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


def write_signed(folder: Path) -> tuple[Path, Path, Path]:
    """Write an authority without key usage, as `openssl req -x509` makes it, and a certificate of it with its key."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("authority", "localhost")]
    now = datetime.now(UTC)
    built = []
    for subject, public, extension in (
        (names[0], authority, x509.BasicConstraints(ca=True, path_length=None)),
        (names[1], key, x509.SubjectAlternativeName([x509.DNSName("localhost")])),
    ):
        builder = x509.CertificateBuilder(names[0], subject, public.public_key(), x509.random_serial_number())
        dated = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        built.append(dated.add_extension(extension, critical=True).sign(authority, hashes.SHA256()))
    paths = folder / "authority.pem", folder / "signed.pem", folder / "signed.key"
    for path, certificate in zip(paths, built, strict=False):
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[2].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths


def test_certificate_that_newer_pythons_refuse_is_named_so(tmp_path: Path) -> None:
    authority, certificate, key = write_signed(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=str(authority))
    client.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 has it by default
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        _shake_hands(server, client, "localhost")
    fault = find_certificate_fault(caught.value, "localhost")
    assert fault is not None
    assert "hágalos de nuevo" in fault.es
    assert caught.value.verify_message in fault.es


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
