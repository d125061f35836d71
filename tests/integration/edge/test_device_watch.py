"""Alerts of devices: separate from those of people, created once, ended when the device returns."""

from datetime import timedelta

import pytest

from stressvision.db.queries.alerts.alert_lists import AlertFilter
from stressvision.domain.alerts import AlertStatus, Subject
from stressvision.services.alerts.decisions import read_alert, resolve_alert
from stressvision.services.alerts.device_watch import DeviceWatch
from stressvision.services.alerts.listing import Page, list_alerts
from stressvision.services.alerts.silences import begin_silence, list_silences
from stressvision.services.context import Context
from stressvision.services.detections.sessions import close_session, open_session
from stressvision.services.detections.storing import store_detection
from stressvision.services.devices import record_health
from stressvision.services.figures import read_overview
from stressvision.wire.alerts import Alert, SilenceRequest
from stressvision.wire.detections import DeviceHealth, SessionEnd, SessionStart
from tests.conftest import FakeClock
from tests.integration.edge.test_detections_stored import DOCTOR, NOBODY, detection


def device_alerts(context: Context) -> list[Alert]:
    return list_alerts(context, AlertFilter(about=Subject.DEVICES), Page(100), NOBODY).alerts


def report(context: Context, state: str) -> None:
    record_health(context, DeviceHealth(device_id="pi-1", state=state, outbox_depth=0))


@pytest.fixture
def context(usual_context: Context) -> Context:
    return usual_context


@pytest.fixture
def watch(context: Context, clock: FakeClock) -> DeviceWatch:
    """A watch that has run for an hour, with a device that reports."""
    watch = DeviceWatch(clock.monotonic)
    watch.check(context)
    clock.advance(hours=1)
    report(context, "watching")
    watch.check(context)
    return watch


def test_silent_device_has_one_alert_until_it_returns(context: Context, clock: FakeClock, watch: DeviceWatch) -> None:
    clock.advance(minutes=4, seconds=59)
    watch.check(context)
    assert device_alerts(context) == []
    clock.advance(seconds=1)
    for _ in range(3):
        watch.check(context)
        DeviceWatch(clock.monotonic).check(context)
        clock.advance(minutes=10)
    (alert,) = device_alerts(context)
    assert (alert.alert_type, alert.device_id, alert.employee_id) == ("device_silent", "pi-1", None)
    report(context, "watching")
    watch.check(context)
    (alert,) = device_alerts(context)
    assert alert.status == AlertStatus.RESOLVED
    assert [step.kind for step in read_alert(context, alert.id, DOCTOR).history] == ["raised", "resolved"]


def test_device_alerts_are_not_counted_as_employee_alerts(
    context: Context, clock: FakeClock, watch: DeviceWatch
) -> None:
    clock.advance(minutes=6)
    watch.check(context)
    assert len(device_alerts(context)) == 1
    assert read_overview(context).pending_alerts == 0
    assert list_alerts(context, AlertFilter([AlertStatus.PENDING]), Page(10), NOBODY).total == 0
    assert list_alerts(context, AlertFilter([AlertStatus.PENDING], Subject.ALL), Page(10), NOBODY).total == 1


def test_alert_resolved_by_hand_returns_only_after_another_silence(
    context: Context, clock: FakeClock, watch: DeviceWatch
) -> None:
    clock.advance(minutes=6)
    watch.check(context)
    resolve_alert(context, 1, DOCTOR, "Cámara en mantenimiento")
    clock.advance(minutes=30)
    watch.check(context)
    assert len(device_alerts(context)) == 1
    report(context, "watching")
    clock.advance(minutes=6)
    watch.check(context)
    assert len(device_alerts(context)) == 2


def test_device_without_frames_differs_from_a_silent_device(
    context: Context, clock: FakeClock, watch: DeviceWatch
) -> None:
    for _ in range(7):
        report(context, "no_camera")
        watch.check(context)
        clock.advance(minutes=1)
    (alert,) = device_alerts(context)
    assert alert.alert_type == "device_no_data"
    report(context, "watching")
    watch.check(context)
    assert device_alerts(context)[0].status == AlertStatus.RESOLVED


def test_restarted_watch_creates_no_alert(context: Context, clock: FakeClock) -> None:
    report(context, "watching")
    clock.advance(hours=9)
    watch = DeviceWatch(clock.monotonic)
    watch.check(context)
    clock.advance(minutes=4)
    watch.check(context)
    assert device_alerts(context) == []


def test_device_without_heartbeats_is_never_reported_silent(
    context: Context, clock: FakeClock, watch: DeviceWatch
) -> None:
    store_detection(context, detection(clock(), None, None, device_id="programa-ajeno"))
    clock.advance(hours=1)
    report(context, "watching")
    watch.check(context)
    assert device_alerts(context) == []


def test_suspended_watch_creates_no_alert(context: Context, clock: FakeClock, watch: DeviceWatch) -> None:
    clock.advance(hours=8)
    watch.check(context)
    clock.advance(minutes=4)
    watch.check(context)
    assert device_alerts(context) == []
    clock.advance(minutes=1)
    watch.check(context)
    assert len(device_alerts(context)) == 1


def test_stopped_device_creates_no_alert(context: Context, clock: FakeClock, watch: DeviceWatch) -> None:
    session = open_session(context, SessionStart(device_id="pi-1"))
    close_session(context, session.id, SessionEnd())
    clock.advance(hours=1)
    watch.check(context)
    assert device_alerts(context) == []


def test_silenced_device_alert_is_recorded(context: Context, clock: FakeClock, watch: DeviceWatch) -> None:
    ends_at = clock() + timedelta(hours=2)
    wanted = SilenceRequest(device_id="pi-1", ends_at=ends_at, reason="Mantenimiento")
    begin_silence(context, wanted, DOCTOR)
    for _ in range(3):
        clock.advance(minutes=6)
        watch.check(context)
    assert device_alerts(context) == []
    (silence,) = list_silences(context, also_past=False, limit=10).silences
    assert [kept.details and kept.details["alert_type"] for kept in silence.silenced] == ["device_silent"]
