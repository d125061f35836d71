"""The plant over REST: areas by hour, shifts, and the period before, from days that are over."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.db.queries.reports import summaries as rows
from stressvision.services.context import Actor, Context
from stressvision.services.people.enrolment import Enrolment, enrol_employee
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.summaries import write_due_summaries
from tests.conftest import FakeClock
from tests.integration.live_backend import add_detection

QUARTER = timedelta(minutes=15)
MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
"""10:00 in Lima."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def enrol_area(context: Context, area: str, people: int) -> list[int]:
    sample = FaceSampleRow(tuple(0.01 * place for place in range(128)), 0.9)
    return [
        enrol_employee(
            context,
            Enrolment(f"{area[:3].upper()}{number:03}", f"{area} {number}", area, "morning", (sample,), "0" * 64),
            Actor(user_id="test"),
        ).id
        for number in range(1, people + 1)
    ]


def see(context: Context, people: list[int], emotion: str) -> None:
    for person in people:
        add_detection(context, employee_id=person, emotion=emotion, emotion_confidence=0.9)


def close_day(context: Context, clock: FakeClock) -> None:
    """Move to 10:00 in Lima of the next day, with reports and summaries written."""
    clock.advance(minutes=15)
    write_due_reports(context, QUARTER)
    clock.advance(days=1, minutes=-15)
    write_due_summaries(context)


def test_area_is_shown_by_hour_day_and_shift(client: TestClient, context: Context, clock: FakeClock) -> None:
    packing, quality = enrol_area(context, "Envasado", 6), enrol_area(context, "Calidad", 5)
    for emotion in ("stress", "neutral"):
        see(context, packing, emotion)
        see(context, quality, "fatigue")
        close_day(context, clock)
    see(context, packing, "stress")
    answer = client.get("/api/plant/week/2026-11-18").json()
    assert (answer["day"], answer["end_day"], answer["is_final"]) == ("2026-11-16", "2026-11-22", False)
    assert (answer["days"], answer["days_with_figures"]) == (2, 2), "the current day is not shown"
    assert (answer["shown_windows"], answer["windows"]) == (2, 192)
    areas = {area["department"]: area for area in answer["areas"]}
    assert list(areas) == ["Calidad", "Envasado"]
    assert areas["Envasado"]["hours"] == [
        {"total_detections": 12, "stress_pct": 50.0, "fatigue_pct": 0.0, "hour": 10, "days": 2}
    ]
    assert [(day["day"], day["stress_pct"]) for day in areas["Envasado"]["days"]] == [
        ("2026-11-16", 100.0),
        ("2026-11-17", 0.0),
    ]
    assert areas["Calidad"]["total"]["fatigue_pct"] == 100.0
    assert [(shift["name"], shift["start_hour"], shift["end_hour"]) for shift in answer["shifts"]] == [
        ("morning", 6, 14)
    ]
    assert answer["previous"] is None
    month = client.get("/api/plant/month/2026-11-18").json()
    assert (month["day"], month["end_day"], month["days"]) == ("2026-11-01", "2026-11-30", 17)
    assert month["total"] == answer["total"]


def test_area_under_five_people_is_withheld_with_what_would_reveal_it(
    client: TestClient, context: Context, clock: FakeClock
) -> None:
    for area, people in (("Envasado", 9), ("Laboratorio", 2), ("Calidad", 6)):
        see(context, enrol_area(context, area, people), "sad")
    close_day(context, clock)
    answer = client.get("/api/plant/week/2026-11-16").json()
    assert [area["department"] for area in answer["areas"]] == ["Envasado"]
    assert answer["withheld"] is True


def test_period_is_compared_with_the_one_before(client: TestClient, context: Context, clock: FakeClock) -> None:
    packing = enrol_area(context, "Envasado", 6)
    see(context, packing, "stress")
    for _ in range(7):
        close_day(context, clock)
    see(context, packing, "neutral")
    close_day(context, clock)
    answer = client.get("/api/plant/week/2026-11-23").json()
    assert answer["total"]["stress_pct"] == 0.0
    assert answer["previous"]["stress_pct"] == 100.0
    assert answer["areas"][0]["previous"]["stress_pct"] == 100.0


def test_days_stored_without_cells_get_them(client: TestClient, context: Context, clock: FakeClock) -> None:
    see(context, enrol_area(context, "Envasado", 6), "stress")
    close_day(context, clock)
    day = date(2026, 11, 16)
    with context.database.write() as connection:
        stored = rows.find_day(connection, day)
        assert stored is not None
        del stored.aggregate["cells"]
        rows.store_day(connection, day, stored)
    answer = client.get("/api/plant/week/2026-11-16").json()
    assert answer["areas"][0]["hours"][0]["total_detections"] == 6


def test_future_and_unreadable_days_are_refused(client: TestClient) -> None:
    for day in ("2027-01-01", "ayer"):
        assert client.get(f"/api/plant/week/{day}").status_code == 422
