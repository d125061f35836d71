"""A migrated database equals a new one, and triggers keep its totals right."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from stressvision.db.engine.connection import Database
from stressvision.db.queries.detections.figures import read_totals
from stressvision.db.queries.people.employees import delete_everything
from stressvision.db.schema import opening
from stressvision.db.schema.opening import OpeningOutcome, prepare_database
from stressvision.db.schema.tables import REVISION, detection_events
from stressvision.services.context import Context
from stressvision.services.detections.storing import store_detection
from tests.conftest import FakeClock
from tests.integration.edge.test_detections_stored import detection

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def test_revision_of_the_tables_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(opening._MIGRATIONS)).get_current_head() == REVISION


# Rows of a database in use; timestamps are text in SQLite and timestamptz in PostgreSQL, both in UTC.
IN_USE = (
    "INSERT INTO employees (employee_code, full_name, consent_given) VALUES ('EMP001', 'Ana Torres Vega', true)",
    """INSERT INTO detection_events (timestamp, device_id, employee_id, emotion, emotion_confidence, event_id) VALUES
       ('2026-11-22 14:50:00.000', 'pi-1', 1, 'stress', 0.9, 'a'),
       ('2026-11-22 14:51:00.000', 'pi-1', 1, 'sad', 0.8, 'b'),
       ('2026-11-22 14:52:00.000', 'pi-2', NULL, NULL, NULL, NULL)""",
    """INSERT INTO alerts (timestamp, employee_id, alert_type, severity, status, resolved_by, resolved_at) VALUES
       ('2026-11-22 14:51:00.000', 1, 'high_stress_prolonged', 'high', 'resolved',
        'dra.quispe', '2026-11-22 14:55:00.000')""",
    """INSERT INTO reports_15min (start_timestamp, end_timestamp, total_detections, per_employee_summary) VALUES
       ('2026-11-22 14:45:00.000', '2026-11-22 15:00:00.000', 3, '{}')""",
    """INSERT INTO audit_log (user_id, action, entity_type, entity_id) VALUES
       ('dra.quispe', 'alert_resolved', 'alert', 1), ('dra.quispe', 'employee_status_read', 'employee', 1)""",
)

SCHEMAS = Path(__file__).parents[1] / "schemas"


def create_0002(connection: Connection) -> None:
    """Create the schema of version 0.1, statement by statement."""
    for statement in (SCHEMAS / f"0002.{connection.dialect.name}.sql").read_text("utf-8").split("\n--\n"):
        connection.exec_driver_sql(statement)


@pytest.fixture
def older(new_database_url: Callable[[str], str]) -> Iterator[Database]:
    database = Database(new_database_url("older"))
    yield database
    database.close()


def take_down_to_0001(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION count_detection CASCADE"))
    else:
        for trigger in ("detection_counted", "detection_uncounted", "detection_recounted"):
            connection.execute(text(f"DROP TRIGGER {trigger}"))
    connection.execute(text("DROP TABLE detection_totals"))
    connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


def conditions_of(index: ReflectedIndex) -> list[str]:
    return [str(condition) for condition in index.get("dialect_options", {}).values()]


def schema_of(connection: Connection) -> dict[str, object]:
    found = inspect(connection)
    shape: dict[str, object] = {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)],
            found.get_pk_constraint(table),
            sorted(
                (index["name"], index["column_names"], index["unique"], conditions_of(index))
                for index in found.get_indexes(table)
            ),
        )
        for table in found.get_table_names()
    }
    triggers = (
        "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal"
        if connection.dialect.name == "postgresql"
        else "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    )
    shape["triggers"] = {name: " ".join(source.split()) for name, source in connection.execute(text(triggers))}
    return shape


def counted(connection: Connection) -> Counter[tuple[str, int, str]]:
    query = text(
        "SELECT device_id, COALESCE(employee_id, 0), COALESCE(emotion, ''), count(*)"
        " FROM detection_events GROUP BY device_id, employee_id, emotion"
    )
    return Counter({(device, person, emotion): count for device, person, emotion, count in connection.execute(query)})


def totals(connection: Connection) -> Counter[tuple[str, int, str]]:
    return Counter({(row.device_id, row.employee_id, row.emotion): row.count for row in read_totals(connection)})


def test_migrated_database_equals_a_new_one_and_counts_its_rows(
    context: Context, clock: FakeClock, older: Database
) -> None:
    with context.database.read() as connection:
        created = schema_of(connection)
    with older.change_schema() as connection:
        create_0002(connection)
        for statement in IN_USE:
            connection.execute(text(statement))
        take_down_to_0001(connection)
    assert prepare_database(older, NOW).outcome is OpeningOutcome.UPGRADED
    store_detection(Context(older, context.settings, clock), detection(clock(), 1))
    with older.read() as connection:
        assert schema_of(connection) == created
        assert totals(connection) == counted(connection)
        assert totals(connection).total() == 4
        history = connection.execute(text("SELECT kind, user_id FROM alert_events ORDER BY id"))
        assert [tuple(row) for row in history] == [("raised", None), ("resolved", "dra.quispe")]


def test_totals_follow_inserts_updates_and_deletes(context: Context) -> None:
    with context.database.write() as connection:
        for number in range(30):
            emotion = "stress" if number % 4 else None
            row = {"timestamp": NOW, "device_id": f"pi-{number % 3}", "emotion": emotion}
            connection.execute(insert(detection_events).values(row))
        for change in (
            "UPDATE detection_events SET emotion = 'sad' WHERE id % 5 = 0",
            "UPDATE detection_events SET device_id = 'pi-9' WHERE id % 7 = 0",
            "DELETE FROM detection_events WHERE id % 3 = 0",
        ):
            connection.execute(text(change))
            assert totals(connection) == counted(connection)
        assert totals(connection).total() == 20
        delete_everything(connection)
        assert totals(connection).total() == 0
