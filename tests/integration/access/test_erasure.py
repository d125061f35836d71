"""Erasure of a person: no trace is left anywhere, and every table is covered."""

import json
from array import array
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, LargeBinary, Table, Text, event, func, insert, select

from stressvision.core.config import Settings
from stressvision.core.errors import NotFound
from stressvision.db.backup.copies import copy_whole
from stressvision.db.backup.keys import new_key, read_key
from stressvision.db.engine.types import UtcMoment
from stressvision.db.queries.alerts.alert_links import insert_link
from stressvision.db.queries.people.employees import select_employee
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.db.queries.privacy.erasure import (
    FREE_OF_PERSONS,
    MEASURED,
    REWRITTEN,
    personal_tables,
    written_tables,
)
from stressvision.db.schema.tables import (
    alert_links,
    alerts,
    audit_log,
    detection_totals,
    employees,
    erasures,
    metadata,
    reports,
    sessions,
)
from stressvision.domain.erasure import count_occurrences, encode_words, pick_face_fragments
from stressvision.edge.delivery.outbox import MessageKind, Outbox
from stressvision.services.backup.archive import list_backups, read_backup_content
from stressvision.services.backup.backups import make_backup
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.detections.storing import store_detection
from stressvision.services.people.enrolment import Enrolment, enrol_employee
from stressvision.services.privacy.erasure import erase_person
from stressvision.services.reports.creation import write_manual_report
from tests.conftest import FakeClock
from tests.integration.edge.test_detections_stored import detection

DOCTOR = Actor(user_id="dra.quispe", ip_address="127.0.0.1")
CODE, NAME = "EMP001", "María Núñez Ítalo"
OTHER_CODE, OTHER_NAME = "EMP0010", f"{NAME} Paredes"


def samples_of(seed: int) -> tuple[FaceSampleRow, ...]:
    random = Random(seed)
    return tuple(FaceSampleRow(tuple(random.random() for _ in range(128)), 0.9) for _ in range(3))


def enrol(context: Context, code: str, name: str, seed: int) -> int:
    enrolment = Enrolment(code, name, "Producción", "morning", samples_of(seed), consent_sha256="0" * 64)
    return enrol_employee(context, enrolment, DOCTOR).id


def fill(context: Context, clock: FakeClock) -> int:
    """Store two people, an alert of each and a report; return the id of the person to erase."""
    person = enrol(context, CODE, NAME, 1)
    other = enrol(context, OTHER_CODE, OTHER_NAME, 2)
    for number in range(24):
        clock.advance(seconds=1)
        store_detection(context, detection(clock(), (person, other)[number % 2]))
    clock.advance(seconds=1)
    write_manual_report(context, timedelta(minutes=15))
    with context.database.write() as connection:
        for alert_id, owner in connection.execute(select(alerts.c.id, alerts.c.employee_id)).all():
            insert_link(connection, alert_id, "target", f"digest of {owner}", clock())
    return person


@pytest.fixture
def secret_context(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    """A database, an outbox, log files and encrypted backups in one folder."""
    key = tmp_path / "key"
    key.write_text(new_key(), encoding="ascii")
    opened = open_context(
        Settings(
            database_url=f"sqlite:///{tmp_path}/gloria_stress_system.db",
            run_dir=tmp_path / "run",
            outbox_path=tmp_path / "edge_outbox.db",
            backup_dir=tmp_path / "backups",
            backup_key_file=key,
        ),
        clock,
    )
    yield opened
    opened.database.close()


def test_every_table_is_erased_or_listed_as_free_of_persons() -> None:
    covered = {table.name for table in personal_tables()}
    assert covered | set(FREE_OF_PERSONS) | set(REWRITTEN) == set(metadata.tables)
    assert not covered & set(FREE_OF_PERSONS)


def test_measured_tables_contain_no_text_about_a_person() -> None:
    for name in MEASURED:
        assert metadata.tables[name] not in written_tables()
        assert not [column for column in metadata.tables[name].c if isinstance(column.type, LargeBinary)]


def test_no_trace_of_the_person_is_left_in_any_file(secret_context: Context, clock: FakeClock, tmp_path: Path) -> None:
    context = secret_context
    person = fill(context, clock)
    make_backup(context)
    (tmp_path / "gloria_stress_system.backup-20260101-000000.db").write_bytes(NAME.encode())
    journal = tmp_path / "run" / "logs" / "reporter.log"
    journal.parent.mkdir(parents=True)
    as_json = json.dumps({"code": CODE, "event": f"saludos de {NAME}"})
    journal.write_text(f"{CODE} {NAME} 3 %\nseguimos\n{as_json}\n", encoding="utf-8")
    outbox = Outbox(context.settings.outbox_path)
    outbox.add(MessageKind.DETECTION, "a", detection(clock(), person).model_dump_json())
    outbox.close()
    with context.database.write() as connection:
        note = f"Conversó con {NAME} ({CODE})"
        connection.execute(alerts.update().where(alerts.c.employee_id != person).values(resolution_notes=note))

    certificate = erase_person(context, person, DOCTOR)
    context.database.close()

    assert certificate.is_complete, certificate
    with context.database.read() as connection:
        assert select_employee(connection, person) is None
    faces = samples_of(1)
    needles = (*encode_words((CODE, NAME)), *pick_face_fragments(None, [_stored(sample) for sample in faces]))
    excused = (OTHER_CODE.encode(), OTHER_NAME.encode(), json.dumps(OTHER_NAME)[1:-1].encode())
    context.database.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"gloria_stress_system.db", "edge_outbox.db", "reporter.log"} <= {path.name for path in files}
    for path in files:
        assert count_occurrences([path.read_bytes()], needles, excused) == 0, path
    key = read_key(context.settings.backup_key_file)
    (backup,) = list_backups(context.settings)
    opened = b"".join(read_backup_content(backup.path, key))
    assert (count_occurrences([opened], needles, excused), count_occurrences([opened], (OTHER_NAME.encode(),)) > 0) == (
        0,
        True,
    )
    assert count_occurrences([certificate.model_dump_json().encode()], needles) == 0


def _stored(sample: FaceSampleRow) -> bytes:
    return array("f", sample.embedding).tobytes()


def test_rows_are_deleted_and_totals_stay(context: Context, clock: FakeClock) -> None:
    person = fill(context, clock)
    with context.database.read() as connection:
        before = connection.execute(select(reports)).one()
    files = _read_file_numbers(context)
    certificate = erase_person(context, person, DOCTOR)
    rewritten = {name for name, number in _read_file_numbers(context).items() if number != files[name]}
    assert rewritten == (
        set() if context.database.is_sqlite else {"employees", "detection_events", "alerts"} - MEASURED
    )
    assert certificate.row_counts["detection_events"] == 12
    assert certificate.is_complete
    with context.database.read() as connection:
        assert connection.execute(select(alert_links.c.secret_hash)).scalars().all() == [f"digest of {person + 1}"]
        for table in personal_tables():
            if table is alert_links:
                continue
            column = table.c["id" if table.name == "employees" else "employee_id"]
            assert connection.execute(select(func.count()).where(column == person)).scalar_one() == 0, table.name
        report = connection.execute(select(reports)).one()
        assert (report.total_detections, report.total_employees_detected) == (24, 2)
        assert _sums(report.per_employee_summary) == _sums(before.per_employee_summary)
        names = {entry["name"] for entry in report.per_employee_summary.values()}
        assert names == {"Persona borrada", OTHER_NAME}
        assert connection.execute(select(func.sum(detection_totals.c.count))).scalar_one() == 12
        (erasure,) = connection.execute(select(erasures))
        assert (erasure.certificate_id, erasure.erased_by) == (certificate.certificate_id, "dra.quispe")
        last = connection.execute(select(audit_log).order_by(audit_log.c.id.desc()).limit(1)).one()
        assert (last.action, last.entity_id, last.user_id) == ("erase", person, "dra.quispe")
    with pytest.raises(NotFound):
        erase_person(context, person, DOCTOR)


def _read_file_numbers(context: Context) -> dict[str, int]:
    """Return the number of each table's file on PostgreSQL, which a rewritten table changes."""
    if context.database.is_sqlite:
        return {}
    names = ("employees", "detection_events", "alerts")
    with context.database.read() as connection:
        return {name: connection.execute(select(func.pg_relation_filenode(name))).scalar_one() for name in names}


def _sums(summary: dict[str, Any]) -> dict[str, int]:
    return {
        emotion: sum(entry["counts"][emotion] for entry in summary.values())
        for emotion in ("neutral", "happy", "stress", "sad", "fatigue")
    }


def test_row_in_any_personal_table_is_deleted(usual_context: Context) -> None:
    """Includes tables written by parts of the program unknown to this test."""
    person = enrol(usual_context, CODE, NAME, 1)
    filled = set()
    for table in reversed(personal_tables()):
        if "employee_id" in table.c and table.name != "detection_totals":
            with usual_context.database.write() as connection:
                connection.execute(insert(table).values(_made_up(table, person)))
            filled.add(table.name)
    certificate = erase_person(usual_context, person, DOCTOR)
    assert filled <= set(certificate.row_counts)
    assert certificate.is_complete


def _made_up(table: Table, person: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in table.c:
        if column.name == "employee_id":
            values[column.name] = person
        elif column.name == "id" or (column.nullable and type(column.type) is not Text) or column.server_default:
            continue
        elif type(column.type) is Text:
            values[column.name] = f"{NAME} {CODE}"
        elif column.type.python_type is bytes:
            values[column.name] = b"x"
        elif isinstance(column.type, UtcMoment):
            values[column.name] = FakeClock()()
        else:
            values[column.name] = 1
    return values


def test_names_of_others_stay_in_logs_and_texts(secret_context: Context, clock: FakeClock) -> None:
    """Includes people who are not enrolled."""
    person = fill(secret_context, clock)
    journal = secret_context.settings.run_dir / "ingest.log"
    journal.parent.mkdir(parents=True)
    others = f"{OTHER_CODE} {OTHER_NAME} EMP00199 XEMP001 {NAME}lina"
    journal.write_text(f"{others} {CODE}\n{json.dumps({'event': f'{NAME}: {others}'})}\n", encoding="utf-8")
    with secret_context.database.write() as connection:
        connection.execute(alerts.update().values(resolution_notes=f"{NAME} y {OTHER_NAME}"))
    certificate = erase_person(secret_context, person, DOCTOR)
    assert {place.place: place.is_clean for place in certificate.places}["registros de los programas (logs)"]
    plain, as_json = journal.read_text(encoding="utf-8").splitlines()
    assert plain == f"{others} {'*' * len(CODE)}"
    assert json.loads(as_json)["event"] == f"{'*' * (len(json.dumps(NAME)) - 2)}: {others}"
    with secret_context.database.read() as connection:
        notes = set(connection.execute(select(alerts.c.resolution_notes)).scalars())
    assert notes == {f"[borrado] y {OTHER_NAME}"}


def test_shared_name_is_kept(usual_context: Context, clock: FakeClock) -> None:
    person = enrol(usual_context, CODE, NAME, 1)
    namesake = enrol(usual_context, "EMP002", NAME, 2)
    assert erase_person(usual_context, person, DOCTOR).is_complete
    with usual_context.database.read() as connection:
        row = select_employee(connection, namesake)
        assert row is not None
        assert row.full_name == NAME


def test_person_named_like_a_state_and_a_device_changes_neither(usual_context: Context, clock: FakeClock) -> None:
    person = enrol(usual_context, CODE, "Active", 1)
    row = {"device_id": "active", "location": "junto a Active", "start_timestamp": clock(), "status": "active"}
    with usual_context.database.write() as connection:
        connection.execute(insert(sessions).values(row))
    assert erase_person(usual_context, person, DOCTOR).row_counts["texts"] == 1
    with usual_context.database.read() as connection:
        kept = connection.execute(select(sessions.c.device_id, sessions.c.status, sessions.c.location)).one()
    assert tuple(kept) == ("active", "active", "junto a [borrado]")


def test_writers_do_not_wait_while_reports_are_searched(usual_context: Context, clock: FakeClock) -> None:
    """Mentions of the person in another person's report entry are deleted too."""
    person = fill(usual_context, clock)
    with usual_context.database.write() as connection:
        connection.execute(reports.update().values(per_employee_summary={"99": {"name": NAME, "code": CODE}}))
    searched: dict[bool, int] = {True: 0, False: 0}

    @event.listens_for(usual_context.database.engine, "before_cursor_execute")
    def _note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "FROM reports_15min" in statement and "LIKE" in statement:
            searched["stressvision_write" in connection.get_execution_options()] += 1

    assert erase_person(usual_context, person, DOCTOR).row_counts["texts"] == 1
    assert searched == {True: 0, False: 1}
    with usual_context.database.read() as connection:
        summary = connection.execute(select(reports.c.per_employee_summary)).scalar_one()
    assert summary == {"99": {"name": "[borrado]", "code": "[borrado]"}}


def test_copies_of_moved_rows_are_erased_after_a_restart(secret_context: Context, clock: FakeClock) -> None:
    """Rows stored in random order, and notes that grow, move between pages, which keep copies of them."""
    chance, ids = Random(8), list(range(1, 251))
    context = secret_context
    for moved in (ids, ids):
        chance.shuffle(moved)
        with context.database.write() as connection:
            for number in moved:
                _store_or_extend(connection, number, clock)
    context.database.close()
    context = open_context(context.settings, clock)
    before = _read_database(context)
    names, notes = ([number for number in ids if before.count(_texts_of(number)[k]) > 1] for k in (0, 1))
    erased = (names[0], notes[0])
    for number in erased:
        certificate = erase_person(context, number, DOCTOR)
        assert certificate.is_complete, certificate
        assert "cada página" in certificate.places[0].action
    needles = [text for number in erased for text in (f"COD{number:04}".encode(), *_texts_of(number))]
    assert not [text for text in needles if text in _read_database(context)]
    context.database.close()
    for path in context.settings.backup_dir.parent.rglob("*"):
        if path.is_file():
            assert count_occurrences([path.read_bytes()], needles) == 0, path


def _store_or_extend(connection: Connection, number: int, clock: FakeClock) -> None:
    """Store a person with an alert; where they exist, extend both texts."""
    name, note = (text.decode() for text in _texts_of(number))
    if connection.execute(
        alerts.update().where(alerts.c.id == number).values(resolution_notes=f"{note} {'y' * 90}")
    ).rowcount:
        connection.execute(employees.update().where(employees.c.id == number).values(full_name=f"{name} {'y' * 90}"))
        return
    person = {"id": number, "employee_code": f"COD{number:04}", "full_name": name}
    connection.execute(insert(employees).values(person))
    alert = {"id": number, "employee_id": number, "timestamp": clock(), "resolution_notes": note, "status": "resolved"}
    connection.execute(insert(alerts).values({**_made_up(alerts, number), **alert}))


def _texts_of(number: int) -> tuple[bytes, bytes]:
    return f"Nombre{number:04}".encode(), f"nota{number:04}".encode()


def _read_database(context: Context) -> bytes:
    image = context.settings.backup_dir.parent / "image"
    copy_whole(context.database, image)
    content = image.read_bytes()
    image.unlink()
    return content
