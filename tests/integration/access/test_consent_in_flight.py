"""Erasure, withdrawal and deactivation while other work about the person is under way: they prevail."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from stressvision.core.errors import Conflict
from stressvision.db.queries.alerts.alert_lists import AlertFilter
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.domain.consent import CONSENT_VERSION
from stressvision.notifications.delivery import DeliveryResult, deliver_due
from stressvision.services.alerts.escalation import escalate_due
from stressvision.services.alerts.listing import Page, list_alerts
from stressvision.services.context import Actor, Context
from stressvision.services.people.consent_text import read_consent_text
from stressvision.services.people.employees import create_employee, set_active
from stressvision.services.people.enrolment import (
    Enrolment,
    begin_enrolment,
    enrol_employee,
    withdraw_consent,
)
from stressvision.services.people.still_verdicts import UploadedStill
from stressvision.services.people.stills import Measure, enrol_from_stills
from stressvision.services.privacy.erasure import erase_person
from stressvision.services.privacy.personal_rows import delete_personal_rows
from stressvision.services.reports.creation import write_due_reports
from stressvision.wire.gallery import GalleryFace
from stressvision.wire.people import EmployeeNew, EnrolmentStatement
from stressvision.wire.stills import MeasuredStill, Measurement
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import NOBODY, post_stress

ADMIN = Actor(user_id="admin")
QUARTER = timedelta(minutes=15)
STILLS = [UploadedStill(f"{number}.jpg", b"") for number in range(3)]
SIGNED = "0" * 64
STATEMENT = EnrolmentStatement(consent_version=CONSENT_VERSION, recorded_by="admin")
SAMPLES = tuple(FaceSampleRow(tuple(0.01 * number for number in range(128)), 0.9) for _ in range(3))

Interruption = Callable[[Context, int], object]


def withdraw(context: Context, _employee: int) -> None:
    withdraw_consent(context, "EMP001", read_consent_text(context.settings).sha256, ADMIN)


def deactivate(context: Context, employee: int) -> None:
    set_active(context, employee, ADMIN, active=False)


def withdraw_twice(context: Context, employee: int) -> None:
    """A withdrawal between two enrolments leaves the person as active as before."""
    withdraw(context, employee)
    enrol(context)
    withdraw(context, employee)


def erase(context: Context, employee: int) -> None:
    erase_person(context, employee, ADMIN)


def erase_and_replace(context: Context, employee: int) -> None:
    """Another person has the code afterwards."""
    erase(context, employee)
    create_employee(context, EmployeeNew(employee_code="EMP001", full_name="Lars Keller Ruiz"), ADMIN)


INTERRUPTIONS: Sequence[Interruption] = (withdraw, deactivate, withdraw_twice, erase, erase_and_replace)


def faces_and_consents(context: Context) -> list[tuple[object, ...]]:
    with context.database.read() as connection:
        query = "SELECT full_name, consent_given, is_active, face_embedding FROM employees"
        return [tuple(row) for row in connection.execute(text(query))]


def measuring(interruption: Callable[[], object]) -> Measure:
    """Return a measurement of three good stills, during which something happens."""

    def measure(
        stills: Sequence[bytes], _own: Sequence[Sequence[float]], _others: Sequence[GalleryFace]
    ) -> Measurement:
        interruption()
        return Measurement(stills=[MeasuredStill(quality=0.9, embedding=[0.01] * 128) for _ in stills], double=None)

    return measure


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
def test_enrolment_under_way_undoes_nothing(context: Context, interruption: Interruption) -> None:
    employee = enrol(context)
    after: list[list[tuple[object, ...]]] = []

    def interrupt() -> None:
        interruption(context, employee)
        after.append(faces_and_consents(context))

    with pytest.raises(Conflict, match="No se guardó nada"):
        enrol_from_stills(context, employee, STILLS, STATEMENT, measuring(interrupt), ADMIN, "es")
    assert [faces_and_consents(context)] == after
    assert not any(face for _, _, _, face in after[0]) or interruption is deactivate


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
def test_enrolment_command_under_way_undoes_nothing(context: Context, interruption: Interruption) -> None:
    employee = enrol(context)
    begun_on = begin_enrolment(context, "EMP001")
    interruption(context, employee)
    before = faces_and_consents(context)
    late = Enrolment("EMP001", "Ana Torres Vega", None, None, SAMPLES, SIGNED, begun_on=begun_on)
    with pytest.raises(Conflict):
        enrol_employee(context, late, ADMIN)
    assert faces_and_consents(context) == before


def test_two_enrolments_of_one_new_code_store_one_person(context: Context) -> None:
    begun_on = begin_enrolment(context, "EMP001")
    first = Enrolment("EMP001", "Ana Torres Vega", None, None, SAMPLES, SIGNED, begun_on=begun_on)
    enrol_employee(context, first, ADMIN)
    with pytest.raises(Conflict):
        enrol_employee(context, replace(first, full_name="Lars Keller Ruiz"), ADMIN)
    assert [row[0] for row in faces_and_consents(context)] == ["Ana Torres Vega"]


def test_inactive_employee_is_not_enrolled(context: Context) -> None:
    deactivate(context, enrol(context))
    with pytest.raises(Conflict, match="no está activo"):
        begin_enrolment(context, "EMP001")


@pytest.mark.parametrize("interruption", [withdraw, deactivate, erase])
def test_report_creates_no_alert_for_a_person_who_left(
    context: Context, clock: FakeClock, interruption: Interruption
) -> None:
    lenient = replace(context, settings=context.settings.model_copy(update={"min_stress_events": 11}))
    employee = enrol(lenient)
    post_stress(lenient, clock, employee, 10)
    interruption(context, employee)
    clock.advance(minutes=15)
    reports = write_due_reports(context, QUARTER)
    assert list_alerts(context, AlertFilter(), Page(10), NOBODY).alerts == []
    named = [person.name for report in reports for person in report.per_employee_summary.values()]
    assert named == (["Ana Torres Vega"] if interruption is deactivate else [])


def test_alert_is_due_where_nothing_interrupts(context: Context, clock: FakeClock) -> None:
    lenient = replace(context, settings=context.settings.model_copy(update={"min_stress_events": 11}))
    post_stress(lenient, clock, enrol(lenient), 10)
    clock.advance(minutes=15)
    write_due_reports(context, QUARTER)
    assert len(list_alerts(context, AlertFilter(), Page(10), NOBODY).alerts) == 1


@pytest.mark.parametrize("interruption", [withdraw, deactivate, erase])
def test_queued_message_about_a_person_who_left_is_not_sent(
    context: Context, clock: FakeClock, interruption: Interruption
) -> None:
    settings = context.settings.model_copy(update={"notify_urls": (SecretStr("json://127.0.0.1:9/x"),)})
    telling = replace(context, settings=settings)
    employee = enrol(telling)
    post_stress(telling, clock, employee, 10)
    interruption(telling, employee)
    clock.advance(minutes=20)
    assert escalate_due(telling) == ()
    assert deliver_due(telling, lambda _address, _message: None) == DeliveryResult(sent=0, failed=0)


def test_report_written_during_an_erasure_does_not_name_the_person(context: Context, clock: FakeClock) -> None:
    """The report is written between any two transactions of the erasure."""
    employee = enrol(context)
    post_stress(context, clock, employee, 10)
    clock.advance(minutes=15)
    begin = context.database.write
    entered = 0

    def write_between() -> object:
        nonlocal entered
        entered += 1
        if entered in range(2, 40, 2):
            context.database.write = begin  # type: ignore[method-assign]
            write_due_reports(context, QUARTER)
            context.database.write = write_between  # type: ignore[method-assign,assignment]
        return begin()

    context.database.write = write_between  # type: ignore[method-assign,assignment]
    delete_personal_rows(context, employee, ADMIN)
    context.database.write = begin  # type: ignore[method-assign]
    assert entered > 3
    with context.database.read() as connection:
        summaries = connection.execute(text("SELECT per_employee_summary FROM reports_15min")).scalars().all()
    assert summaries
    assert not [summary for summary in summaries if "Ana" in str(summary) or "EMP001" in str(summary)]
