"""Restoring a chain of backups yields the database of the last one, for random changes between them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stressvision.core.config import Settings
from stressvision.db.backup.increments import DERIVED
from stressvision.db.engine.connection import Database, sqlite_driver
from stressvision.db.queries.detections.hours import count_area_hours
from stressvision.db.schema.tables import metadata
from stressvision.domain.reports import Window
from stressvision.services.backup.backups import continue_backup, make_backup
from stressvision.services.backup.chains import find_chain
from stressvision.services.backup.restoring import assemble
from stressvision.services.context import Context, open_context
from stressvision.services.detections.sessions import close_session, open_session
from stressvision.services.detections.storing import store_detection
from stressvision.services.devices import record_health
from stressvision.services.privacy.retention import apply_retention
from stressvision.services.reports.creation import write_due_reports, write_manual_report
from stressvision.wire.detections import DetectionIn, DeviceHealth, SessionEnd, SessionStart
from tests.conftest import FakeClock

QUARTER = timedelta(minutes=15)
Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class Plant:
    """A small database under change, and its rows at the last backup."""

    context: Context
    clock: FakeClock
    at_last_backup: Rows = field(default_factory=dict)

    def see_somebody(self, days_ago: int = 0) -> None:
        moment = self.clock.now - timedelta(days=days_ago)
        opened = open_session(self.context, SessionStart(device_id="cam-1"))
        store_detection(self.context, DetectionIn(device_id="cam-1", session_id=opened.id, timestamp=moment))
        close_session(self.context, opened.id, SessionEnd(end_timestamp=moment))

    def see_somebody_late(self) -> None:
        self.see_somebody(days_ago=20)

    def watch(self) -> None:
        record_health(self.context, DeviceHealth(device_id="cam-1", state="watching"))

    def report(self) -> None:
        write_due_reports(self.context, QUARTER)
        write_manual_report(self.context, QUARTER)

    def wait(self) -> None:
        self.clock.advance(days=15)

    def keep_terms(self) -> None:
        apply_retention(self.context, pause=lambda _: None)

    def delete_newest(self) -> None:
        self._delete("WHERE rowid = (SELECT max(rowid) FROM {})")

    def delete_everything(self) -> None:
        self._delete("")

    def back_up(self) -> None:
        make_backup(self.context)
        self.at_last_backup = rows_of(path_of(self.context))

    def back_up_changes(self) -> None:
        before = rows_of(path_of(self.context))
        made = continue_backup(self.context)
        assert (made is None) == (before == self.at_last_backup)
        self.at_last_backup = before

    def _delete(self, which: str) -> None:
        # On a plain connection, without foreign keys; triggers refuse it for the audit log.
        with closing(sqlite_driver().connect(str(path_of(self.context)))) as connection:
            for table in metadata.tables:
                if table not in {"audit_log", *DERIVED}:
                    connection.execute(f'DELETE FROM "{table}" {which.format(table)}')
            connection.commit()


def path_of(context: Context) -> Path:
    return Path(context.settings.database_url.removeprefix("sqlite:///"))


def count_areas(path: Path) -> list[tuple[object, ...]]:
    """Return the detections per area and hour, from the roll-ups."""
    with closing(Database(f"sqlite:///{path}")) as database, database.read() as connection:
        always = Window(datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
        return [(row.hour, row.area, row.people, row.counts) for row in count_area_hours(connection, always)]


def rows_of(path: Path) -> Rows:
    """Return all rows as SQLite stores them, with their row ids, and the roll-ups as they are read."""
    with closing(sqlite_driver().connect(str(path))) as connection:
        names = (*(metadata.tables.keys() - DERIVED), "sqlite_sequence", "alembic_version")
        return {"areas": count_areas(path)} | {
            name: connection.execute(f'SELECT rowid, * FROM "{name}" ORDER BY rowid').fetchall() for name in names
        }


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared file to copy: creating a database takes longer than the test's changes."""
    path = tmp_path_factory.mktemp("empty") / "planta.db"
    with closing(open_context(Settings(database_url=f"sqlite:///{path}"), FakeClock()).database):
        pass
    return path


@contextmanager
def a_plant(empty: Path) -> Iterator[Plant]:
    with TemporaryDirectory() as folder:
        path, clock = Path(folder) / "planta.db", FakeClock()
        copyfile(empty, path)
        context = open_context(Settings(database_url=f"sqlite:///{path}", backup_dir=Path(folder) / "backups"), clock)
        with closing(context.database):
            yield Plant(context, clock)


def live(plant: Plant, happenings: Sequence[Callable[[Plant], None]]) -> None:
    for happening in happenings:
        plant.clock.advance(minutes=20)
        happening(plant)


def restored(plant: Plant) -> Rows:
    target = path_of(plant.context).with_name("restored.db")
    assemble(plant.context.settings, find_chain(plant.context.settings, None), target)
    return rows_of(target)


HAPPENINGS = (
    Plant.see_somebody,
    Plant.see_somebody_late,
    Plant.watch,
    Plant.report,
    Plant.wait,
    Plant.keep_terms,
    Plant.delete_newest,
    Plant.delete_everything,
    Plant.back_up_changes,
    Plant.back_up_changes,
    Plant.back_up,
)


EMPTIED = [Plant.watch, Plant.back_up, Plant.delete_everything]
LOST_A_REPORT = [Plant.see_somebody, Plant.report, Plant.watch, Plant.back_up, Plant.delete_newest]
REFILLED = [Plant.watch, Plant.back_up, Plant.delete_everything, Plant.watch, Plant.watch]


@settings(max_examples=30)
@example(happenings=EMPTIED)
@example(happenings=LOST_A_REPORT)
@example(happenings=REFILLED)
@given(happenings=st.lists(st.sampled_from(HAPPENINGS), max_size=14))
def test_restored_chain_has_the_rows_of_the_last_backup(empty: Path, happenings: list[Callable[[Plant], None]]) -> None:
    with a_plant(empty) as plant:
        live(plant, [*happenings, Plant.back_up_changes])
        assert restored(plant) == plant.at_last_backup
