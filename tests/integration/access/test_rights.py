"""Access requests of persons, and the aggregates for viewers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.errors import NotFound
from stressvision.documents.html import write_html
from stressvision.documents.own_data import build_own_data_document
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.domain.disclosure import SMALLEST_GROUP
from stressvision.services.context import Actor, Context
from stressvision.services.figures import find_stats, read_public_overview, read_public_stats
from stressvision.services.people.employees import read_employee
from stressvision.services.people.enrolment import withdraw_consent
from stressvision.services.privacy.own_data import read_own_data, stream_own_detections
from stressvision.services.privacy.personal_rows import delete_personal_rows
from stressvision.services.reports.creation import write_due_reports
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert

DOCTOR = Actor(user_id="dra.quispe", ip_address="127.0.0.1")
QUARTER = timedelta(minutes=15)


def test_own_data_is_complete_and_its_read_is_audited(context: Context, clock: FakeClock) -> None:
    person, other = enrol(context), enrol(context, "EMP002", "Luis Paredes")
    raise_alert(context, person)
    raise_alert(context, other)
    clock.advance(minutes=15)
    write_due_reports(context, QUARTER)
    read_employee(context, person, DOCTOR)
    data = read_own_data(context, person, DOCTOR)
    assert data.employee.employee_code == "EMP001"
    assert [(each.given, each.text_sha256, each.method) for each in data.consents] == [(True, "0" * 64, "paper")]
    assert [face.embedding for face in data.faces] == [None] * 3
    assert [(day.day, day.total, day.counts) for day in data.detection_days] == [("2026-11-22", 10, {"stress": 10})]
    assert [alert.employee_id for alert in data.alerts] == [person]
    assert [mention.entry["code"] for mention in data.reports] == ["EMP001"]
    assert [(each.user_id, each.action) for each in data.accesses][-2:] == [
        ("dra.quispe", "read_employee"),
        ("dra.quispe", "read_own_data"),
    ]
    assert {row["employee_id"] for rows in data.other_tables.values() for row in rows} <= {person}
    assert "Luis Paredes" not in data.model_dump_json()
    assert len(list(stream_own_detections(context, person))) == 10
    with_numbers = read_own_data(context, person, DOCTOR, with_faces=True)
    assert [len(face.embedding or ()) for face in with_numbers.faces] == [128] * 3
    with pytest.raises(NotFound):
        read_own_data(context, 999, DOCTOR)


def test_erasure_during_a_read_still_returns_data(usual_context: Context, clock: FakeClock) -> None:
    """The clock erases the person when it is read between the audit record and the queries."""
    person = enrol(usual_context)
    asked = iter([None, usual_context])

    def moment() -> datetime:
        if between := next(asked, None):
            delete_personal_rows(between, person, DOCTOR)
        return clock()

    data = read_own_data(replace(usual_context, clock=moment), person, DOCTOR)
    assert (data.employee.employee_code, data.faces, data.consents) == ("EMP001", [], [])


def test_own_data_page_is_readable(usual_context: Context) -> None:
    person = enrol(usual_context)
    raise_alert(usual_context, person)
    withdraw_consent(usual_context, "EMP001", "1" * 64, DOCTOR)
    data = read_own_data(usual_context, person, DOCTOR)
    for language, words in (
        ("es", ("Lo que se guarda de usted", "retirado", "No se guarda nada de su rostro", "Compatible con estrés")),
        ("en", ("What is kept about you", "withdrawn", "Nothing of your face is kept", "Compatible with stress")),
    ):
        page = write_html(build_own_data_document(data, ReaderProfile(language, "America/Lima", data.generated_at)))  # type: ignore[arg-type]
        assert [word for word in words if word not in page] == []
        assert "<script" not in page


@pytest.fixture
def client(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


def test_own_data_by_api(client: TestClient, usual_context: Context) -> None:
    person = enrol(usual_context)
    raise_alert(usual_context, person)
    address = f"/api/employees/{person}/data"
    assert client.get(address).json()["employee"]["full_name"] == "Ana Torres Vega"
    page = client.get(address, headers={"Accept": "text/html"})
    assert (page.status_code, "Ana Torres Vega" in page.text) == (200, True)
    certificate = client.delete(f"{address}?user_id=dra.quispe").json()
    assert (certificate["is_complete"], certificate["erased_by"]) == (True, "dra.quispe")
    assert "Ana" not in str(certificate)
    assert client.get(address).status_code == client.delete(address).status_code == 404


def fill_quarter(context: Context, people: list[int], emotion: str = "neutral") -> None:
    """Store a detection of each employee in the open quarter hour."""
    for person in people:
        add_detection(context, employee_id=person, emotion=emotion, emotion_confidence=0.9)


def test_viewers_get_sums_of_large_windows_and_nothing_by_subtraction(usual_context: Context, clock: FakeClock) -> None:
    context = usual_context
    everyone = [enrol(context, f"EMP{number:03}", f"Persona {number}") for number in range(1, SMALLEST_GROUP + 2)]
    answers: list[Any] = []
    for people, emotion in ((everyone, "neutral"), (everyone[:1], "stress"), (everyone[1:], "happy")):
        fill_quarter(context, people, emotion)
        clock.advance(minutes=15)
        write_due_reports(context, QUARTER)
        answers.append(read_public_stats(context, 24))
    counts = [{each.emotion: each.count for each in stats.emotions_distribution} for stats in answers]
    assert counts == [{"neutral": 6}, {"neutral": 6}, {"neutral": 6, "happy": 5}]
    assert all(stats.withheld for stats in answers)
    assert all(stats.top_employees == [] and stats.detections_by_device == [] for stats in answers)
    assert {each.emotion for each in find_stats(context, 24).emotions_distribution} == {"neutral", "happy", "stress"}
    overview = read_public_overview(context)
    assert (overview.detections_last_hour, overview.employees_detected_last_hour) == (11, 6)
    assert (overview.overall_stress_percentage, overview.withheld) == (0.0, True)


def test_open_windows_are_not_shown_to_viewers(usual_context: Context, clock: FakeClock) -> None:
    people = [enrol(usual_context, f"EMP{number:03}", f"Persona {number}") for number in range(1, 7)]
    fill_quarter(usual_context, people)
    assert read_public_overview(usual_context).detections_last_hour == 0
    clock.advance(minutes=15)
    write_due_reports(usual_context, QUARTER)
    assert read_public_overview(usual_context).detections_last_hour == 6


def test_pending_alert_count_is_withheld(usual_context: Context) -> None:
    raise_alert(usual_context, enrol(usual_context))
    overview = read_public_overview(usual_context)
    assert (overview.pending_alerts, overview.withheld) == (None, True)
