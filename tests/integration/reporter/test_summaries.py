"""Daily and weekly summaries in plant time: summed from reports, stored once over, revised for late detections."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from stressvision.core.errors import InvalidInput, Language
from stressvision.db.queries.detections.devices import DeviceReport, upsert_device
from stressvision.db.schema.tables import detection_events
from stressvision.documents.html import write_html
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.documents.reports import build_summary_document
from stressvision.services.context import Actor, Context
from stressvision.services.detections.storing import store_detection
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.reading import list_reports
from stressvision.services.reports.summaries import read_day, read_week, write_due_summaries
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection

QUARTER = timedelta(minutes=15)
NOON = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
"""A Wednesday in Lima."""
WEDNESDAY = "2026-11-18"


@pytest.fixture
def context(usual_context: Context) -> Context:
    """The same SQL runs on PostgreSQL in test_report_kills.py."""
    return usual_context


@pytest.fixture
def ana(context: Context, clock: FakeClock) -> int:
    clock.now = NOON
    return enrol(context)


def see(context: Context, employee_id: int, at: datetime, emotions: str) -> None:
    """Store one detection a second: S stress, N neutral, F fatigue."""
    names = {"S": "stress", "N": "neutral", "F": "fatigue"}
    rows: list[dict[str, Any]] = [
        {
            "timestamp": at + timedelta(seconds=second),
            "device_id": "pi-1",
            "employee_id": employee_id,
            "emotion": names[letter],
            "emotion_confidence": 0.4,
            "created_at": at,
        }
        for second, letter in enumerate(emotions)
    ]
    with context.database.write() as connection:
        upsert_device(connection, "pi-1", DeviceReport(last_seen=at))
        connection.execute(insert(detection_events), rows)


def report(context: Context) -> tuple[str, ...]:
    """Write due reports and summaries as the reporter does, and return the summarised days."""
    write_due_reports(context, QUARTER)
    return tuple(day.isoformat() for day in write_due_summaries(context))


def test_day_is_in_plant_time_and_stored_once_over(context: Context, clock: FakeClock, ana: int) -> None:
    see(context, ana, NOON - timedelta(hours=12, minutes=1), "SS")  # Tuesday, 23:59
    see(context, ana, NOON - timedelta(hours=12), "SSNNFN")
    see(context, ana, NOON + timedelta(hours=11, minutes=50), "N")
    clock.now = NOON + timedelta(hours=12, minutes=30)
    assert report(context) == ("2026-11-17",)
    live = read_day(context, WEDNESDAY, Actor())
    assert (live.total_detections, live.is_final) == (7, False)
    clock.advance(minutes=30)
    assert report(context) == (WEDNESDAY,)
    assert report(context) == ()
    kept = read_day(context, WEDNESDAY, Actor())
    assert kept.is_final
    assert (kept.overall_stress_percentage, kept.overall_fatigue_percentage) == (28.57, 14.29)
    assert kept.periods == live.periods
    assert kept.per_employee_summary == live.per_employee_summary
    assert kept.per_employee_summary[str(ana)].counts["fatigue"] == 1
    assert kept.previous is not None
    assert kept.previous.total_detections == 2


def test_late_detection_revises_its_day(context: Context, clock: FakeClock, ana: int) -> None:
    see(context, ana, NOON, "SN")
    clock.now = NOON + timedelta(days=1)
    assert report(context) == (WEDNESDAY,)
    store_detection(context, detection(NOON + timedelta(hours=1), ana, "neutral"))
    write_due_reports(context, QUARTER)
    assert read_day(context, WEDNESDAY, Actor()).total_detections == 3, "before it is written again, too"
    assert report(context) == (WEDNESDAY,)
    revised = read_day(context, WEDNESDAY, Actor())
    assert (revised.total_detections, revised.revision) == (3, 1)


def test_week_is_the_sum_of_its_days(context: Context, clock: FakeClock, ana: int) -> None:
    luis = enrol(context, "EMP002", "Luis Rojas")
    for day, emotions in ((-1, "SSSS"), (0, "SN"), (1, "NN"), (4, "N")):
        see(context, ana, NOON + timedelta(days=day), emotions)
    see(context, luis, NOON + timedelta(days=1), "FN")
    clock.now = NOON + timedelta(days=6)
    report(context)
    week = read_week(context, "2026-11-20", Actor())
    assert (week.day, week.is_final) == ("2026-11-16", True)
    assert [period.total_detections for period in week.periods] == [0, 4, 2, 4, 0, 0, 1]
    assert (week.total_detections, week.total_employees_detected) == (11, 2)
    assert week.per_employee_summary[str(ana)].stress_pct == round(100 * 5 / 9, 2)
    assert [device.seen_minutes for device in week.coverage] == [4]
    assert read_week(context, "2026-11-22", Actor()) == week
    assert read_week(context, "2026-11-23", Actor()).previous is not None


def test_usual_level_needs_a_history(context: Context, clock: FakeClock, ana: int) -> None:
    for day in range(4):
        see(context, ana, NOON + timedelta(days=day), "S" * (3 * day) + "N" * (30 - 3 * day))
        clock.now = NOON + timedelta(days=day, hours=14)
        report(context)
    usual = [own.per_employee_summary[str(ana)].usual for own in reversed(list_reports(context, 10).reports)]
    assert usual[:3] == [None, None, None]
    assert usual[3] is not None
    assert (usual[3].stress_pct, usual[3].fatigue_pct, usual[3].days) == (10.0, 0.0, 3)
    last = read_day(context, "2026-11-21", Actor()).per_employee_summary[str(ana)]
    assert last.usual == usual[3]


def test_days_of_an_earlier_version_are_summarised_at_first_start(context: Context, clock: FakeClock, ana: int) -> None:
    see(context, ana, NOON, "SSN")
    clock.now = NOON + timedelta(days=2)
    write_due_reports(context, QUARTER)
    with context.database.write() as connection:
        connection.execute(text("DELETE FROM stale_days"))
        connection.execute(text("UPDATE reports_15min SET stress_detections = NULL, fatigue_detections = NULL"))
    assert report(context) == (WEDNESDAY,)
    assert read_day(context, WEDNESDAY, Actor()).overall_stress_percentage == 66.67


def test_summary_outlives_its_reports(context: Context, clock: FakeClock, ana: int) -> None:
    see(context, ana, NOON, "SSN")
    clock.now = NOON + timedelta(days=1)
    report(context)
    kept = read_day(context, WEDNESDAY, Actor())
    with context.database.write() as connection:
        for table in ("reports_15min", "detection_events"):
            connection.execute(text(f"DELETE FROM {table}"))
    store_detection(context, detection(NOON + timedelta(hours=2), ana, "neutral"))
    assert report(context) == (WEDNESDAY,)
    assert read_day(context, WEDNESDAY, Actor()) == kept


def test_erased_person_leaves_counts_and_no_name(context: Context, clock: FakeClock, ana: int) -> None:
    see(context, ana, NOON, "SN")
    clock.now = NOON + timedelta(days=1)
    report(context)
    with context.database.write() as connection:
        for statement in ("employee_days", "face_samples", "consents", "detection_events"):
            connection.execute(text(f"DELETE FROM {statement}"))
        connection.execute(text("DELETE FROM employees"))
        connection.execute(text(f"INSERT INTO stale_days (day) VALUES ('{WEDNESDAY}')"))
    assert report(context) == (WEDNESDAY,)
    day = read_day(context, WEDNESDAY, Actor())
    assert (day.total_detections, day.per_employee_summary) == (2, {})


def test_viewers_see_departments_of_past_days_only(context: Context, clock: FakeClock, ana: int) -> None:
    for number in range(2, 8):
        see(context, enrol(context, f"EMP00{number}", f"Persona {number}"), NOON, "SN")
    clock.now = NOON + timedelta(hours=1)
    report(context)
    today = read_day(context, WEDNESDAY, Actor(), persons=False)
    assert (today.total_detections, today.departments, today.withheld) == (12, [], True)
    clock.now = NOON + timedelta(days=1)
    report(context)
    over = read_day(context, WEDNESDAY, Actor(), persons=False)
    assert [(group.department, group.people) for group in over.departments] == [("Producción", 6)]
    assert over.withheld  # always: a mark on some days only would disclose that few people were there


def test_day_without_detections_is_empty_and_future_day_is_refused(context: Context, clock: FakeClock) -> None:
    clock.now = NOON
    empty = read_day(context, WEDNESDAY, Actor())
    assert (empty.total_detections, empty.previous, empty.coverage) == (0, None, [])
    with pytest.raises(InvalidInput, match="aún no ha llegado"):
        read_day(context, "2026-11-19", Actor())


def test_day_without_a_reporter_names_the_detections_that_no_report_counts(
    context: Context, clock: FakeClock, ana: int
) -> None:
    see(context, ana, NOON, "SSNN")
    clock.now = NOON + timedelta(hours=2)
    day = read_day(context, WEDNESDAY, Actor())
    assert (day.total_detections, day.unreported_detections, day.is_final) == (0, 4, False)
    assert read_day(context, WEDNESDAY, Actor(), persons=False).unreported_detections == 0
    pages = [write_html(build_summary_document(day, reader(language))) for language in ("es", "en")]
    assert "4 detecciones de este período aún no están en ningún reporte" in pages[0]
    assert "no hubo detecciones" not in pages[0]
    assert "are not in any report yet" in pages[1]
    report(context)
    assert read_day(context, WEDNESDAY, Actor()).unreported_detections == 0


def test_week_that_is_not_over_is_not_final_even_without_detections(context: Context, clock: FakeClock) -> None:
    clock.now = NOON
    assert not read_week(context, WEDNESDAY, Actor()).is_final
    clock.now = NOON + timedelta(days=4, hours=15)
    assert read_week(context, WEDNESDAY, Actor()).is_final


def test_expressions_are_shares_of_the_same_detections_as_the_headline(
    context: Context, clock: FakeClock, ana: int
) -> None:
    see(context, ana, NOON, "SSSNF")
    for second in range(5):
        store_detection(context, detection(NOON + timedelta(seconds=30 + second), None, None))
    clock.now = NOON + timedelta(hours=1)
    report(context)
    day = read_day(context, WEDNESDAY, Actor())
    page = write_html(build_summary_document(day, reader("es")))
    assert day.overall_stress_percentage == 30.0
    assert "3 · 30.0 %" in page
    assert "5 · 50.0 %" in page


def reader(language: Language) -> ReaderProfile:
    """A reader who may see persons."""
    return ReaderProfile(language=language, time_zone="America/Lima", asked_at=NOON, shows_stress=True)


def test_one_department_typed_in_two_forms_is_one_group(context: Context, clock: FakeClock, ana: int) -> None:
    luis = enrol(context, "EMP002", "Luis Ramos")
    for person, department in ((ana, "Produccio\u0301n"), (luis, "Producción\u00a0")):
        with context.database.write() as connection:
            connection.execute(
                text("UPDATE employees SET department = :name WHERE id = :id"), {"name": department, "id": person}
            )
        see(context, person, NOON, "SN")
    clock.now = NOON + timedelta(hours=1)
    report(context)
    (group,) = read_day(context, WEDNESDAY, Actor()).departments
    assert (group.department, group.people) == ("Producción", 2)
