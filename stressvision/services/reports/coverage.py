"""What the cameras really saw of a stretch of time."""

from stressvision.db.engine.connection import Connection
from stressvision.db.queries import coverage as rows
from stressvision.domain.coverage import EXPECTED_FOR, measure
from stressvision.domain.reports import Window
from stressvision.wire.reports import DeviceCoverage


def measure_coverage(connection: Connection, window: Window, slice_minutes: int) -> list[DeviceCoverage]:
    """Of each camera that watched in the window or shortly before it, by name."""
    expected = rows.select_expected(connection, window.start - EXPECTED_FOR, window.end)
    return [
        DeviceCoverage.model_validate(
            measure(
                row.device_id,
                row.location,
                rows.select_minutes(connection, row.device_id, window),
                window,
                slice_minutes,
            )
        )
        for row in expected
    ]
