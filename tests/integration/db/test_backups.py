"""Backups are verified and restore every row; retention deletes expired rows and frees disk space."""

import json
import re
import subprocess
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from stressvision.commands.backup import restore
from stressvision.commands.demo import change_demo
from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from stressvision.db.backup.backup_files import BackupKind
from stressvision.db.backup.copies import check_copy
from stressvision.db.backup.increments import DERIVED, apply_changes
from stressvision.db.backup.keys import new_key
from stressvision.db.engine.connection import Database
from stressvision.db.queries.people.employees import select_employee
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.db.schema.tables import (
    audit_log,
    detection_events,
    detection_totals,
    device_minutes,
    metadata,
    sessions,
)
from stressvision.domain.auth import Role
from stressvision.domain.consent import ConsentMethod
from stressvision.domain.disclosure import FEWEST_ROWS, round_size
from stressvision.domain.retention import RetentionKind, Term
from stressvision.services.auth.accounts import add_account, change_password, disable_account
from stressvision.services.auth.tokens import add_token, revoke_token
from stressvision.services.backup.archive import configured_key, list_backups
from stressvision.services.backup.backups import continue_backup, is_due, make_backup
from stressvision.services.backup.chains import find_newest
from stressvision.services.backup.restoring import open_backup, restore_database, verify_backup
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.detections.sessions import close_session, open_session
from stressvision.services.people.employees import set_active, withdraw_consent_of
from stressvision.services.people.enrolment import Enrolment, enrol_employee, withdraw_consent
from stressvision.services.privacy.erasure import erase_person
from stressvision.services.privacy.retention import apply_retention, count_expired
from stressvision.services.reports.creation import write_due_reports, write_manual_report
from stressvision.wire.access import TokenRequest
from stressvision.wire.detections import SessionEnd, SessionStart
from tests.conftest import FakeClock
from tests.integration.conftest import enrol, postgresql_programs
from tests.integration.live_backend import add_detection, raise_alert

DOCTOR = Actor(user_id="dra.quispe")
QUARTER = timedelta(minutes=15)


@pytest.fixture
def context(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    key = tmp_path / "key"
    key.write_text(new_key(), encoding="ascii")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/planta.db", backup_dir=tmp_path / "backups", backup_key_file=key
    )
    opened = open_context(settings, clock)
    yield opened
    opened.database.close()


def everything(context: Context) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows but roll-ups, which a restoration counts anew, and the audit entry that it adds."""
    tables = [table for table in metadata.sorted_tables if table.name not in DERIVED]
    with context.database.read() as connection:
        found = {table.name: list(map(tuple, connection.execute(select(table)))) for table in tables}
    found["audit_log"] = [row for row in found["audit_log"] if "database_restored" not in row]
    return found


def require_return(context: Context, clock: FakeClock, expected: dict[str, list[tuple[Any, ...]]]) -> None:
    """Assert that the newest backup restores exactly these rows. Closes the context."""
    context.database.close()
    restore_database(context.settings, None, DOCTOR, clock)
    again = open_context(context.settings, clock)
    with closing(again.database):
        assert everything(again) == expected


def live_through_a_quarter(context: Context, clock: FakeClock, employee: int) -> None:
    """Insert, update and delete rows."""
    open_session(context, SessionStart(device_id=f"cam-{clock.now.minute}"))
    raise_alert(context, employee)
    clock.advance(minutes=15)
    write_due_reports(context, QUARTER)
    add_detection(context, employee_id=employee, timestamp=clock.now - QUARTER)
    write_due_reports(context, QUARTER)


def test_whole_and_incremental_backups_restore_identical_rows(context: Context, clock: FakeClock) -> None:
    first, second = enrol(context), enrol(context, "EMP002", "Luis Paredes")
    live_through_a_quarter(context, clock, first)
    make_backup(context)
    for _ in range(3):
        live_through_a_quarter(context, clock, second)
        made = continue_backup(context)
        assert made is not None
        assert made.kind is BackupKind.CHANGES
    withdraw_consent(context, "EMP001", "0" * 64, DOCTOR)
    with context.database.write() as connection:
        connection.execute(detection_events.delete().where(detection_events.c.id <= 3))
    assert continue_backup(context) is not None
    assert continue_backup(context) is None
    expected = everything(context)
    context.database.close()

    chain, rows = verify_backup(context.settings, None)
    assert [backup.number for backup in chain] == [0, 1, 2, 3, 4]
    assert rows["detection_events"] == len(expected["detection_events"])
    Path(f"{context.settings.database_url.removeprefix('sqlite:///')}").write_bytes(b"damaged" * 1000)
    restored = restore_database(context.settings, None, DOCTOR, clock)
    assert restored.aside is not None
    again = open_context(context.settings, clock)
    with closing(again.database):
        assert everything(again) == expected
        next_id = add_detection(again).detection_id
        assert next_id > max(row[0] for row in expected["detection_events"])


def test_emptied_tables_are_restored_with_their_later_rows(context: Context, clock: FakeClock) -> None:
    """Includes tables whose row ids are reused, and deleted rows with deleted parents."""
    with context.database.write() as connection:
        connection.execute(
            insert(device_minutes),
            [{"device_id": "cam-1", "minute": clock.now + timedelta(minutes=minute)} for minute in range(5)],
        )
    opened = open_session(context, SessionStart(device_id="cam-1"))
    add_detection(context, session_id=opened.id)
    make_backup(context)
    with context.database.write() as connection:
        for table in (detection_events, device_minutes, sessions):
            connection.execute(table.delete())
        connection.execute(insert(device_minutes), {"device_id": "cam-2", "minute": clock.now})
    enrol(context)
    clock.advance(seconds=1)
    assert continue_backup(context) is not None
    assert verify_backup(context.settings, None)[1]["detection_events"] == 0
    add_detection(context)
    clock.advance(seconds=1)
    assert continue_backup(context) is not None
    require_return(context, clock, everything(context))


def test_expired_late_detection_is_deleted_from_backups_too(context: Context, clock: FakeClock) -> None:
    """Its row id lies between kept ones, and its session is deleted with it."""
    began = clock.now
    opened = open_session(context, SessionStart(device_id="cam-2"))
    clock.advance(hours=1)
    add_detection(context)
    add_detection(context, device_id="cam-2", session_id=opened.id, timestamp=began)
    add_detection(context)
    close_session(context, opened.id, SessionEnd(end_timestamp=began))
    clock.advance(days=29, hours=23, minutes=30)
    make_backup(context)
    assert dict(apply_retention(context, pause=lambda _: None).terms)[Term(RetentionKind.DETECTIONS, 30)] > 0
    clock.advance(seconds=1)
    assert continue_backup(context) is not None
    expected = everything(context)
    assert [row[0] for row in expected["detection_events"]] == [1, 3]
    require_return(context, clock, expected)


def test_removed_demonstration_is_not_restored(context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """Uses the machine's clock, as the command does."""
    own = replace(context, clock=utc_now)
    sample = FaceSampleRow(tuple(0.01 * i for i in range(128)), 0.9)
    synthetic = Enrolment("EMP001", "Kofi Mendoza", None, None, (sample,), consent_sha256="0" * 64, is_demo=True)
    raise_alert(own, enrol_employee(own, synthetic, DOCTOR).id)
    write_manual_report(own, QUARTER)
    make_backup(own)
    change_demo(own.settings, Namespace(remove=True))
    assert "1 personas sintéticas" in capsys.readouterr().out
    assert continue_backup(own) is None
    expected = everything(own)
    assert (expected["reports_15min"], expected["employees"]) == ([], [])
    own.database.close()
    restore_database(own.settings, None, DOCTOR)
    assert everything(own) == expected


def test_no_incremental_backup_follows_one_of_an_older_schema(context: Context) -> None:
    """New tables and indexes of an upgrade are not part of any row."""
    make_backup(context)
    with context.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'next'"))
    made = continue_backup(context)
    assert made is not None
    assert (made.kind, made.number) == (BackupKind.WHOLE, 0)


def test_chain_of_version_0_2_restores_its_deletions(context: Context) -> None:
    kept = [add_detection(context).detection_id for _ in range(3)][-1]
    context.database.close()
    path = Path(context.settings.database_url.removeprefix("sqlite:///"))
    apply_changes(path, [json.dumps({"table": "detection_events", "kept_from": kept, "columns": ["id"]}).encode()])
    assert [row[0] for row in everything(context)["detection_events"]] == [kept]


def test_erasure_starts_a_new_chain(context: Context, clock: FakeClock) -> None:
    person = enrol(context)
    make_backup(context)
    enrol(context, "EMP002")
    continue_backup(context)
    clock.advance(seconds=1)
    erase_person(context, person, DOCTOR)
    enrol(context, "EMP003")
    continue_backup(context)
    whole, changes = list_backups(context.settings)
    assert (whole.kind, changes.number, changes.chain) == (BackupKind.WHOLE, 1, whole.chain)
    assert verify_backup(context.settings, None)[1]["employees"] == 2


def test_restore_is_refused_while_a_program_has_the_file_open(context: Context, clock: FakeClock) -> None:
    enrol(context)
    make_backup(context)
    other = Database(context.settings.database_url)
    with closing(other), other.read() as connection:
        connection.execute(select(func.count()).select_from(audit_log)).scalar_one()
        context.database.close()
        with pytest.raises(Conflict, match="detenga el sistema"):
            restore_database(context.settings, None, DOCTOR, clock)
    assert check_copy(Path(other.url.database or ""))["employees"] == 1


def test_erased_employee_stays_erased_after_restoring_an_earlier_backup(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    person = enrol(context)
    elsewhere = tmp_path / "usb"
    elsewhere.mkdir()
    made = make_backup(context)
    kept = elsewhere / made.path.name
    kept.write_bytes(made.path.read_bytes())
    clock.advance(seconds=1)
    assert erase_person(context, person, DOCTOR).is_complete
    assert not made.path.exists()
    context.database.close()
    restored = restore_database(context.settings, kept, DOCTOR, clock)
    assert restored.erased_again == 1
    again = open_context(context.settings, clock)
    with closing(again.database), again.database.read() as connection:
        assert select_employee(connection, person) is None
    assert b"EMP001" not in Path(again.database.url.database or "").read_bytes()


def test_restoration_brings_back_no_consent_token_or_password_and_is_recorded(
    context: Context, clock: FakeClock
) -> None:
    person, inactive = enrol(context), enrol(context, "EMP002", "Lars Keller Ruiz")
    for name in ("dra.quispe", "ing.rojas"):
        add_account(context, name, Role.HEALTH, "cuatro palabras que recuerdo", DOCTOR)
    token = add_token(context, TokenRequest(device_id="cam-1"), DOCTOR).token
    make_backup(context)
    clock.advance(seconds=1)
    withdraw_consent_of(context, person, DOCTOR, ConsentMethod.PAPER)
    set_active(context, inactive, DOCTOR, active=False)
    revoke_token(context, token.split("_")[1], DOCTOR)
    disable_account(context, "ing.rojas", DOCTOR)
    change_password(context, "dra.quispe", "otras palabras que recuerdo", DOCTOR)
    with context.database.read() as connection:
        last = connection.exec_driver_sql("SELECT id, hash FROM audit_log ORDER BY id DESC").first()
        query = "SELECT name, password_hash, disabled_at IS NULL FROM accounts ORDER BY name"
        accounts = connection.exec_driver_sql(query).all()
    context.database.close()
    restore_database(context.settings, None, DOCTOR, clock)
    again = open_context(context.settings, clock)
    with closing(again.database), again.database.read() as connection:
        row, other = select_employee(connection, person), select_employee(connection, inactive)
        assert row is not None
        assert other is not None
        assert (row.consent_given, row.face_samples, other.is_active) == (False, 0, False)
        assert connection.exec_driver_sql(query).all() == accounts
        revoked = connection.exec_driver_sql("SELECT count(*) FROM access_tokens WHERE revoked_at IS NULL").scalar()
        assert revoked == 0
        recorded = "SELECT details FROM audit_log WHERE action = 'database_restored'"
        details = str(connection.exec_driver_sql(recorded).scalar())
        assert last is not None
        assert str(last[0]) in details
        assert str(last[1]) in details


def test_damaged_incomplete_or_missing_backup_is_refused(context: Context) -> None:
    with pytest.raises(NotFound):
        verify_backup(context.settings, None)
    enrol(context)
    make_backup(context)
    for code in ("EMP002", "EMP003"):
        enrol(context, code)
        continue_backup(context)
    whole, middle, last = list_backups(context.settings)
    sound = last.path.read_bytes()
    content = bytearray(sound)
    content[-1] ^= 1
    last.path.write_bytes(content)
    with pytest.raises(InvalidInput, match="dañada"):
        verify_backup(context.settings, None)
    assert verify_backup(context.settings, middle.path)[1]["employees"] == 2
    last.path.write_bytes(sound)
    middle.path.unlink()
    with pytest.raises(InvalidInput, match="falta"):
        verify_backup(context.settings, last.path)
    assert verify_backup(context.settings, whole.path)[1]["employees"] == 1


def test_incremental_backup_follows_the_newest_valid_one_of_this_database(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """Beside it: two of the same time, one of a database whose name sorts later, a damaged one, a renamed one."""
    make_backup(context)
    clock.advance(seconds=1)
    whole = make_backup(context).path
    enrol(context)
    changes = continue_backup(context)
    clock.advance(seconds=1)
    other = context.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/planta-9.db"})
    opened = open_context(other, clock)
    with closing(opened.database):
        make_backup(opened)
    for forged in ("planta-99990101-000000-000000.svb", "planta-000009-00000-99990101-000000.svb.age"):
        (whole.parent / forged).write_bytes(b"damaged")
    (whole.parent / "planta-antes.svb.age").write_bytes(whole.read_bytes())
    (whole.parent / "planta-000003-00000-20260101-000000.svb.age").write_bytes(whole.read_bytes())
    assert find_newest(context.settings, configured_key(context.settings)) == changes
    assert changes is not None
    assert changes.number == 1
    stranger = other.model_copy(update={"database_url": f"sqlite:///{tmp_path}/planta-8.db"})
    assert find_newest(stranger, configured_key(stranger)) is None


def test_oldest_backups_are_deleted_and_a_new_one_is_due_after_its_hours(context: Context, clock: FakeClock) -> None:
    few = replace(context, settings=context.settings.model_copy(update={"backup_keep": 2}))
    made = []
    for _ in range(4):
        assert is_due(few)
        made.append(make_backup(few).path.name)
        assert not is_due(few)
        clock.advance(hours=24)
    assert [backup.path.name for backup in list_backups(few.settings)] == made[2:]
    assert not is_due(replace(few, settings=few.settings.model_copy(update={"backup_hours": 0})))


def test_only_required_backups_are_opened(context: Context, clock: FakeClock) -> None:
    """A folder in place of a backup cannot be opened: here the backups that are not required."""
    few = replace(context, settings=context.settings.model_copy(update={"backup_keep": 2}))
    made = []
    for _ in range(3):
        made.append(make_backup(few).path)
        enrol(few, f"EMP{len(made):03}")
        clock.advance(seconds=1)
        changes = continue_backup(few)
        assert changes is not None
        made.append(changes.path)
        clock.advance(hours=24)
    assert [path.exists() for path in made] == [False, False, True, True, True, True]
    made[3].unlink()
    made[3].mkdir()
    assert is_due(few)
    made[2].unlink()
    made[2].mkdir()
    clock.advance(hours=-2)
    assert not is_due(few)


def fill_a_year(context: Context, clock: FakeClock) -> None:
    """A context with a detection on each of 400 days, oldest first, with a large vector; resolved and open alerts."""
    employee = enrol(context)
    rows = [
        {
            "timestamp": clock.now - timedelta(days=days),
            "device_id": "cam-1",
            "employee_id": employee,
            "emotion": "neutral",
            "emotion_vector": {"neutral": 0.1, "note": "x" * 400},
        }
        for days in range(400)
        for _ in range(5)
    ]
    with context.database.write() as connection:
        connection.execute(insert(detection_events), rows)


@pytest.fixture
def yearly(context: Context, clock: FakeClock) -> Context:
    fill_a_year(context, clock)
    return context


def test_expired_rows_are_deleted_and_disk_space_is_freed(yearly: Context) -> None:
    counted = count_expired(yearly)
    pauses: list[float] = []
    outcome = apply_retention(yearly, pause=pauses.append)
    assert dict(counted.terms) == dict(outcome.terms)
    assert dict(outcome.terms)[Term(RetentionKind.DETECTIONS, 30)] == 2000 - 31 * 5
    assert outcome.after.used < outcome.before.used / 3
    assert outcome.after.free == 0
    assert pauses
    with yearly.database.read() as connection:
        kept = connection.execute(select(func.count()).select_from(detection_events)).scalar_one()
        assert kept == connection.execute(select(func.sum(detection_totals.c.count))).scalar_one() == 31 * 5
    again = apply_retention(yearly, pause=pauses.append)
    assert [count for _, count in again.terms] == [0] * 5


def test_term_of_zero_deletes_nothing(yearly: Context) -> None:
    forever = replace(yearly, settings=yearly.settings.model_copy(update={"retention_detections_days": 0}))
    assert dict(apply_retention(forever, pause=lambda _: None).terms)[Term(RetentionKind.DETECTIONS, 0)] == 0


def test_each_kind_has_its_own_term(context: Context, clock: FakeClock) -> None:
    """Open alerts are kept at any age; resolved ones and reports are deleted after their own terms."""
    live_through_a_quarter(context, clock, enrol(context))
    clock.advance(days=366)
    outcome = {term.kind: count for term, count in apply_retention(context, pause=lambda _: None).terms}
    assert (outcome[RetentionKind.DETECTIONS] > 0, outcome[RetentionKind.ROLLUPS] > 0) == (True, True)
    assert (outcome[RetentionKind.ALERTS], outcome[RetentionKind.AUDIT]) == (0, 0)
    clock.advance(days=5 * 365)
    outcome = {term.kind: count for term, count in apply_retention(context, pause=lambda _: None).terms}
    assert outcome[RetentionKind.AUDIT] > 0
    assert len(everything(context)["alerts"]) == 1


@pytest.fixture
def on_postgresql(postgres: object, tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    server: Any = postgres
    server.psql("CREATE DATABASE backups_of_it;")
    settings = Settings(database_url=server.get_uri(database="backups_of_it"), backup_dir=tmp_path / "backups")
    opened = open_context(settings, clock)
    yield opened
    opened.database.close()


@pytest.mark.skipif(find_spec("pgserver") is None, reason="needs a PostgreSQL")
def test_postgresql_dump_is_readable_by_pg_restore(
    on_postgresql: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="pg_dump"):
        make_backup(on_postgresql)
    older = tmp_path / "pg_dump"
    older.write_text("#!/bin/sh\nprintf 'error: server version mismatch\\ndetail: 15.18\\n' >&2\nexit 1\n")
    older.chmod(0o700)
    with pytest.raises(Unavailable, match=r"server version mismatch detail: 15\.18"):
        make_backup(on_postgresql)
    assert [path.suffix for path in on_postgresql.settings.backup_dir.iterdir()] == [".lock"]
    programs = postgresql_programs()
    monkeypatch.setenv("PATH", str(programs))
    enrol(on_postgresql)
    made = make_backup(on_postgresql)
    assert made.kind is BackupKind.DUMP
    assert continue_backup(on_postgresql) is None
    open_backup(on_postgresql.settings, made, tmp_path / "base.dump")
    listed = subprocess.run(
        [programs / "pg_restore", "--list", tmp_path / "base.dump"], capture_output=True, check=True
    )
    assert b"TABLE DATA public employees" in listed.stdout
    with pytest.raises(InvalidInput, match="pg_restore"):
        restore_database(on_postgresql.settings, None, DOCTOR)


def test_restoration_by_the_console_states_a_rounded_number_of_rows(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its text is shown to administrators: two of them, before and after a shift, would count the detections."""
    raise_alert(context, enrol(context))
    make_backup(context)
    context.database.close()
    restore(context.settings, Namespace(file=None, recorded_by="jefa"))
    by_console = re.search(r"\(America/Lima\): hasta (\d+) filas", capsys.readouterr().out)
    restore(context.settings, Namespace(file=None, recorded_by=None))
    by_hand = re.search(r"(\d+) filas", capsys.readouterr().out)
    assert by_console is not None
    assert by_hand is not None
    assert int(by_console[1]) == round_size(int(by_hand[1]), FEWEST_ROWS) != int(by_hand[1])
