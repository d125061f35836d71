"""A batch stores the same rows, alerts and answers as its detections one by one."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from stressvision.core.config import Settings
from stressvision.core.errors import StressVisionError
from stressvision.db.schema.tables import alerts, detection_events, devices, employees
from stressvision.services.context import Context, open_context
from stressvision.services.detections.batches import Item, parse_batch, store_batch
from stressvision.services.detections.sessions import open_session
from stressvision.services.detections.storing import store_detection
from stressvision.wire.detections import BATCH_LIMIT, DetectionIn, SessionStart
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection

_numbers = count()
KINDS = ("plain", "stress", "unknown face", "known session", "other session", "nobody", "again", "ahead")


def make_batch(clock: FakeClock, kinds: list[str], people: list[int], seed: int) -> list[DetectionIn]:
    """Return a detection of each kind; times are in any order within ten minutes."""
    chance, made = Random(seed), list[DetectionIn]()
    for kind in kinds:
        at = clock() - timedelta(seconds=chance.randrange(600))
        values: dict[str, object] = {"event_id": UUID(int=chance.getrandbits(128))}
        person = None if kind == "unknown face" else chance.choice(people)
        if kind.endswith("session"):
            values["session_id"] = "session_pi-1_1" if kind == "known session" else "session_pi-2_1"
        if kind == "again" and made:
            values["event_id"] = chance.choice(made).event_id
        if kind == "ahead":
            at = clock() + timedelta(hours=1)
        shown = "stress" if kind == "stress" else "neutral"
        made.append(detection(at, 999 if kind == "nobody" else person, shown, **values))
    return made


def open_plant(url: str, clock: FakeClock) -> tuple[Context, list[int]]:
    context = open_context(Settings(database_url=url, min_stress_events=3), clock)
    for device in ("pi-1", "pi-2"):
        open_session(context, SessionStart(device_id=device, session_id=f"session_{device}_1"))
    return context, [enrol(context, f"EMP00{number}") for number in (1, 2)]


def store_singly(context: Context, batch: list[DetectionIn]) -> list[int | None]:
    """Return the ids of the detections, None for those refused."""
    ids: list[int | None] = []
    for item in batch:
        try:
            ids.append(store_detection(context, item).detection_id)
        except StressVisionError:
            ids.append(None)
    return ids


def read_result(context: Context) -> list[list[tuple[object, ...]]]:
    d, a, e = detection_events.c, alerts.c, employees.c
    with context.database.read() as connection:
        return [
            [tuple(row) for row in connection.execute(query)]
            for query in (
                select(*(column for column in d)).order_by(d.id),
                select(a.timestamp, a.employee_id, a.severity, a.status).order_by(a.id),
                select(e.id, e.last_seen).order_by(e.id),
                select(devices.c.device_id, devices.c.last_seen).order_by(devices.c.device_id),
            )
        ]


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kinds=st.lists(st.sampled_from((*KINDS, "stress", "stress", "plain")), max_size=14), seed=st.integers(0, 999))
def test_batch_equals_single_detections(
    new_database_url: Callable[[str], str], clock: FakeClock, kinds: list[str], seed: int
) -> None:
    together, people = open_plant(new_database_url(f"batch_{next(_numbers)}"), clock)
    singly, same_people = open_plant(new_database_url(f"singly_{next(_numbers)}"), clock)
    assert people == same_people
    batch = make_batch(clock, kinds, people, seed)
    answers = store_batch(together, batch, "es")
    assert [item.detection_id for item in answers.results] == store_singly(singly, batch)
    rows, others = read_result(together), read_result(singly)
    assert rows[:2] == others[:2]
    together.database.close()
    singly.database.close()


def test_plain_batch_is_checked_as_a_whole(sqlite_context: Context, clock: FakeClock) -> None:
    enrolled = enrol(sqlite_context)
    batch: list[Item] = [detection(clock(), enrolled, "neutral", event_id=UUID(int=number)) for number in range(200)]
    asked: list[str] = []
    with sqlite_context.database.write() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
    stored = store_batch(sqlite_context, batch, "es")
    assert stored.stored == 200
    assert [statement for statement in asked if "FROM sessions" in statement] == []  # of the statement for one row
    assert len([statement for statement in asked if "FROM employees" in statement]) == 1


@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"detections": items}])
def test_body_is_parsed_in_one_pass_where_it_is_valid(clock: FakeClock, wrap: Callable[[list[object]], object]) -> None:
    good = detection(clock(), 1).model_dump(mode="json")
    assert parse_batch(json.dumps(wrap([good, good])).encode()) == [DetectionIn.model_validate(good)] * 2
    assert parse_batch(json.dumps(wrap([good, {**good, "emotion": "angry"}])).encode()) is None
    assert parse_batch(json.dumps(wrap([good] * (BATCH_LIMIT + 1))).encode()) is None
    assert parse_batch(b"{") is None
