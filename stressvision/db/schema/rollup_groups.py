"""PostgreSQL's triggers that change the counts once per statement, by the rows that the statement inserted or deleted.

A statement deletes a thousand detections in retention and erasure, and stores a batch or all posts that waited. Row by
row, each deletion took seven statements and as many again for its employee's area, each detection stored five.
"""

from collections.abc import Iterator, Sequence

_PLANS = "SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off"
"""The few groups of a statement look up their counts by key, whatever the statistics of the tables were first."""
_AREA = "COALESCE(e.department, '')"


def create_function(name: str, body: str, returns: str = "NULL", declare: str = "", options: str = "") -> str:
    """Return the statement that creates a trigger's function."""
    text = f"$$ {declare} BEGIN {body} RETURN {returns}; END $$"
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {options} AS {text}"


def block(statements: Iterator[str] | Sequence[str]) -> str:
    """Return the statements as part of a function's body."""
    return " ".join(f"{statement};" for statement in statements)


def subtract(table: str, keys: Sequence[str], groups: str, number: str = "count") -> Iterator[str]:
    """Yield the statements that subtract `amount` of each group from a count, and delete a row that is then zero.

    The deletion comes first: most rows of an expired hour would otherwise be written twice.
    """
    found = " AND ".join(f"{table}.{key} = gone.{key}" for key in keys)
    yield f"DELETE FROM {table} USING ({groups}) AS gone WHERE {found} AND {table}.{number} <= gone.amount"
    yield f"UPDATE {table} SET {number} = {table}.{number} - gone.amount FROM ({groups}) AS gone WHERE {found}"


def _grouped(name: str, table: str, event: str, body: str, declare: str = "", options: str = _PLANS) -> Iterator[str]:
    """Yield a function and its trigger, which runs once for all rows of a statement. They are in `gone` or `added`."""
    rows = {"INSERT": "NEW TABLE AS added", "DELETE": "OLD TABLE AS gone"}
    given = rows.get(event, "OLD TABLE AS gone NEW TABLE AS added")
    first = "added" if event == "INSERT" else "gone"
    check = f"IF NOT EXISTS (SELECT 1 FROM {first}) THEN RETURN NULL; END IF;"
    yield create_function(name, f"{check} {body}", declare=declare, options=_PLANS)
    yield (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {given}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def create_removal_trigger(done: str, removals: Iterator[str]) -> Iterator[str]:
    """Yield the trigger that runs the statements after detections were deleted; `done`: the newest counted one."""
    body = f"SELECT {done} INTO done; {block(removals)}"
    yield from _grouped("detections_removed", "detection_events", "DELETE", body, "DECLARE done bigint;")


def create_insert_trigger(trigger: str, function: str, body: str, declare: str = "") -> Iterator[str]:
    """Yield a function and its trigger, which runs once for all detections that a statement stored, in `added`."""
    yield create_function(function, body, declare=declare)
    yield (
        f"CREATE TRIGGER {trigger} AFTER INSERT ON detection_events REFERENCING NEW TABLE AS added"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


_TOTAL = {"device_id": "device_id", "employee_id": "COALESCE(employee_id, 0)", "emotion": "COALESCE(emotion, '')"}
ADD_TOTALS = (
    f"INSERT INTO detection_totals AS totals SELECT {', '.join(_TOTAL.values())}, count(*) FROM added GROUP BY 1, 2, 3"
    f" ON CONFLICT ({', '.join(_TOTAL)}) DO UPDATE SET count = totals.count + excluded.count"
)
"""The statement that adds stored detections to detection_totals, for a trigger of create_insert_trigger."""


def create_total_trigger() -> Iterator[str]:
    """Yield the trigger that subtracts deleted detections from detection_totals, whose zeros stay."""
    named = ", ".join(f"{value} AS {key}" for key, value in _TOTAL.items())
    found = " AND ".join(f"detection_totals.{key} = less.{key}" for key in _TOTAL)
    body = (
        "UPDATE detection_totals SET count = detection_totals.count - less.amount"
        f" FROM (SELECT {named}, count(*) AS amount FROM gone GROUP BY 1, 2, 3) AS less WHERE {found};"
    )
    yield from _grouped("detections_uncounted", "detection_events", "DELETE", body)


def create_area_triggers() -> Iterator[str]:
    """Yield the triggers by which the areas follow the hours of their employees."""
    yield from _grouped("employee_hours_added", "employee_hours", "INSERT", block(_add()))
    yield from _grouped("employee_hours_changed", "employee_hours", "UPDATE", block(_change()))
    yield from _grouped("employee_hours_ended", "employee_hours", "DELETE", block(_end()))


def _sum_by_area(rows: str) -> str:
    return (
        f"SELECT h.hour, {_AREA} AS area, h.emotion, sum(h.count) AS amount FROM {rows} AS h"
        " JOIN employees AS e ON e.id = h.employee_id GROUP BY 1, 2, 3"
    )


def _add() -> Iterator[str]:
    yield (
        f"INSERT INTO area_hours (hour, area, emotion, count) {_sum_by_area('added')}"
        " ON CONFLICT (hour, area, emotion) DO UPDATE SET count = area_hours.count + excluded.count"
    )
    yield (
        f"INSERT INTO area_people (hour, area, people) SELECT p.hour, {_AREA}, count(*)"
        " FROM (SELECT employee_id, hour, count(*) AS emotions FROM added GROUP BY 1, 2) AS p"
        " JOIN employees AS e ON e.id = p.employee_id"
        " WHERE p.emotions = (SELECT count(*) FROM employee_hours AS h"
        " WHERE h.employee_id = p.employee_id AND h.hour = p.hour) GROUP BY 1, 2"
        " ON CONFLICT (hour, area) DO UPDATE SET people = area_people.people + excluded.people"
    )


def _change() -> Iterator[str]:
    both = (
        "(SELECT employee_id, hour, emotion, count FROM added"
        " UNION ALL SELECT employee_id, hour, emotion, -count FROM gone)"
    )
    yield (
        f"UPDATE area_hours SET count = area_hours.count + more.amount FROM ({_sum_by_area(both)}) AS more"
        " WHERE area_hours.hour = more.hour AND area_hours.area = more.area AND area_hours.emotion = more.emotion"
    )


def _end() -> Iterator[str]:
    yield from subtract("area_hours", ("hour", "area", "emotion"), _sum_by_area("gone"))
    people = (
        f"SELECT p.hour, {_AREA} AS area, count(*) AS amount FROM (SELECT DISTINCT employee_id, hour FROM gone) AS p"
        " JOIN employees AS e ON e.id = p.employee_id WHERE NOT EXISTS (SELECT 1 FROM employee_hours AS h"
        " WHERE h.employee_id = p.employee_id AND h.hour = p.hour) GROUP BY 1, 2"
    )
    yield from subtract("area_people", ("hour", "area"), people, "people")
