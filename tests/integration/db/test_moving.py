"""Moving a database from an SQLite file to PostgreSQL copies every row, and the target can be used."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, DatabaseUnavailable, InvalidInput
from stressvision.db.schema.tables import metadata
from stressvision.services.backup.restoring import move_database
from stressvision.services.context import Context, open_context
from stressvision.services.detections.storing import store_detection
from stressvision.services.figures import read_ingest_stats
from stressvision.services.reports.creation import write_manual_report
from tests.conftest import FakeClock
from tests.integration.conftest import DATABASES, enrol
from tests.integration.edge.test_detections_stored import detection, post_stress

pytestmark = pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL on this machine")


@pytest.fixture
def target_url(postgres: Any, request: pytest.FixtureRequest) -> str:
    name = f"move_{len(request.node.name)}"
    postgres.psql(f"CREATE DATABASE {name};")
    address: str = postgres.get_uri(database=name)
    return address


@pytest.fixture
def lived_in(sqlite_context: Context, clock: FakeClock) -> Context:
    """A database with rows in nearly every table."""
    employee = enrol(sqlite_context)
    post_stress(sqlite_context, clock, employee, 12)
    vector = {"neutral": 0.75, "happy": 0.25}
    store_detection(sqlite_context, detection(clock(), employee, "neutral", emotion_vector=vector, track_id="ñandú 漢"))
    store_detection(sqlite_context, detection(clock(), None, None))
    write_manual_report(sqlite_context, timedelta(minutes=15))
    return sqlite_context


def test_every_row_is_copied_and_new_ones_can_be_stored(lived_in: Context, target_url: str, clock: FakeClock) -> None:
    moved = move_database(lived_in.settings, target_url)
    arrived = open_context(Settings(database_url=target_url), clock)
    with lived_in.database.read() as source, arrived.database.read() as target:
        assert rows_of(source) == rows_of(target)
        assert moved == sum(len(rows) for rows in rows_of(source).values())
    before = read_ingest_stats(lived_in, 0.0).total_detections or 0
    stored = store_detection(arrived, detection(clock(), 1))
    assert stored.detection_id == before + 1
    assert read_ingest_stats(arrived, 0.0).total_detections == before + 1
    arrived.database.close()
    with pytest.raises(Conflict, match="ya tiene datos"):
        move_database(lived_in.settings, target_url)


def rows_of(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in metadata.sorted_tables
    }


def test_differing_row_leaves_the_target_empty(lived_in: Context, target_url: str) -> None:
    arrived = open_context(Settings(database_url=target_url))
    rounding = "ALTER TABLE detection_events ALTER COLUMN emotion_confidence TYPE numeric(2, 0)"
    with arrived.database.write() as connection:
        connection.execute(text(rounding))
    with pytest.raises(DatabaseUnavailable, match="detection_events no llegó igual"):
        move_database(lived_in.settings, target_url)
    with arrived.database.read() as connection:
        assert [name for name, rows in rows_of(connection).items() if rows] == ["releases"]
    arrived.database.close()


def test_other_directions_are_refused(lived_in: Context, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        move_database(lived_in.settings, f"sqlite:///{tmp_path}/otra.db")
    assert not (tmp_path / "otra.db").exists()
