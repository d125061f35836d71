"""Reports: one for each window with detections, revised when late ones arrive."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from stressvision.core.errors import NotFound
from stressvision.db.queries.alerts.alert_lists import AlertFilter
from stressvision.domain.reports import window_holding
from stressvision.services.alerts.listing import Page, list_alerts
from stressvision.services.context import Actor, Context
from stressvision.services.detections.storing import store_detection
from stressvision.services.devices import record_health
from stressvision.services.reports.creation import rewrite_reports, write_due_reports, write_manual_report
from stressvision.services.reports.reading import list_reports, read_report
from stressvision.wire.detections import DeviceHealth
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection

QUARTER = timedelta(minutes=15)


def test_open_window_has_no_report_and_closed_one_has_one(context: Context, clock: FakeClock) -> None:
    store_detection(context, detection(clock(), None, None))
    assert write_due_reports(context, QUARTER) == ()
    clock.advance(minutes=15)
    (report,) = write_due_reports(context, QUARTER)
    assert (report.start_timestamp.minute, report.end_timestamp.minute) == (0, 15)
    assert write_due_reports(context, QUARTER) == ()
    assert list_reports(context, 10).total == 1


def test_missed_windows_are_written_at_start(context: Context, clock: FakeClock) -> None:
    for _ in range(4):
        store_detection(context, detection(clock(), None, None))
        clock.advance(minutes=30)
    assert [report.total_detections for report in write_due_reports(context, QUARTER)] == [1, 1, 1, 1]


def test_late_detection_revises_its_window_only(context: Context, clock: FakeClock) -> None:
    early = clock()
    store_detection(context, detection(early, None, None))
    store_detection(context, detection(clock.advance(minutes=15), None, None))
    clock.advance(minutes=15)
    assert len(write_due_reports(context, QUARTER)) == 2
    store_detection(context, detection(early + timedelta(seconds=1), None, None))
    (revised,) = write_due_reports(context, QUARTER)
    assert (revised.total_detections, revised.revision) == (2, 1)
    assert list_reports(context, 10).total == 2


def test_detections_of_the_open_window_are_reported_later(context: Context, clock: FakeClock) -> None:
    store_detection(context, detection(clock(), None, None))
    clock.advance(minutes=15)
    store_detection(context, detection(clock(), None, None))
    assert len(write_due_reports(context, QUARTER)) == 1
    clock.advance(minutes=15)
    (second,) = write_due_reports(context, QUARTER)
    assert second.total_detections == 1


def test_manual_report_covers_the_last_quarter_and_agrees_with_sql(context: Context, clock: FakeClock) -> None:
    ana, lars = enrol(context), enrol(context, "EMP002", "Lars Keller Ruiz")
    emotions = ["neutral"] * 5 + ["stress"] * 3 + ["sad"] * 2 + ["fatigue"]
    for emotion in emotions:
        store_detection(context, detection(clock.advance(seconds=1), ana, emotion))
    store_detection(context, detection(clock.advance(seconds=1), lars, "happy"))
    store_detection(context, detection(clock.advance(seconds=1), None, None))
    clock.advance(seconds=1)
    report = write_manual_report(context, QUARTER)
    with context.database.read() as connection:
        by_hand = connection.execute(
            text(
                "SELECT employee_id, count(*), round(100.0 * sum(CASE WHEN emotion IN ('stress', 'sad') "
                "THEN 1 ELSE 0 END) / count(*), 2) FROM detection_events WHERE employee_id IS NOT NULL "
                "GROUP BY employee_id ORDER BY employee_id"
            )
        ).all()
    figures = [(p.employee_id, p.total_detections, p.stress_pct) for p in report.per_employee_summary.values()]
    assert figures == [(row[0], row[1], float(row[2])) for row in by_hand]
    assert report.kind == "manual"
    assert (report.total_detections, report.total_employees_detected) == (13, 2)
    assert report.overall_stress_percentage == round(100 * 5 / 13, 2)
    assert report.per_employee_summary[str(ana)].fatigue_pct == round(100 / 11, 2)


def test_report_rule_cannot_create_a_second_alert(context: Context, clock: FakeClock) -> None:
    ana = enrol(context)
    for _ in range(12):
        store_detection(context, detection(clock.advance(seconds=1), ana))
    clock.advance(minutes=15)
    (report,) = write_due_reports(context, QUARTER)
    assert report.alerts_triggered == 1
    assert list_alerts(context, AlertFilter(), Page(10), Actor()).total == 1


def test_manual_report_without_detections_is_empty(context: Context) -> None:
    report = write_manual_report(context, QUARTER)
    assert (report.total_detections, report.overall_stress_percentage) == (0, 0.0)
    assert write_due_reports(context, QUARTER) == ()


def test_stored_summary_is_json_readable_by_sqlite3(sqlite_context: Context, clock: FakeClock) -> None:
    ana = enrol(sqlite_context)
    store_detection(sqlite_context, detection(clock.advance(seconds=1), ana))
    clock.advance(seconds=1)
    write_manual_report(sqlite_context, QUARTER)
    with sqlite_context.database.read() as connection:
        stored = connection.execute(text("SELECT per_employee_summary FROM reports_15min")).scalar_one()
    assert json.loads(stored)[str(ana)]["counts"]["stress"] == 1


def test_unknown_report_raises_not_found(context: Context) -> None:
    with pytest.raises(NotFound, match="77"):
        read_report(context, 77)


def test_coverage_counts_minutes_with_a_health_report_or_detection(context: Context, clock: FakeClock) -> None:
    clock.now = clock.now.replace(minute=0, second=30)
    for state in ("watching", "watching", "no_camera", "starting"):
        record_health(context, DeviceHealth(device_id="pi-1", state=state))
        clock.advance(minutes=2)
    store_detection(context, detection(clock(), None, None))
    store_detection(context, detection(clock(), None, None, device_id="pi-2"))
    record_health(context, DeviceHealth(device_id="pi-0", state="starting"))
    clock.advance(minutes=15)
    (report,) = write_due_reports(context, QUARTER)
    seen = [(device.device_id, device.minutes, device.seen_minutes) for device in report.coverage]
    assert seen == [("pi-1", 15, 3), ("pi-2", 15, 1)]
    assert report.coverage[0].strip == [100, 0, 100, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0]


def test_silent_camera_is_expected_for_a_day(usual_context: Context, clock: FakeClock) -> None:
    record_health(usual_context, DeviceHealth(device_id="pi-1", state="watching"))
    for hours, expected in ((20, ["pi-1", "pi-2"]), (20, ["pi-2"])):
        store_detection(usual_context, detection(clock.advance(hours=hours), None, None, device_id="pi-2"))
        clock.advance(seconds=1)
        report = write_manual_report(usual_context, QUARTER)
        assert [device.device_id for device in report.coverage] == expected


def test_report_is_compared_with_the_previous_window(usual_context: Context, clock: FakeClock) -> None:
    ana = enrol(usual_context)
    for emotions in (["stress", "fatigue"], ["neutral"]):
        for emotion in emotions:
            store_detection(usual_context, detection(clock(), ana, emotion))
        clock.advance(minutes=15)
    write_due_reports(usual_context, QUARTER)
    second, first = list_reports(usual_context, 10).reports
    assert first.previous is None
    assert second.previous is not None
    assert (second.previous.overall_stress_percentage, second.previous.overall_fatigue_percentage) == (50.0, 50.0)
    assert second == read_report(usual_context, second.id)


def test_report_stays_after_its_detections_are_deleted(usual_context: Context, clock: FakeClock) -> None:
    began = clock()
    for _ in range(3):
        store_detection(usual_context, detection(clock(), None, None))
    clock.advance(minutes=15)
    write_due_reports(usual_context, QUARTER)
    with usual_context.database.write() as connection:
        connection.execute(text("DELETE FROM detection_events"))
    assert list(rewrite_reports(usual_context, QUARTER, began - QUARTER, clock())) == []
    store_detection(usual_context, detection(began, None, None))
    assert write_due_reports(usual_context, QUARTER) == ()
    (report,) = list_reports(usual_context, 10).reports
    assert (report.total_detections, report.revision) == (3, 0)


def test_windows_are_rewritten_within_the_range_only(context: Context, clock: FakeClock) -> None:
    moments = [clock.advance(minutes=15) for _ in range(6)]
    for moment in moments:
        store_detection(context, detection(moment, None, None))
    clock.advance(hours=1)
    written = list(rewrite_reports(context, QUARTER, moments[1], moments[4]))
    assert [report.start_timestamp for report in written] == [
        window_holding(moment, QUARTER).start for moment in moments[2:5]
    ]
    assert list(rewrite_reports(context, QUARTER, moments[1], moments[4])) == []
    assert len(write_due_reports(context, QUARTER)) == 3


def test_another_interval_does_not_hide_detections_from_quarter_hours(context: Context, clock: FakeClock) -> None:
    store_detection(context, detection(clock(), None, None))
    clock.advance(hours=1)
    assert len(write_due_reports(context, timedelta(hours=1))) == 1
    assert len(write_due_reports(context, QUARTER)) == 1
