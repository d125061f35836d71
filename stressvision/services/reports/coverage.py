"""Camera coverage of a stretch of time."""

from collections.abc import Sequence
from datetime import timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections import coverage as rows
from stressvision.domain.reports import EXPECTED_FOR, MINUTE, Coverage, Window, compute_coverage
from stressvision.wire.reports import DeviceCoverage

SLICE = timedelta(minutes=15)
"""Length of the slices of a day's coverage strip."""
WEEK_SLICE = 4
"""Slices of a day's coverage strip that are joined into one of a week's."""
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


def join_coverage(days: Sequence[tuple[Window, Sequence[DeviceCoverage]]]) -> tuple[DeviceCoverage, ...]:
    """Return the coverage of each camera over the days in which it was expected; future days have no slices."""
    slices = _count_slices(days)
    by_name = [{device.device_id: device for device in coverage} for _, coverage in days]
    locations = {device.device_id: device.location for day in by_name for device in day.values()}
    joined = []
    for device_id, location in sorted(locations.items()):
        own = [day.get(device_id) for day in by_name]
        strip = [
            share
            for day, count in zip(own, slices, strict=True)
            for share in _coarser(day.strip if day else [0] * count)
        ]
        minutes = sum(day.minutes for day in own if day)
        seen = sum(day.seen_minutes for day in own if day)
        joined.append(DeviceCoverage.model_validate(Coverage(device_id, location, minutes, seen, tuple(strip))))
    return tuple(joined)


def _count_slices(days: Sequence[tuple[Window, Sequence[DeviceCoverage]]]) -> list[int]:
    """Return the number of slices of each day. A past day without any camera has those of its length.

    Only the days behind the last one with a camera have none: they are in the future, or nothing follows them.
    """
    counts = [max((len(device.strip) for device in coverage), default=0) for _, coverage in days]
    last = max((place for place, count in enumerate(counts) if count), default=-1)
    return [
        count or (round((window.end - window.start) / SLICE) if place < last else 0)
        for place, ((window, _), count) in enumerate(zip(days, counts, strict=True))
    ]


def _coarser(strip: Sequence[int]) -> list[int]:
    parts = [strip[start : start + WEEK_SLICE] for start in range(0, len(strip), WEEK_SLICE)]
    return [round(sum(part) / len(part)) for part in parts]
