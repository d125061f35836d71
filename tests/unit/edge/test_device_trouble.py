"""Start and end of device troubles."""

from datetime import UTC, datetime, timedelta

import pytest

from stressvision.domain.alerts import DEVICE_SILENT, DEVICE_WITHOUT_DATA
from stressvision.domain.devices import Outage, WatchedDevice, find_outage, has_ended

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=8)
PATIENCE = timedelta(minutes=5)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("device", "listening", "expected"),
    [
        (WatchedDevice("pi", "watching", ago(4)), LONG_AGO, None),
        (WatchedDevice("pi", "watching", ago(5)), LONG_AGO, Outage(DEVICE_SILENT, ago(5))),
        (WatchedDevice("pi", "watching", ago(60)), ago(4), None),
        (WatchedDevice("pi", "stopped", ago(60)), LONG_AGO, None),
        (WatchedDevice("pi", "no_camera", ago(0), ago(4)), LONG_AGO, None),
        (WatchedDevice("pi", "no_camera", ago(0), ago(6)), LONG_AGO, Outage(DEVICE_WITHOUT_DATA, ago(6))),
        (WatchedDevice("pi", "no_camera", ago(5), ago(9)), LONG_AGO, Outage(DEVICE_SILENT, ago(5))),
    ],
)
def test_trouble(device: WatchedDevice, listening: datetime, expected: Outage | None) -> None:
    assert find_outage(device, NOW, listening, PATIENCE) == expected


@pytest.mark.parametrize(
    ("alert_type", "device", "over"),
    [
        (DEVICE_SILENT, WatchedDevice("pi", "watching", ago(9)), False),
        (DEVICE_SILENT, WatchedDevice("pi", "no_camera", ago(1)), True),
        (DEVICE_SILENT, WatchedDevice("pi", "stopped", ago(9)), True),
        (DEVICE_WITHOUT_DATA, WatchedDevice("pi", "no_camera", ago(1)), False),
        (DEVICE_WITHOUT_DATA, WatchedDevice("pi", "watching", ago(1)), True),
    ],
)
def test_outage_ends_with_a_matching_heartbeat(alert_type: str, device: WatchedDevice, over: bool) -> None:
    assert has_ended(Outage(alert_type, ago(9)), device) is over
