"""Camera coverage of a stretch of time."""

from datetime import timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections import coverage as rows
from stressvision.domain.reports import EXPECTED_FOR, MINUTE, Window, compute_coverage
from stressvision.wire.reports import DeviceCoverage

REPORT_SLICES = 60
"""Slices of a report's coverage strip, at most: one a minute for quarter hours."""


def measure_coverage(connection: Connection, window: Window, slice_length: timedelta) -> list[DeviceCoverage]:
    """Return the coverage of each camera that watched in the window or shortly before it, by name."""
    expected = rows.select_expected(connection, window.start - EXPECTED_FOR, window.end)
    return [
        DeviceCoverage.model_validate(
            compute_coverage(
                row.device_id,
                row.location,
                rows.select_minutes(connection, row.device_id, window),
                window,
                slice_length // MINUTE,
            )
        )
        for row in expected
    ]


def measure_report_coverage(connection: Connection, window: Window) -> list[DeviceCoverage]:
    """Return the coverage of a report's window, in which each minute with a detection counts as watched.

    Called in a write transaction.
    """
    rows.note_detections(connection, window)
    minutes = (window.end - window.start) // MINUTE
    return measure_coverage(connection, window, -(-minutes // REPORT_SLICES) * MINUTE)
