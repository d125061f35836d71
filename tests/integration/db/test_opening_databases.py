"""Opening new, current, legacy and foreign databases."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, DatabaseUnavailable
from stressvision.db.engine.connection import Database
from stressvision.db.schema.opening import OpeningOutcome, prepare_database
from stressvision.services.alerts.decisions import read_alert
from stressvision.services.context import Actor, check_database, open_context, open_context_with_outcome
from stressvision.services.people.employees import list_employees
from stressvision.services.people.gallery import read_gallery
from tests.integration.legacy_database import LEGACY_ROWS, write_legacy_database

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    path = tmp_path / "gloria_stress_system.db"
    write_legacy_database(path)
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_new_file_is_private_and_current_when_opened_again(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/nueva.db")
    assert open_context_with_outcome(settings)[1].outcome is OpeningOutcome.CREATED
    assert (tmp_path / "nueva.db").stat().st_mode & 0o077 == 0
    assert open_context_with_outcome(settings)[1].outcome is OpeningOutcome.CURRENT


def test_many_processes_open_a_new_database_at_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = [
            opening.outcome for opening in pool.map(lambda database: prepare_database(database, NOW), databases)
        ]
    assert sorted(outcomes) == [OpeningOutcome.CREATED] + [OpeningOutcome.CURRENT] * 5
    for database in databases:
        database.close()


def test_legacy_database_is_backed_up_and_keeps_every_row(legacy: Path) -> None:
    untouched = {table: rows(legacy, f"SELECT count(*) FROM {table}") for table in LEGACY_ROWS}
    context, opening = open_context_with_outcome(Settings(database_url=f"sqlite:///{legacy}"), lambda: NOW)
    assert opening.outcome is OpeningOutcome.CONVERTED
    assert opening.backup is not None
    assert {table: rows(opening.backup, f"SELECT count(*) FROM {table}") for table in LEGACY_ROWS} == untouched
    assert {table: rows(legacy, f"SELECT count(*) FROM {table}") for table in LEGACY_ROWS} == untouched
    assert rows(legacy, "PRAGMA foreign_key_check") == []
    assert rows(legacy, "PRAGMA integrity_check") == [("ok",)]
    context.database.close()


def test_legacy_alerts_get_a_history(legacy: Path) -> None:
    context = open_context(Settings(database_url=f"sqlite:///{legacy}"))
    (step,) = read_alert(context, 1, Actor()).history
    assert (step.kind, step.user_id) == ("raised", None)
    context.database.close()


def test_legacy_times_are_converted_to_the_stored_form(legacy: Path) -> None:
    open_context(Settings(database_url=f"sqlite:///{legacy}")).database.close()
    times = rows(legacy, "SELECT timestamp FROM detection_events ORDER BY id")
    assert times == [
        ("2026-11-22 10:21:41.376",),
        ("2026-11-22 10:21:49.422",),
        ("2026-11-22 15:21:49.000",),
        ("2026-11-22 10:30:00.000",),
    ]


def test_further_columns_are_kept_and_pictures_are_not(legacy: Path) -> None:
    open_context(Settings(database_url=f"sqlite:///{legacy}")).database.close()
    assert rows(legacy, "SELECT landmarks FROM detection_events WHERE id = 1") == [("[1, 2]",)]
    columns = {row[1] for row in rows(legacy, "PRAGMA table_info(employees)")}
    assert "thumbnail_base64" not in columns
    assert b"RETRATO" not in legacy.read_bytes()


def test_legacy_embeddings_need_enrolment_and_are_not_in_the_gallery(legacy: Path) -> None:
    context = open_context(Settings(database_url=f"sqlite:///{legacy}"))
    (employee,) = list_employees(context).employees
    assert (employee.employee_code, employee.enrolment_status) == ("EMP001", "needs_enrolment")
    assert read_gallery(context).faces == []
    context.database.close()


def test_trigger_refuses_other_forms_of_time_and_names_the_wanted_one(tmp_path: Path) -> None:
    path = tmp_path / "g.db"
    open_context(Settings(database_url=f"sqlite:///{path}")).database.close()
    for wrong in ("2026-11-22T10:00:00Z", "2026-11-22 10:00:00", "ayer"):
        with (
            closing(sqlite3.connect(path)) as connection,
            pytest.raises(sqlite3.IntegrityError, match="write strftime"),
        ):
            connection.execute("INSERT INTO detection_events(timestamp, device_id) VALUES (?, 'pi-1')", (wrong,))


def test_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "g.db"
    open_context(Settings(database_url=f"sqlite:///{path}")).database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("INSERT INTO releases VALUES ('9.9.0', '9999', '2030-01-01 00:00:00.000')")
        connection.commit()
    with pytest.raises(DatabaseUnavailable, match=r"más nueva de Stress Vision \(9\.9\.0\); este programa es"):
        open_context(Settings(database_url=f"sqlite:///{path}"))


def test_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "g.db"
    path.write_bytes(b"esto no es una base de datos" * 100)
    with pytest.raises(DatabaseUnavailable, match="no es una base de datos"):
        open_context(Settings(database_url=f"sqlite:///{path}"))
    assert path.read_bytes() == b"esto no es una base de datos" * 100


def test_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="carpeta"):
        open_context(Settings(database_url=f"sqlite:///{tmp_path}/falta/g.db"))


def test_inspection_changes_nothing(tmp_path: Path, legacy: Path) -> None:
    before = legacy.read_bytes()
    check_database(Settings(database_url=f"sqlite:///{legacy}"))
    check_database(Settings(database_url=f"sqlite:///{tmp_path}/nueva.db"))
    assert legacy.read_bytes() == before
    assert not (tmp_path / "nueva.db").exists()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "una cosa"])
def test_unsupported_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="STRESSVISION_DATABASE_URL"):
        open_context(Settings(database_url=url))
