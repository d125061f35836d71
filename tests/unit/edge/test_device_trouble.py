"""Start and end of device outages."""

from datetime import UTC, datetime, timedelta

import pytest

from stressvision.domain.alerts import DEVICE_SILENT, DEVICE_WITHOUT_DATA
from stressvision.domain.devices import Outage, WatchedDevice, find_outage, has_ended

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PATIENCE = timedelta(minutes=5)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def silent(state: str, minutes: float) -> WatchedDevice:
    """Return a device whose last report is this old by both clocks."""
    return WatchedDevice("pi", state, ago(minutes), timedelta(minutes=minutes))


def without_picture(silent_minutes: float, picture_minutes: float) -> WatchedDevice:
    return WatchedDevice(
        "pi",
        "no_camera",
        ago(silent_minutes),
        timedelta(minutes=silent_minutes),
        ago(picture_minutes),
        timedelta(minutes=picture_minutes),
    )


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        (silent("watching", 4), None),
        (silent("watching", 5), Outage(DEVICE_SILENT, ago(5))),
        (silent("stopped", 60), None),
        (without_picture(0, 4), None),
        (without_picture(0, 6), Outage(DEVICE_WITHOUT_DATA, ago(6))),
        (without_picture(5, 9), Outage(DEVICE_SILENT, ago(5))),
    ],
)
def test_outage_starts_after_the_patience(device: WatchedDevice, expected: Outage | None) -> None:
    assert find_outage(device, PATIENCE) == expected


def test_silence_is_measured_by_the_watcher_not_by_the_stored_time() -> None:
    """A report from the future, of a clock that was wrong, does not keep a device watching."""
    dead = WatchedDevice("pi", "watching", ago(-300), timedelta(minutes=6))
    fresh = WatchedDevice("pi", "watching", ago(300), timedelta(seconds=10))

    assert find_outage(dead, PATIENCE) == Outage(DEVICE_SILENT, ago(-300))
    assert find_outage(fresh, PATIENCE) is None


@pytest.mark.parametrize(
    ("alert_type", "device", "over"),
    [
        (DEVICE_SILENT, silent("watching", 9), False),
        (DEVICE_SILENT, silent("no_camera", 1), True),
        (DEVICE_SILENT, silent("stopped", 9), True),
        (DEVICE_WITHOUT_DATA, silent("no_camera", 1), False),
        (DEVICE_WITHOUT_DATA, silent("watching", 1), True),
    ],
)
def test_outage_ends_with_a_matching_heartbeat(alert_type: str, device: WatchedDevice, over: bool) -> None:
    assert has_ended(Outage(alert_type, ago(9)), device) is over
