"""The overview and the statistics as whoever may not see persons gets them.

They are sums of stored quarter-hour reports, and only of those that rest on enough people: whatever somebody subtracts
from whatever, over whatever time, only whole windows with enough people in them remain (domain/disclosure.py). By
camera nothing is told: fewer people pass one camera than are in a window.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import count_alerts
from stressvision.db.queries.devices import count_heard_devices
from stressvision.db.queries.employees import count_monitored
from stressvision.db.queries.reports import ReportRow
from stressvision.db.queries.summaries import stream_reports
from stressvision.domain.alerts import AlertStatus
from stressvision.domain.disclosure import is_large_enough
from stressvision.domain.emotions import stress_percentage
from stressvision.domain.reports import Window, window_holding
from stressvision.services.context import Context
from stressvision.wire.backend import EmotionCount, HourCount, Overview, Stats

_HOUR = timedelta(hours=1)


@dataclass
class _Sums:
    """Of the windows that may be shown."""

    detections: int = 0
    emotions: Counter[str | None] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    hours: Counter[datetime] = field(default_factory=Counter)
    withheld: bool = False


def read_public_overview(context: Context) -> Overview:
    """The windows of the last hour that have closed. Where few are monitored, how many alerts wait is withheld too."""
    now = context.clock()
    with context.database.read() as connection:
        sums = _add_up(_windows(connection, context, now - _HOUR, now))
        monitored = count_monitored(connection)
        heard_since = now - timedelta(seconds=context.settings.device_silent_seconds)
        tells_alerts = is_large_enough(monitored)
        return Overview(
            total_employees=monitored,
            detections_last_hour=sums.detections,
            employees_detected_last_hour=len(sums.people),
            pending_alerts=count_alerts(connection, AlertStatus.PENDING) if tells_alerts else 0,
            overall_stress_percentage=stress_percentage(_named(sums.emotions), sums.detections),
            active_devices=count_heard_devices(connection, heard_since),
            timestamp=now,
            withheld=sums.withheld or not tells_alerts,
        )


def read_public_stats(context: Context, hours: int) -> Stats:
    now = context.clock()
    with context.database.read() as connection:
        sums = _add_up(_windows(connection, context, now - hours * _HOUR, now))
    return Stats(
        period_hours=hours,
        emotions_distribution=[
            EmotionCount(emotion=emotion, count=count) for emotion, count in sums.emotions.most_common() if count
        ],
        detections_by_hour=[HourCount(hour=hour, count=count) for hour, count in sorted(sums.hours.items())],
        top_employees=[],
        detections_by_device=[],
        withheld=sums.withheld,
    )


def _windows(connection: Connection, context: Context, start: datetime, end: datetime) -> Iterator[ReportRow]:
    return stream_reports(connection, Window(start, end), context.settings.interval_minutes)


def _add_up(reports: Iterator[ReportRow]) -> _Sums:
    sums = _Sums()
    for report in reports:
        people = report.per_employee_summary or {}
        if not is_large_enough(len(people)):
            sums.withheld = True
            continue
        counts = Counter[str | None]()
        for person in people.values():
            counts.update(person["counts"])
        total = report.total_detections or 0
        counts[None] = total - counts.total()
        sums.detections += total
        sums.emotions += counts
        sums.people |= set(people)
        sums.hours[window_holding(report.start_timestamp, _HOUR).start] += total
    return sums


def _named(emotions: Counter[str | None]) -> dict[str, int]:
    return {emotion: count for emotion, count in emotions.items() if emotion is not None}
