"""The daily inspection over months: each warning comes before its damage, once a week, and ends with its repair."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import Settings
from stressvision.db.queries import upkeep as rows
from stressvision.domain.notifications import NoticeKind
from stressvision.domain.upkeep import RepairKind
from stressvision.notifications.message import compose_message
from stressvision.services.context import Context
from stressvision.services.notifications import claim_notice, confirm_notice
from stressvision.services.upkeep import Machine, inspect_installation, list_repairs, read_certificate_expiry
from tests.conftest import FakeClock

DAYS = 90
GIGABYTE = 10**9


def write_certificate(folder: Path, expires: datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stress.plant.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(expires - timedelta(days=365))
        .not_valid_after(expires)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_three_months_warn_before_each_damage(usual_context: Context, clock: FakeClock, tmp_path: Path) -> None:
    start = clock()
    expires = start + timedelta(days=70)
    settings = usual_context.settings.model_copy(
        update={
            "tls_certificate": write_certificate(tmp_path, expires),
            "notify_urls": Settings(notify_urls="json://127.0.0.1:9/hook").notify_urls,
            "backup_hours": 0,
        }
    )
    context = Context(usual_context.database, settings, clock)
    full_on = 60
    seen: dict[RepairKind, int] = {}
    messages = 0
    for day in range(DAYS):
        clock.now = start + timedelta(days=day)
        free = GIGABYTE * max(full_on - day, 0) if day < full_on - 2 else GIGABYTE * 100
        machine = Machine(free_bytes=lambda _path, free=free: free, is_synchronised=lambda: True)  # type: ignore[misc]
        for repair in inspect_installation(context, machine):
            seen.setdefault(repair.kind, day)
        while notice := claim_notice(context):
            assert notice.kind is NoticeKind.REPAIR
            assert compose_message(settings, notice).body
            confirm_notice(context, notice)
            messages += 1
    assert seen == {RepairKind.DISK: 30, RepairKind.CERTIFICATE: 40}
    weeks = (28 // 7, (DAYS - 40) // 7)
    assert sum(weeks) <= messages <= sum(weeks) + 4


def test_findings_are_replaced_and_shown(usual_context: Context, clock: FakeClock) -> None:
    context = Context(usual_context.database, usual_context.settings.model_copy(update={"backup_hours": 0}), clock)
    inspect_installation(context, Machine(free_bytes=lambda _path: GIGABYTE, is_synchronised=lambda: False))
    [clock_fault] = list_repairs(context, "es").repairs
    assert (clock_fault.kind, clock_fault.is_urgent) == ("clock", False)
    assert "no está sincronizado" in clock_fault.message
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        shown = client.get("/api/repairs", headers={"Accept-Language": "en"}).json()
    assert shown["total"] == 1
    assert shown["repairs"][0]["remedy"].startswith("Enable network time")
    inspect_installation(context, Machine(free_bytes=lambda _path: GIGABYTE, is_synchronised=lambda: None))
    assert list_repairs(context, "es").repairs == []


def test_samples_are_bounded_and_one_a_day(usual_context: Context, clock: FakeClock) -> None:
    start = clock()
    machine = Machine(free_bytes=lambda _path: GIGABYTE, is_synchronised=lambda: None)
    for half_day in range(200):
        clock.now = start + timedelta(hours=12 * half_day)
        inspect_installation(usual_context, machine)
    with usual_context.database.read() as connection:
        samples = rows.select_samples(connection)
    assert len(samples) == 60
    assert len({sample.day for sample in samples}) == 60


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"]
)
def test_unreadable_certificate_has_no_expiry(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "certificate.pem"
    path.write_bytes(content)
    assert read_certificate_expiry(Settings.model_construct(tls_certificate=path)) is None


def test_expiry_of_a_chain_is_its_first(tmp_path: Path) -> None:
    soon, later = (datetime(2027, 1, day, tzinfo=UTC) for day in (1, 20))
    first = write_certificate(tmp_path, later).read_bytes()
    path = write_certificate(tmp_path, soon)
    path.write_bytes(first + path.read_bytes())
    assert read_certificate_expiry(Settings.model_construct(tls_certificate=path)) == soon
