"""Audit log: append-only, chained, alterations are detected."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from stressvision.core.config import Settings
from stressvision.db.engine.connection import Database
from stressvision.db.queries.auth.audit import AuditFilter
from stressvision.db.schema.opening import prepare_database
from stressvision.domain.audit import ChainFault, Fault
from stressvision.services.alerts.decisions import acknowledge_alert
from stressvision.services.audit import list_audit, record, trim_audit, verify_audit
from stressvision.services.backup.restoring import move_database
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.employees import read_employee, read_employee_state
from stressvision.services.reads import LIST_SPAN
from tests.conftest import FakeClock
from tests.integration.conftest import DATABASES, enrol
from tests.integration.db.test_migrations import IN_USE, NOW, create_0002
from tests.integration.live_backend import raise_alert

DOCTOR = Actor("dra.quispe", "10.0.0.7")


def write_rows(context: Context, count: int) -> None:
    with context.database.write() as connection:
        for number in range(count):
            record(connection, context, DOCTOR, "read_employee", "employee", number, {"minutes": 15, "ñ": [1.5, None]})


def take_guards_away(connection: Connection) -> None:
    """Alter the file as its owner could."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
    else:
        for trigger in ("audit_chained", "audit_kept", "audit_trimmed"):
            connection.execute(text(f"DROP TRIGGER {trigger}"))


def tamper(context: Context, *statements: str) -> None:
    with context.database.write() as connection:
        take_guards_away(connection)
        for statement in statements:
            connection.execute(text(statement))


def test_database_refuses_to_change_the_audit_log(context: Context) -> None:
    write_rows(context, 3)
    for statement in (
        "UPDATE audit_log SET user_id = 'otra'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE id = 1",
        "INSERT INTO audit_log (user_id, action) VALUES ('otra', 'read_employee')",
    ):
        with pytest.raises(IntegrityError), context.database.write() as connection:
            connection.execute(text(statement))
    assert verify_audit(context).is_whole


SWAP = (
    "UPDATE audit_log SET id = 1000 WHERE id = 3",
    "UPDATE audit_log SET id = 3 WHERE id = 4",
    "UPDATE audit_log SET id = 4 WHERE id = 1000",
)


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        (["UPDATE audit_log SET user_id = 'otra' WHERE id = 3"], {(3, Fault.CHANGED)}),
        (["UPDATE audit_log SET entity_id = 9 WHERE id = 1"], {(1, Fault.CHANGED)}),
        (["UPDATE audit_log SET timestamp = '2026-11-22 15:07:30.001' WHERE id = 6"], {(6, Fault.CHANGED)}),
        (["UPDATE audit_log SET details = '{\"minutes\": 16}' WHERE id = 2"], {(2, Fault.CHANGED)}),
        (["UPDATE audit_log SET details = NULL, ip_address = NULL WHERE id = 2"], {(2, Fault.CHANGED)}),
        (["DELETE FROM audit_log WHERE id = 3"], {(4, Fault.DISPLACED)}),
        (["DELETE FROM audit_log WHERE id = 1"], {(2, Fault.DISPLACED)}),
        (list(SWAP), {(3, Fault.DISPLACED), (4, Fault.DISPLACED), (5, Fault.DISPLACED)}),
        (
            ["INSERT INTO audit_log (id, user_id, action) VALUES (7, 'otra', 'login')"],
            {(7, Fault.CHANGED), (7, Fault.DISPLACED)},
        ),
    ],
)
def test_changed_removed_added_or_moved_row_is_found(
    usual_context: Context, statements: list[str], faults: set[tuple[int, Fault]]
) -> None:
    write_rows(usual_context, 6)
    assert verify_audit(usual_context).is_whole
    tamper(usual_context, *statements)
    verdict = verify_audit(usual_context)
    assert not verdict.is_whole
    assert set(verdict.faults) == {ChainFault(row, fault) for row, fault in faults}


def test_removed_end_is_found_with_a_noted_head(usual_context: Context) -> None:
    write_rows(usual_context, 6)
    noted = verify_audit(usual_context).head
    write_rows(usual_context, 2)
    assert verify_audit(usual_context, noted).is_whole
    tamper(usual_context, "DELETE FROM audit_log WHERE id > 4")
    assert verify_audit(usual_context).is_whole, "the file alone does not show it"
    assert verify_audit(usual_context, noted).is_cut


def test_trimming_leaves_a_row_and_the_rest_can_be_verified(context: Context, clock: FakeClock) -> None:
    write_rows(context, 5)
    clock.advance(days=400)
    write_rows(context, 3)
    for rows, kept in ((3, 6), (2, 5), (0, 5)):
        with context.database.write() as connection:
            assert trim_audit(connection, context, clock() - timedelta(days=365), 3) == rows
        verdict = verify_audit(context)
        assert (verdict.is_whole, verdict.rows) == (True, kept)
    clock.advance(days=400)
    with context.database.write() as connection:
        assert trim_audit(connection, context, clock() - timedelta(days=365), 100) == 5
    write_rows(context, 1)
    assert (verify_audit(context).is_whole, verify_audit(context).rows) == (True, 2)
    with pytest.raises(IntegrityError), context.database.write() as connection:
        connection.execute(text("DELETE FROM audit_log WHERE action = 'audit_trimmed'"))
    tamper(context, "DELETE FROM audit_log WHERE action = 'audit_trimmed'")
    assert not verify_audit(context).is_whole


def test_concurrent_writers_make_one_chain(context: Context) -> None:
    employee = enrol(context)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: read_employee(context, employee, Actor(f"cuenta.{number}")), range(40)))
    verdict = verify_audit(context)
    assert verdict.is_whole
    assert verdict.rows >= 41


def test_rows_older_than_the_chain_are_chained_without_their_notes(
    new_database_url: Callable[[str], str], clock: FakeClock
) -> None:
    url = new_database_url("older")
    with closing(Database(url)) as older:
        with older.change_schema() as connection:
            create_0002(connection)
            noted = (
                "INSERT INTO audit_log (user_id, action, entity_type, entity_id, details) VALUES"
                " ('dra.quispe', 'alert_resolved', 'alert', 1, CAST(:details AS JSON))"
            )
            for statement in IN_USE:
                connection.execute(text(statement))
            if connection.dialect.name == "sqlite":
                noted = noted.replace("CAST(:details AS JSON)", ":details")
            connection.execute(text(noted), {"details": '{"to": "resolved", "notes": "Ana estaba enferma"}'})
        prepare_database(older, NOW)
    with closing(open_context(Settings(database_url=url), clock).database) as database:
        context = Context(database, Settings(database_url=url), clock)
        verdict = verify_audit(context)
        entries = list_audit(context, AuditFilter(), Actor()).entries
    assert (verdict.is_whole, verdict.rows) == (True, 3)
    assert entries[0].details == {"to": "resolved"}


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL on this machine")
def test_chain_continues_after_a_move_to_postgresql(sqlite_context: Context, postgres: Any, clock: FakeClock) -> None:
    write_rows(sqlite_context, 5)
    postgres.psql("CREATE DATABASE audit_move;")
    url = postgres.get_uri(database="audit_move")
    move_database(sqlite_context.settings, url)
    with closing(open_context(Settings(database_url=url), clock).database) as database:
        moved = Context(database, Settings(database_url=url), clock)
        assert verify_audit(moved, verify_audit(sqlite_context).head).is_whole
        write_rows(moved, 2)
        assert (verify_audit(moved).is_whole, verify_audit(moved).rows) == (True, 7)


def test_audit_log_contains_ids_and_accounts_but_no_employee_name(usual_context: Context) -> None:
    employee = enrol(usual_context)
    raise_alert(usual_context, employee)
    acknowledge_alert(usual_context, 1, DOCTOR, "Hablé con Ana Torres")
    read_employee_state(usual_context, employee, 15, DOCTOR)
    found = list_audit(usual_context, AuditFilter(), DOCTOR)
    assert {entry.action for entry in found.entries} >= {"enrol", "alert_acknowledged", "read_employee_state"}
    shown = found.model_dump_json()
    for word in ("Ana", "Torres", "EMP001"):
        assert word not in shown


def test_listing_the_reads_of_a_person_is_audited(usual_context: Context) -> None:
    employee = enrol(usual_context)
    read_employee_state(usual_context, employee, 15, DOCTOR)
    wanted = AuditFilter(entity_type="employee", entity_id=employee)
    asked = [entry.action for entry in list_audit(usual_context, wanted, Actor("jefa")).entries]
    assert asked == ["read_audit", "read_employee_state", "enrol"]
    by_user = AuditFilter(user_id="dra.quispe")
    assert [entry.action for entry in list_audit(usual_context, by_user, Actor()).entries] == ["read_employee_state"]


def test_listing_the_log_is_audited_once_per_reader_and_minutes(usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    read_employee_state(usual_context, employee, 15, DOCTOR)
    for wanted in (AuditFilter(), AuditFilter(entity_type="employee"), AuditFilter(user_id="dra.quispe")):
        list_audit(usual_context, wanted, DOCTOR)
    list_audit(usual_context, AuditFilter(), replace(DOCTOR, user_id="jefa"))
    clock.advance(seconds=LIST_SPAN.total_seconds())
    list_audit(usual_context, AuditFilter(), DOCTOR)
    entries = list_audit(usual_context, AuditFilter(entity_type="audit"), Actor()).entries
    assert [(entry.user_id, entry.action, (entry.details or {}).get("times")) for entry in reversed(entries)] == [
        (DOCTOR.user_id, "read_audit", None),
        ("jefa", "read_audit", None),
        (DOCTOR.user_id, "read_audit", 2),
        (DOCTOR.user_id, "read_audit", None),
    ]
