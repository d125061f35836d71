"""The daily inspection over months: each warning comes before its damage, once a week, and ends with its repair."""

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
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
from stressvision.services.backup.backups import make_backup
from stressvision.services.context import Context
from stressvision.services.devices import record_health
from stressvision.services.notifications import claim_notice, confirm_notice
from stressvision.services.system.status import read_status
from stressvision.services.upkeep import Machine, inspect_installation, list_repairs, read_certificate_expiry
from stressvision.wire.detections import DeviceHealth
from stressvision.wire.system import RepairItem
from tests.conftest import FakeClock

DAYS = 90
GIGABYTE = 10**9
SOUND = Machine(free_bytes=lambda _path: GIGABYTE, is_synchronised=lambda: True)


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


def test_late_backup_names_its_time(sqlite_context: Context, clock: FakeClock, tmp_path: Path) -> None:
    settings = sqlite_context.settings.model_copy(update={"backup_dir": tmp_path / "backups"})
    context = Context(sqlite_context.database, settings, clock)
    make_backup(context)
    made = clock()
    clock.advance(days=3)
    inspect_installation(context, SOUND)
    [late] = list_repairs(context, "es").repairs
    assert (late.kind, late.is_urgent) == ("backup", True)
    assert f"{made:%Y-%m-%d %H:%M:%S}" in late.message
    assert f"{made:%Y-%m-%d %H:%M:%S}" in (read_status(context, (), "es").backup_message or "")


def test_backups_that_never_succeeded_are_a_repair_after_two_days(
    sqlite_context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    lost = tmp_path / "lost"
    lost.write_text("")
    settings = sqlite_context.settings.model_copy(update={"backup_dir": lost})
    context = Context(sqlite_context.database, settings, clock)
    clock.advance(days=2)
    assert inspect_installation(context, SOUND) == []
    clock.advance(minutes=1)
    inspect_installation(context, SOUND)
    [missing] = list_repairs(context, "es").repairs
    assert (missing.kind, missing.is_urgent) == ("backup", True)
    assert f"ninguna en {lost}" in missing.message
    assert "ninguna en" in (read_status(context, (), "es").backup_message or "")


def validate_model(context: Context, on: date, models: Path) -> list[RepairItem]:
    settings = context.settings.model_copy(update={"backup_hours": 0, "models_dir": models, "validated_on": on})
    inspected = Context(context.database, settings, context.clock)
    inspect_installation(inspected, SOUND)
    return list_repairs(inspected, "es").repairs


def install_model(folder: Path, dated: str, content: bytes = b"network") -> None:
    (folder / "expression.tflite").write_bytes(content)
    card = {"sha256": sha256(b"network").hexdigest(), "dated": dated}
    (folder / "expression.json").write_text(json.dumps(card))


def test_validation_of_the_model_is_due_a_month_before_its_year_ends(
    sqlite_context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    install_model(tmp_path, "2025-01-01")
    today = clock().date()
    assert validate_model(sqlite_context, today - timedelta(days=334), tmp_path) == []
    [due] = validate_model(sqlite_context, today - timedelta(days=335), tmp_path)
    assert (due.kind, due.days_left, due.is_urgent) == ("model", 30, False)
    [over] = validate_model(sqlite_context, today - timedelta(days=400), tmp_path)
    assert (over.days_left, over.is_urgent) == (0, True)


def test_model_newer_than_its_validation_is_a_repair(sqlite_context: Context, clock: FakeClock, tmp_path: Path) -> None:
    install_model(tmp_path, "2026-11-20")
    [newer] = validate_model(sqlite_context, date(2026, 11, 1), tmp_path)
    assert newer.is_urgent
    assert "es del 2026-11-20, posterior a su validación" in newer.message
    assert validate_model(sqlite_context, date(2026, 11, 20), tmp_path) == []


def test_model_that_is_not_the_one_of_its_card_is_urgent(sqlite_context: Context, tmp_path: Path) -> None:
    install_model(tmp_path, "2026-11-20", content=b"earlier network")
    [other] = validate_model(sqlite_context, date(2026, 11, 21), tmp_path)
    assert other.is_urgent
    assert "no es el de su ficha" in other.message


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


def report_view(context: Context, device_id: str, *, moved: bool | None) -> None:
    record_health(context, DeviceHealth(device_id=device_id, state="watching", moved=moved))


def test_moved_cameras_are_a_repair_until_their_view_is_right(usual_context: Context, clock: FakeClock) -> None:
    settings = usual_context.settings.model_copy(
        update={"backup_hours": 0, "notify_urls": Settings(notify_urls="json://127.0.0.1:9/hook").notify_urls}
    )
    context = Context(usual_context.database, settings, clock)
    report_view(context, "linea2", moved=True)
    report_view(context, "entrada", moved=True)
    report_view(context, "patio", moved=False)
    report_view(context, "linea2", moved=None)
    notice = claim_notice(context)
    assert notice is not None
    assert "entrada, linea2" in compose_message(settings, notice).body
    confirm_notice(context, notice)
    assert claim_notice(context) is None
    for _ in range(2):
        [moved] = list_repairs(context, "es").repairs
        assert (moved.kind, moved.is_urgent) == ("camera", False)
        assert moved.message == "Parece que se movió la cámara de entrada, linea2."
        assert "máscaras, zonas y tamaños" in moved.remedy
        [english] = list_repairs(context, "en").repairs
        assert english.message == "The camera of entrada, linea2 seems to have been moved."
        inspect_installation(context, SOUND)

    report_view(context, "entrada", moved=False)
    assert [repair.message for repair in list_repairs(context, "en").repairs] == [
        "The camera of linea2 seems to have been moved."
    ]
    report_view(context, "linea2", moved=False)
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
