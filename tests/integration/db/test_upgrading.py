"""The upgrade command: databases of every schema, refusals, and what happens when the result is not sound."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, DatabaseUnavailable
from stressvision.db.engine.connection import Database
from stressvision.db.schema import opening
from stressvision.db.schema.tables import REVISION
from stressvision.services.backup.upgrading import upgrade_database
from stressvision.services.context import open_context
from tests.integration.db.test_migrations import IN_USE, create_0002
from tests.integration.legacy_database import LEGACY_ROWS, write_legacy_database
from tests.sqlite import connect

EARLIER = [
    script.revision
    for script in ScriptDirectory(str(opening._MIGRATIONS)).walk_revisions()
    if "0002" <= script.revision < REVISION
]


def create_at(path: Path, revision: str) -> None:
    """Create a database in use with the schema of an earlier revision; those of the releases are among them."""
    config = Config()
    config.set_main_option("script_location", str(opening._MIGRATIONS))
    with closing(Database(f"sqlite:///{path}")) as database, database.change_schema() as connection:
        create_0002(connection)
        for statement in IN_USE:
            connection.execute(text(statement))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.mark.parametrize("revision", EARLIER)
def test_database_of_each_earlier_schema_is_upgraded_and_keeps_its_rows(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "g.db"
    create_at(path, revision)
    done = upgrade_database(Settings(database_url=f"sqlite:///{path}"))
    assert (done.before, done.after) == (revision, REVISION)
    assert done.backup is not None
    assert done.backup.exists()
    assert (done.rows["detection_events"], done.rows["audit_log"], done.rows["alerts"]) == (3, 2, 1)


def test_indexes_that_the_first_0_2_0_never_made_are_made(tmp_path: Path) -> None:
    path = tmp_path / "g.db"
    create_at(path, "0023")
    missing = {"ix_detection_events_emotion_timestamp", "ix_detection_events_employee_id_emotion_timestamp"}
    with closing(connect(str(path))) as connection:
        for index in missing:
            connection.execute(f"DROP INDEX {index}")
        connection.commit()
    upgrade_database(Settings(database_url=f"sqlite:///{path}"))
    with closing(connect(str(path))) as connection:
        assert missing <= {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def test_database_of_the_earlier_phases_is_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "g.db"
    write_legacy_database(path)
    done = upgrade_database(Settings(database_url=f"sqlite:///{path}"))
    assert (done.before, done.after) == ("", REVISION)
    assert all(done.rows[table] >= 1 for table in LEGACY_ROWS if table in done.rows)


def test_current_database_is_left_as_it_is(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/g.db")
    open_context(settings).database.close()
    done = upgrade_database(settings)
    assert (done.before, done.after, done.backup) == (REVISION, REVISION, None)


def test_database_in_use_is_not_upgraded(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/g.db")
    with closing(open_context(settings).database) as database, database.read(), pytest.raises(Conflict):
        upgrade_database(settings)


def test_unsound_result_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "g.db"
    create_at(path, EARLIER[0])
    migrate: Callable[..., None] = opening._run_migrations

    def migrate_and_lose(connection: object) -> None:
        migrate(connection)
        connection.execute(text("DELETE FROM alerts"))  # type: ignore[attr-defined]

    monkeypatch.setattr(opening, "_run_migrations", migrate_and_lose)
    with pytest.raises(DatabaseUnavailable, match="alerts tenía 1 filas y tiene 0"):
        upgrade_database(Settings(database_url=f"sqlite:///{path}"))
    with closing(connect(str(path))) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (EARLIER[0],)
        assert connection.execute("SELECT count(*) FROM alerts").fetchone() == (1,)
    assert (tmp_path / "g.failed-upgrade.db").exists()
