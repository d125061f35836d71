"""Roll-ups equal a count of the stored detections, whatever was stored, late, changed, erased or expired."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from stressvision.core.config import Settings
from stressvision.db.queries.detections.hours import count_area_hours, count_employee_hours
from stressvision.db.queries.detections.rollups import count_devices_between
from stressvision.db.schema.rollups import FOLD_ROWS, TABLES, recount_rollups
from stressvision.db.schema.tables import (
    area_hours,
    area_people,
    detection_events,
    employee_day_counts,
    employee_hours,
    employees,
    rollup_progress,
)
from stressvision.domain.reports import Window
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.employees import change_employee, create_employee
from stressvision.services.privacy.personal_rows import delete_personal_rows
from stressvision.wire.people import EmployeeChange, EmployeeNew
from tests.conftest import FakeClock

BEGINNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ALWAYS = Window(BEGINNING - timedelta(days=2), BEGINNING + timedelta(days=8))
AREAS = ("Planta", "Almacén", None)
EMOTIONS = ("neutral", "stress", "sad", "desconocida", None)
_numbers = count()
Stored = list[tuple[datetime, str, int | None, str | None]]


def add_people(context: Context, count: int = 4) -> list[int]:
    """Create employees in turn in each area, and return their ids."""
    return [
        create_employee(
            context,
            EmployeeNew(employee_code=f"EMP{number:03}", full_name=f"Persona {number}", department=AREAS[number % 3]),
            Actor(user_id="test"),
        ).id
        for number in range(1, count + 1)
    ]


def store(context: Context, chance: Random, people: Iterable[int], number: int) -> None:
    """Insert detections with SQL, as another program may, at times in any order."""
    choices = [*people, None]
    rows = [
        {
            "timestamp": BEGINNING
            + timedelta(
                days=chance.randrange(3), seconds=chance.randrange(4 * 3600), milliseconds=chance.randrange(1000)
            ),
            "device_id": f"pi-{chance.randrange(2)}",
            "employee_id": chance.choice(choices),
            "emotion": chance.choice(EMOTIONS),
        }
        for _ in range(number)
    ]
    with context.database.write() as connection:
        connection.execute(insert(detection_events), rows)


def remove(context: Context, chance: Random, _people: list[int]) -> None:
    """Delete any third of the detections."""
    with context.database.write() as connection:
        ids = list(connection.execute(select(detection_events.c.id)).scalars())
        picked = chance.sample(ids, len(ids) // 3)
        connection.execute(delete(detection_events).where(detection_events.c.id.in_(picked)))


def expire(context: Context, _chance: Random, _people: list[int]) -> None:
    """Delete the detections of the first hour and a half, as retention does."""
    with context.database.write() as connection:
        old = detection_events.c.timestamp < BEGINNING + timedelta(minutes=90)
        connection.execute(delete(detection_events).where(old))


def correct(context: Context, chance: Random, people: list[int]) -> None:
    """Change every column that the roll-ups read, of any tenth of the detections."""
    with context.database.write() as connection:
        ids = list(connection.execute(select(detection_events.c.id)).scalars())
        rows = [
            {
                "row": row,
                "at": BEGINNING + timedelta(seconds=chance.randrange(9000)),
                "device": "pi-9",
                "person": chance.choice([*people, None]),
                "shown": chance.choice(EMOTIONS),
            }
            for row in chance.sample(ids, len(ids) // 10)
        ]
        statement = (
            update(detection_events)
            .where(detection_events.c.id == bindparam("row"))
            .values(
                timestamp=bindparam("at"),
                device_id=bindparam("device"),
                employee_id=bindparam("person"),
                emotion=bindparam("shown"),
            )
        )
        if rows:
            connection.execute(statement, rows)


def move(context: Context, chance: Random, people: list[int]) -> None:
    """Give an employee another department."""
    if people:
        change = EmployeeChange(department=chance.choice(("Planta", "Almacén", "Oficina")))
        change_employee(context, chance.choice(people), change, Actor(user_id="test"))


def erase(context: Context, chance: Random, people: list[int]) -> None:
    """Erase an employee."""
    if people:
        delete_personal_rows(context, people.pop(chance.randrange(len(people))), Actor(user_id="test"))


STEPS: dict[str, Callable[[Context, Random, list[int]], None]] = {
    "few": lambda context, chance, people: store(context, chance, people, 20),
    "many": lambda context, chance, people: store(context, chance, people, FOLD_ROWS + 40),
    "remove": remove,
    "expire": expire,
    "correct": correct,
    "move": move,
    "erase": erase,
}


def read_stored(connection: Connection) -> Stored:
    d = detection_events.c
    return [tuple(row) for row in connection.execute(select(d.timestamp, d.device_id, d.employee_id, d.emotion))]


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def require_equal(connection: Connection, people: list[int]) -> None:
    """Compare what the queries return with a count in Python, and the tables with counts made anew."""
    stored = read_stored(connection)
    query = select(employees.c.id, func.coalesce(employees.c.department, ""))
    areas = {employee_id: area for employee_id, area in connection.execute(query)}
    counts: Counter[tuple[datetime, str, str]] = Counter()
    seen: dict[tuple[datetime, str], set[int]] = {}
    for moment, _, person, emotion in stored:
        if person is not None:
            counts[hour_of(moment), areas[person], emotion or ""] += 1
            seen.setdefault((hour_of(moment), areas[person]), set()).add(person)
    found = count_area_hours(connection, ALWAYS)
    assert {(row.hour, row.area, emotion): n for row in found for emotion, n in row.counts.items()} == counts
    assert {(row.hour, row.area): row.people for row in found} == {key: len(group) for key, group in seen.items()}
    for person in people:
        own = Counter((hour_of(moment), emotion or "") for moment, _, who, emotion in stored if who == person)
        hours = count_employee_hours(connection, person, ALWAYS)
        assert {(row.hour, emotion): n for row in hours for emotion, n in row.counts.items()} == own


def require_devices_equal(connection: Connection) -> None:
    """Compare the devices of periods that begin within an hour, at one, within a day and at one."""
    stored = read_stored(connection)
    for since in (BEGINNING, BEGINNING + timedelta(minutes=25), BEGINNING + timedelta(hours=15), ALWAYS.start):
        for until in (BEGINNING + timedelta(hours=2, minutes=5), BEGINNING + timedelta(days=1, hours=1), ALWAYS.end):
            expected = Counter(device for moment, device, _, _ in stored if since < moment <= until)
            assert count_devices_between(since, until).fetch(connection) == expected


def read_tables(connection: Connection) -> dict[str, list[Any]]:
    counted = [table for table in TABLES if table is not rollup_progress]
    return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in counted}


@settings(
    max_examples=8,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=2, max_size=9), seed=st.integers(0, 2**16))
def test_any_history_equals_a_recount(
    new_database_url: Callable[[str], str], clock: FakeClock, steps: list[str], seed: int
) -> None:
    context = open_context(Settings(database_url=new_database_url(f"rollups_{next(_numbers)}")), clock)
    chance, people = Random(seed), add_people(context)
    for step in ("many", *steps):
        STEPS[step](context, chance, people)
    with context.database.read() as connection:
        require_equal(connection, people)
        require_devices_equal(connection)
    with context.database.write() as connection:
        done = select(func.max(rollup_progress.c.last_detection_id)).scalar_subquery()
        connection.execute(delete(detection_events).where(detection_events.c.id > done))
        maintained = read_tables(connection)
        recount_rollups(connection)
        assert read_tables(connection) == maintained
    context.database.close()


def test_detections_are_added_to_the_rollups_many_at_a_time(context: Context) -> None:
    people = add_people(context)
    store(context, Random(1), people, FOLD_ROWS)
    with context.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(employee_hours)).scalar_one() == 0
    store(context, Random(2), people, FOLD_ROWS)
    with context.database.read() as connection:
        assert connection.execute(select(rollup_progress.c.last_detection_id)).scalar_one() == FOLD_ROWS
        require_equal(connection, people)


def test_late_row_under_an_earlier_id_is_counted_once(context: Context) -> None:
    people = add_people(context)
    store(context, Random(3), people, FOLD_ROWS + 2)
    row = {"id": 1, "timestamp": BEGINNING, "device_id": "pi-1", "employee_id": people[0], "emotion": "sad"}
    with context.database.write() as connection:
        connection.execute(delete(detection_events).where(detection_events.c.id == 1))
        connection.execute(insert(detection_events).values(row))
        require_equal(connection, people)


def test_erased_employee_leaves_no_empty_area(context: Context) -> None:
    people = add_people(context, 1)
    store(context, Random(4), people, 2 * FOLD_ROWS)
    delete_personal_rows(context, people[0], Actor(user_id="test"))
    with context.database.read() as connection:
        for table in (area_hours, area_people, employee_hours, employee_day_counts):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_a_statement_changes_the_counts_once_for_all_rows_it_stores_or_deletes(context: Context) -> None:
    """Row triggers took PostgreSQL five times as long; SQLite has no others."""
    if context.database.is_sqlite:
        return
    row_triggers = text(
        "SELECT tgname FROM pg_trigger WHERE tgrelid IN ('detection_events'::regclass, 'employee_hours'::regclass)"
        " AND NOT tgisinternal AND tgtype & 1 = 1 AND tgtype & 12 <> 0"
    )
    with context.database.read() as connection:
        assert connection.execute(row_triggers).all() == []
