"""Statements and triggers that maintain the roll-ups, for every writing program.

Counting each detection as it is stored would write seven more pages per commit. Instead the detections after
`rollup_progress` are counted from their rows, and once there are FOLD_ROWS of them one trigger adds them all with one
statement per table. Changes and deletions of counted detections are applied at once. See docs/adr/0034.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table

from stressvision.db.schema.rollup_groups import (
    block,
    create_area_triggers,
    create_function,
    create_insert_trigger,
    create_removal_trigger,
    subtract,
)
from stressvision.db.schema.tables.rollups import (
    area_hours,
    area_people,
    device_days,
    device_hours,
    employee_day_counts,
    employee_hours,
    hour_counts,
    minute_counts,
    rollup_progress,
)

FOLD_ROWS = 256
"""Detections that are counted from their rows, at most; also of a query that reads the roll-ups."""
TABLES: Sequence[Table] = (
    rollup_progress,
    minute_counts,
    hour_counts,
    device_hours,
    device_days,
    employee_hours,
    employee_day_counts,
    area_hours,
    area_people,
)

_DONE = "COALESCE((SELECT max(last_detection_id) FROM rollup_progress), 0)"
_COLUMNS = "id, timestamp, device_id, employee_id, emotion"
_START = {
    "sqlite": {
        "minute": "substr({row}timestamp, 1, 16) || ':00.000'",
        "hour": "substr({row}timestamp, 1, 13) || ':00:00.000'",
        "day": "substr({row}timestamp, 1, 10) || ' 00:00:00.000'",
    },
    "postgresql": {unit: f"date_trunc('{unit}', {{row}}timestamp, 'UTC')" for unit in ("minute", "hour", "day")},
}


@dataclass(frozen=True)
class _Rollup:
    """A table of counts and the columns of its key."""

    table: str
    keys: tuple[str, ...]

    def values(self, dialect: str, row: str) -> tuple[str, ...]:
        """Return the expressions of the key for a row of detection_events; `row`: its name and a dot, or ''."""
        known = {
            **_START[dialect],
            "emotion": "COALESCE({row}emotion, '')",
            "device_id": "{row}device_id",
            "employee_id": "{row}employee_id",
        }
        return tuple(known[key].format(row=row) for key in self.keys)

    def _condition(self, row: str) -> str:
        return f"{row}employee_id IS NOT NULL" if "employee_id" in self.keys else "true"

    def add_range(self, dialect: str, condition: str, table: str = "detection_events") -> str:
        """Return the statement that adds the detections that match; `table`: which has their whole rows."""
        values = ", ".join(self.values(dialect, ""))
        places = ", ".join(str(place + 1) for place in range(len(self.keys)))
        return (
            f"INSERT INTO {self.table} ({', '.join(self.keys)}, count) SELECT {values}, count(*) FROM {table}"
            f" WHERE {condition} AND {self._condition('')} GROUP BY {places} {self._on_conflict()}"
        )

    def add_row(self, dialect: str, row: str) -> str:
        """Return the statement that adds one detection."""
        values = ", ".join(self.values(dialect, row))
        return (
            f"INSERT INTO {self.table} ({', '.join(self.keys)}, count) SELECT {values}, 1"
            f" WHERE {self._condition(row)} {self._on_conflict()}"
        )

    def remove_row(self, dialect: str, row: str) -> tuple[str, str]:
        """Return the statements that remove one detection, and the row of a count that is then zero."""
        pairs = zip(self.keys, self.values(dialect, row), strict=True)
        found = " AND ".join(f"{key} = {value}" for key, value in pairs)
        return (
            f"UPDATE {self.table} SET count = count - 1 WHERE {found}",
            f"DELETE FROM {self.table} WHERE {found} AND count <= 0",
        )

    def remove_groups(self, dialect: str) -> Iterator[str]:
        """Yield the statements that remove the counted detections of `gone`, a table of whole rows."""
        values = ", ".join(f"{value} AS {key}" for key, value in zip(self.keys, self.values(dialect, ""), strict=True))
        places = ", ".join(str(place + 1) for place in range(len(self.keys)))
        counted = f"id <= done AND {self._condition('')}"
        groups = f"SELECT {values}, count(*) AS amount FROM gone WHERE {counted} GROUP BY {places}"
        yield from subtract(self.table, self.keys, groups)

    def _on_conflict(self) -> str:
        return f"ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET count = {self.table}.count + excluded.count"


_ROLLUPS = (
    _Rollup("minute_counts", ("minute", "emotion")),
    _Rollup("hour_counts", ("hour", "emotion")),
    _Rollup("device_hours", ("hour", "device_id")),
    _Rollup("device_days", ("day", "device_id")),
    _Rollup("employee_hours", ("employee_id", "hour", "emotion")),
    _Rollup("employee_day_counts", ("employee_id", "day")),
)
_SET_PROGRESS = (
    "INSERT INTO rollup_progress (name, last_detection_id) VALUES ('detections', {last}) "
    "ON CONFLICT (name) DO UPDATE SET last_detection_id = excluded.last_detection_id"
)


def _fold(dialect: str, newest: str) -> Iterator[str]:
    """Yield the statements that add all detections before `newest`.

    That one is not added: SQLite may run the trigger for late rows afterwards, which would add it a second time.
    """
    for rollup in _ROLLUPS:
        yield rollup.add_range(dialect, f"id > {_DONE} AND id < {newest}")
    yield _SET_PROGRESS.format(last=f"{newest} - 1")


def _add_row(dialect: str, row: str) -> Iterator[str]:
    for rollup in _ROLLUPS:
        yield rollup.add_row(dialect, row)


def _remove_row(dialect: str, row: str) -> Iterator[str]:
    for rollup in _ROLLUPS:
        yield from rollup.remove_row(dialect, row)


# The areas follow employee_hours, whose rows change once for many detections, and the employees' departments.
_AREA_OF = "(SELECT COALESCE(department, '') FROM employees WHERE employees.id = {row}.employee_id)"
_ADD_COUNTS = (
    "INSERT INTO area_hours (hour, area, emotion, count) SELECT h.hour, {area}, h.emotion, h.count"
    " FROM employee_hours AS h WHERE {rows} AND {area} IS NOT NULL"
    " ON CONFLICT (hour, area, emotion) DO UPDATE SET count = area_hours.count + excluded.count"
)
_ADD_PEOPLE = (
    "INSERT INTO area_people (hour, area, people) SELECT DISTINCT h.hour, {area}, 1"
    " FROM employee_hours AS h WHERE {rows} AND {area} IS NOT NULL"
    " ON CONFLICT (hour, area) DO UPDATE SET people = area_people.people + excluded.people"
)
_HOUR = "h.employee_id = {row}.employee_id AND h.hour = {row}.hour"
_IN_HOUR = f"(SELECT count(*) FROM employee_hours AS h WHERE {_HOUR})"


def _begin_hour() -> Iterator[str]:
    """Yield the statement before a row is inserted into employee_hours; PostgreSQL would see all afterwards."""
    area = _AREA_OF.format(row="NEW")
    yield (
        f"INSERT INTO area_people (hour, area, people) SELECT NEW.hour, {area}, 1 WHERE {area} IS NOT NULL"
        f" AND {_IN_HOUR.format(row='NEW')} = 0"
        " ON CONFLICT (hour, area) DO UPDATE SET people = area_people.people + excluded.people"
    )


def _add_hour() -> Iterator[str]:
    """Yield the statement after a row was inserted into employee_hours."""
    rows = f"{_HOUR.format(row='NEW')} AND h.emotion = NEW.emotion"
    yield _ADD_COUNTS.format(area=_AREA_OF.format(row="NEW"), rows=rows)


def _change_hour() -> Iterator[str]:
    """Yield the statement after a count of employee_hours was changed."""
    yield (
        "UPDATE area_hours SET count = count + NEW.count - OLD.count WHERE hour = NEW.hour AND emotion = NEW.emotion"
        f" AND area = {_AREA_OF.format(row='NEW')}"
    )


def _end_hour() -> Iterator[str]:
    """Yield the statements before a row is deleted from employee_hours."""
    place = f"hour = OLD.hour AND area = {_AREA_OF.format(row='OLD')}"
    yield f"UPDATE area_hours SET count = count - OLD.count WHERE {place} AND emotion = OLD.emotion"
    yield f"UPDATE area_people SET people = people - 1 WHERE {place} AND {_IN_HOUR.format(row='OLD')} = 1"
    yield f"DELETE FROM area_hours WHERE {place} AND count <= 0"
    yield f"DELETE FROM area_people WHERE {place} AND people <= 0"


def _add_person() -> Iterator[str]:
    """Yield the statements that add all hours of an employee to NEW's department."""
    for statement in (_ADD_COUNTS, _ADD_PEOPLE):
        yield statement.format(area="COALESCE(NEW.department, '')", rows="h.employee_id = NEW.id")


def _remove_person() -> Iterator[str]:
    """Yield the statements that remove all hours of an employee from OLD's department."""
    hours = "SELECT h.hour FROM employee_hours AS h WHERE h.employee_id = OLD.id"
    place = f"area = COALESCE(OLD.department, '') AND hour IN ({hours})"
    count = (
        "SELECT h.count FROM employee_hours AS h WHERE h.employee_id = OLD.id AND h.hour = area_hours.hour"
        " AND h.emotion = area_hours.emotion"
    )
    yield f"UPDATE area_hours SET count = count - COALESCE(({count}), 0) WHERE {place}"
    yield f"UPDATE area_people SET people = people - 1 WHERE {place}"
    yield f"DELETE FROM area_hours WHERE {place} AND count <= 0"
    yield f"DELETE FROM area_people WHERE {place} AND people <= 0"


_SQLITE_TRIGGERS = (
    *("detections_folded", "detection_added_late", "detection_removed", "detection_changed_from"),
    "detection_changed_to",
)
_POSTGRESQL_FUNCTIONS = ("roll_up_detection", "detections_removed", "fold_detections")


def _sqlite_trigger(name: str, event: str, statements: Iterator[str] | Sequence[str], when: str | None = None) -> str:
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} {event}{condition} BEGIN {'; '.join(statements)}; END"


def _sqlite_detection_triggers() -> Iterator[str]:
    changed = f"AFTER UPDATE OF {_COLUMNS} ON detection_events"
    inserted = "AFTER INSERT ON detection_events"
    old, new = f"OLD.id <= {_DONE}", f"NEW.id <= {_DONE}"
    yield _sqlite_trigger("detections_folded", inserted, _fold("sqlite", "NEW.id"), f"NEW.id > {_DONE} + {FOLD_ROWS}")
    yield _sqlite_trigger("detection_added_late", inserted, _add_row("sqlite", "NEW."), new)
    yield _sqlite_trigger("detection_removed", "AFTER DELETE ON detection_events", _remove_row("sqlite", "OLD."), old)
    yield _sqlite_trigger("detection_changed_from", changed, _remove_row("sqlite", "OLD."), old)
    yield _sqlite_trigger("detection_changed_to", changed, _add_row("sqlite", "NEW."), new)


def _sqlite_area_triggers() -> Iterator[str]:
    hours = "employee_hours"
    yield _sqlite_trigger("employee_hour_begun", f"BEFORE INSERT ON {hours}", _begin_hour())
    yield _sqlite_trigger("employee_hour_added", f"AFTER INSERT ON {hours}", _add_hour())
    yield _sqlite_trigger("employee_hour_changed", f"AFTER UPDATE OF count ON {hours}", _change_hour())
    yield _sqlite_trigger("employee_hour_ended", f"BEFORE DELETE ON {hours}", _end_hour())
    yield _sqlite_trigger("employee_area_added", "AFTER INSERT ON employees", _add_person())
    yield _sqlite_trigger("employee_area_removed", "AFTER DELETE ON employees", _remove_person())
    yield _sqlite_trigger(
        "employee_area_changed",
        "AFTER UPDATE OF id, department ON employees",
        (*_remove_person(), *_add_person()),
        "OLD.department IS NOT NEW.department OR OLD.id <> NEW.id",
    )


def _postgresql_detection_triggers() -> Iterator[str]:
    """Yield the functions and triggers. Names that sort behind detection_stored run after it has the write lock."""
    yield create_function(
        "roll_up_detection",
        f"""SELECT {_DONE} INTO done;
         IF OLD.id <= done THEN {block(_remove_row("postgresql", "OLD."))} END IF;
         IF NEW.id <= done THEN {block(_add_row("postgresql", "NEW."))} END IF;""",
        declare="DECLARE done bigint;",
    )
    yield f"""CREATE TRIGGER detections_rolled_up AFTER UPDATE OF {_COLUMNS} ON detection_events
       FOR EACH ROW EXECUTE FUNCTION roll_up_detection()"""
    removals = (statement for rollup in _ROLLUPS for statement in rollup.remove_groups("postgresql"))
    yield from create_removal_trigger(_DONE, removals)
    late = [rollup.add_range("postgresql", "id <= done", "added") for rollup in _ROLLUPS]
    yield from create_insert_trigger(
        "detections_folded",
        "fold_detections",
        f"""SELECT min(id), max(id), {_DONE} INTO oldest, newest, done FROM added;
         IF oldest <= done THEN {block(late)} END IF;
         IF newest > done + {FOLD_ROWS} THEN {block(_fold("postgresql", "newest"))} END IF;""",
        declare="DECLARE oldest bigint; newest bigint; done bigint;",
    )


def _postgresql_area_triggers() -> Iterator[str]:
    yield from create_area_triggers()
    yield create_function(
        "move_employee_hours",
        f"""IF TG_OP <> 'INSERT' THEN {block(_remove_person())} END IF;
         IF TG_OP <> 'DELETE' THEN {block(_add_person())} END IF;""",
    )
    yield """CREATE TRIGGER employee_area_moved AFTER INSERT OR DELETE OR UPDATE OF id, department ON employees
       FOR EACH ROW EXECUTE FUNCTION move_employee_hours()"""


def create_rollup_triggers(connection: Connection) -> None:
    """Create the functions and triggers of the connection's dialect."""
    create_detection_rollup_triggers(connection)
    triggers = _postgresql_area_triggers() if connection.dialect.name == "postgresql" else _sqlite_area_triggers()
    for statement in triggers:
        connection.exec_driver_sql(statement)


def create_detection_rollup_triggers(connection: Connection) -> None:
    """Create those by which the counts follow the detections; the areas follow the counts."""
    is_postgresql = connection.dialect.name == "postgresql"
    for statement in _postgresql_detection_triggers() if is_postgresql else _sqlite_detection_triggers():
        connection.exec_driver_sql(statement)


def drop_detection_rollup_triggers(connection: Connection) -> None:
    """Drop those that create_detection_rollup_triggers creates, and those of earlier versions."""
    is_postgresql = connection.dialect.name == "postgresql"
    for name in _POSTGRESQL_FUNCTIONS if is_postgresql else _SQLITE_TRIGGERS:
        statement = f"DROP FUNCTION IF EXISTS {name}() CASCADE" if is_postgresql else f"DROP TRIGGER IF EXISTS {name}"
        connection.exec_driver_sql(statement)


def add_device_days(connection: Connection) -> None:
    """Fill device_days from device_hours, which counts the same detections."""
    day = _START[connection.dialect.name]["day"].replace("{row}timestamp", "hour")
    connection.exec_driver_sql("DELETE FROM device_days")
    connection.exec_driver_sql(
        f"INSERT INTO device_days (day, device_id, count) SELECT {day}, device_id, sum(count) FROM device_hours"
        " GROUP BY 1, 2"
    )


def recount_statements(dialect: str) -> Iterator[str]:
    """Yield the statements that replace the roll-ups with counts of all detections; the triggers must exist."""
    for table in TABLES:
        yield f"DELETE FROM {table.name}"
    for rollup in _ROLLUPS:
        yield rollup.add_range(dialect, "true")
    yield (
        "INSERT INTO rollup_progress (name, last_detection_id)"
        " SELECT 'detections', max(id) FROM detection_events HAVING max(id) IS NOT NULL"
    )


def recount_rollups(connection: Connection) -> None:
    """Replace the roll-ups with counts of all detections; the triggers must exist."""
    for statement in recount_statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
