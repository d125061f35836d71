"""The state of the preview: live only while the device reports it, and only from this machine."""

from datetime import UTC, datetime, timedelta

import pytest

from stressvision.dashboard.pages.camera import STALE_AFTER, preview_state
from stressvision.wire.backend import Device

NOW = datetime(2026, 11, 22, 15, 31, 5, tzinfo=UTC)
STREAM = "http://127.0.0.1:8502/stream.mjpg"


def device(**changes: object) -> Device:
    nothing: dict[str, object] = {**dict.fromkeys(Device.model_fields), "odd_fields": ()}
    values = {"device_id": "pi-01", "state": "watching", "detail": "", "stage_ms": {}, "last_seen": NOW}
    return Device.model_validate(nothing | values | {"preview_url": STREAM} | changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"preview_url": "http://localhost:8502/stream.mjpg"}, None),
        ({"state": "no_camera"}, "no_camera"),
        ({"state": "silent"}, "silent"),
        ({"state": "something newer"}, "silent"),
        ({"last_seen": None}, "silent"),
        ({"last_seen": NOW - STALE_AFTER}, None),
        ({"last_seen": NOW - STALE_AFTER - timedelta(seconds=1)}, "silent"),
        ({"preview_url": None}, "no_preview"),
        ({"preview_url": "http://192.168.1.20:8502/stream.mjpg"}, "elsewhere"),
        ({"preview_url": "https://tracker.example/pixel.png"}, "elsewhere"),
        ({"preview_url": "javascript:alert(1)"}, "elsewhere"),
        ({"preview_url": "http://localhost:8502/stream.mjpg?ticket=a-B_9"}, None),
        ({"preview_url": "http://tracker.example\\@localhost/stream.mjpg"}, "elsewhere"),
        ({"preview_url": "http:\\\\tracker.example/@localhost"}, "elsewhere"),
        ({"preview_url": "http://tracker.example/\\@localhost/x"}, "elsewhere"),
        ({"preview_url": "http://user@localhost/stream.mjpg"}, "elsewhere"),
        ({"preview_url": "http://localhost:8502/stream.mjpg\n"}, "elsewhere"),
        ({"preview_url": "http://127.0.0.1.example/stream.mjpg"}, "elsewhere"),
    ],
)
def test_preview_state(changes: dict[str, object], expected: str | None) -> None:
    assert preview_state(device(**changes), NOW) == expected
