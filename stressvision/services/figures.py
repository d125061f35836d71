"""Aggregate figures: overview and statistics, with all data or as a viewer may see them.

The public variants are sums of stored quarter-hour reports, and only of those that rest on enough people: differences
between any two figures, over any period, are sums of whole windows with enough people in them (domain/disclosure.py).
They contain nothing by camera: fewer people pass one camera than are in a window.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stressvision.core.clock import latest_credible
from stressvision.core.config import Policy
from stressvision.db.engine.connection import Connection
from stressvision.db.engine.prepared import BoundQuery
from stressvision.db.engine.snapshot_reads import Answers, SnapshotRead
from stressvision.db.queries.alerts.alerts import count_pending, find_newest_pending
from stressvision.db.queries.detections import figures as rows
from stressvision.db.queries.detections.detections import DetectionFilter, select_detections
from stressvision.db.queries.detections.devices import count_heard_devices
from stressvision.db.queries.detections.sessions import count_active_sessions
from stressvision.db.queries.people.employees import count_monitored
from stressvision.db.queries.reports.reports import ReportRow
from stressvision.db.queries.reports.summaries import stream_reports
from stressvision.domain.alerts import Severity
from stressvision.domain.emotions import Emotion, stress_percentage
from stressvision.domain.reports import Window, window_holding
from stressvision.services.audit import record_people_read, submit_people_read
from stressvision.services.context import Actor, Context
from stressvision.wire.backend import (
    DeviceCount,
    EmotionCount,
    EmployeeCount,
    HourCount,
    IngestStats,
    Overview,
    Stats,
    StoredDetection,
)

TOP_EMPLOYEES = 10
RECENT_DETECTIONS = 10
NOT_ENROLLED = 0
"""Employee id under which the totals count faces of people who are not enrolled."""
_HOUR = timedelta(hours=1)


def read_overview(context: Context) -> Overview:
    """Return the figures of the last hour. Raises DatabaseUnavailable."""
    return context.database.fetch(plan_overview(context))


def plan_overview(context: Context) -> SnapshotRead[Overview]:
    """Return the read of the figures of the last hour."""
    now = context.clock()
    hour_ago, until = now - _HOUR, latest_credible(now)
    monitored, heard = count_monitored(), _count_active_devices(context, now)
    emotions, people = rows.count_emotions(hour_ago, until), rows.count_people(hour_ago, until)
    pending, newest_high = count_pending(), find_newest_pending(Severity.HIGH)

    def combine(answers: Answers) -> Overview:
        counts = answers[emotions]
        total = sum(counts.values())
        return Overview(
            total_employees=answers[monitored],
            detections_last_hour=total,
            employees_detected_last_hour=answers[people],
            pending_alerts=answers[pending],
            overall_stress_percentage=_stress_share(context, counts, total),
            active_devices=answers[heard],
            timestamp=now,
            newest_high_alert=answers[newest_high],
            infers_emotions=_infers_emotions(context),
        )

    return SnapshotRead((emotions, monitored, people, pending, heard, newest_high), combine)


def find_stats(context: Context, hours: int) -> Stats:
    """Return the statistics of the last `hours`, for callers that audit the read. Raises DatabaseUnavailable."""
    return context.database.fetch(plan_stats(context, hours))


def plan_stats(context: Context, hours: int) -> SnapshotRead[Stats]:
    """Return the read of the statistics of the last `hours`, for callers that audit it."""
    now = context.clock()
    since, until = now - timedelta(hours=hours), latest_credible(now)
    emotions, by_hour = rows.count_emotions(since, until), rows.count_by_hour(since, until)
    by_employee = rows.count_by_employee(since, until, TOP_EMPLOYEES)
    by_device = rows.count_by_device(since, until)

    def combine(answers: Answers) -> Stats:
        return Stats(
            period_hours=hours,
            emotions_distribution=[
                EmotionCount(emotion=emotion, count=count)
                for emotion, count in _permitted(context, answers[emotions]).items()
            ],
            detections_by_hour=[HourCount(hour=hour, count=count) for hour, count in answers[by_hour].items()],
            top_employees=[EmployeeCount.model_validate(row) for row in answers[by_employee]],
            detections_by_device=[
                DeviceCount(device_id=device, count=count) for device, count in answers[by_device].items()
            ],
        )

    return SnapshotRead((emotions, by_hour, by_employee, by_device), combine)


def submit_stats_read(context: Context, actor: Actor, stats: Stats) -> "list[Future[None]]":
    """Submit the audit records of the people named in the statistics, which may be shown after all are stored."""
    return submit_people_read(context, actor, "read_statistics", {person.id for person in stats.top_employees})


def read_ingest_stats(context: Context, started: float, actor: Actor | None = None) -> IngestStats:
    """Return the totals since the beginning of the database.

    Args:
        context: Database, settings and clock.
        started: Reading of the monotonic clock, in seconds, when the server started.
        actor: The reader, whose read is audited for each person in it; None: a program of the system.
    """
    with context.database.read() as connection:
        devices: Counter[str] = Counter()
        emotions: Counter[str] = Counter()
        people: set[int] = set()
        for total in rows.read_totals(connection):
            devices[total.device_id] += total.count
            emotions[total.emotion or "not_analysed"] += total.count
            people |= {total.employee_id} - {NOT_ENROLLED}
        recent = select_detections(connection, DetectionFilter(limit=RECENT_DETECTIONS))
        stats = IngestStats(
            total_detections=devices.total(),
            detections_by_device=dict(devices.most_common()),
            detections_by_emotion=dict(emotions),
            unique_employees=len(people),
            active_sessions=count_active_sessions(connection),
            uptime_seconds=round(time.monotonic() - started, 1),
            recent_detections=[StoredDetection.model_validate(row).model_dump(mode="json") for row in recent],
        )
    if actor is not None:
        people = {row.employee_id for row in recent if row.employee_id is not None}
        record_people_read(context, actor, "read_statistics", people)
    return stats


def read_public_ingest_stats(context: Context, started: float) -> IngestStats:
    """Return ingest's statistics without any figure about people: it counts live, camera by camera."""
    with context.database.read() as connection:
        return IngestStats(
            total_detections=None,
            detections_by_device=None,
            detections_by_emotion=None,
            unique_employees=None,
            active_sessions=count_active_sessions(connection),
            uptime_seconds=round(time.monotonic() - started, 1),
            recent_detections=[],
            withheld=True,
        )


@dataclass
class _PublicSums:
    """Sums over the windows that may be shown. `people`: of the window with the most.

    The number of different people over several windows would be a difference that rests on one person.
    """

    detections: int = 0
    emotions: Counter[str | None] = field(default_factory=Counter)
    people: int = 0
    hours: Counter[datetime] = field(default_factory=Counter)


def read_public_overview(context: Context) -> Overview:
    """Return the overview over the closed windows of the last hour, for viewers.

    The number of pending alerts is withheld: it changes with the state of one person. `withheld` is set whatever was
    left out, since a mark on some answers only would disclose that a person was seen. Raises DatabaseUnavailable.
    """
    now = context.clock()
    with context.database.read() as connection:
        sums = _sum_public(_windows(connection, context, now - _HOUR, now))
        return Overview(
            total_employees=count_monitored().fetch(connection),
            detections_last_hour=sums.detections,
            employees_detected_last_hour=sums.people,
            pending_alerts=None,
            overall_stress_percentage=_stress_share(context, sums.emotions, sums.detections),
            active_devices=_count_active_devices(context, now).fetch(connection),
            timestamp=now,
            withheld=True,
            infers_emotions=_infers_emotions(context),
        )


def read_equipment_overview(context: Context) -> Overview:
    """Return the overview without any figure about detections, for administrators. Raises DatabaseUnavailable."""
    now = context.clock()
    with context.database.read() as connection:
        return Overview(
            total_employees=count_monitored().fetch(connection),
            detections_last_hour=None,
            employees_detected_last_hour=None,
            pending_alerts=None,
            overall_stress_percentage=None,
            active_devices=_count_active_devices(context, now).fetch(connection),
            timestamp=now,
            withheld=True,
            infers_emotions=_infers_emotions(context),
        )


def read_public_stats(context: Context, hours: int) -> Stats:
    """Return the statistics over the closed windows of the last `hours`, for viewers. Raises DatabaseUnavailable."""
    now = context.clock()
    with context.database.read() as connection:
        sums = _sum_public(_windows(connection, context, now - hours * _HOUR, now))
    return Stats(
        period_hours=hours,
        emotions_distribution=[
            EmotionCount(emotion=emotion, count=count)
            for emotion, count in _permitted(context, sums.emotions).items()
            if count
        ],
        detections_by_hour=[HourCount(hour=hour, count=count) for hour, count in sorted(sums.hours.items())],
        top_employees=[],
        detections_by_device=[],
        withheld=True,
    )


def _count_active_devices(context: Context, now: datetime) -> BoundQuery[int]:
    heard_since = now - timedelta(seconds=context.settings.device_silent_seconds)
    return count_heard_devices(heard_since, latest_credible(now))


def _windows(connection: Connection, context: Context, start: datetime, end: datetime) -> Iterator[ReportRow]:
    return stream_reports(connection, Window(start, end), context.settings.interval_minutes)


def _sum_public(reports: Iterator[ReportRow]) -> _PublicSums:
    sums = _PublicSums()
    for report in reports:
        figures = report.public_figures
        if figures is None:
            continue
        counts = Counter[str | None]()
        for person in figures["people"].values():
            counts.update(person["counts"])
        total = figures["total_detections"]
        counts[None] = total - counts.total()
        sums.detections += total
        sums.emotions += counts
        sums.people = max(sums.people, figures["total_employees_detected"])
        sums.hours[window_holding(report.start_timestamp, _HOUR).start] += total
    return sums


def _infers_emotions(context: Context) -> bool:
    return context.settings.policy is not Policy.EU


def _stress_share(context: Context, counts: Mapping[str | None, int], total: int) -> float | None:
    """Return the share of stress and sadness in percent; None where the policy allows no emotion."""
    return stress_percentage(_analysed(counts), total) if _infers_emotions(context) else None


def _permitted(context: Context, counts: Mapping[str | None, int]) -> Mapping[str | None, int]:
    """Return the counts, most first; emotions of an earlier policy are counted without their name."""
    permitted: Counter[str | None] = Counter()
    for emotion, count in counts.items():
        permitted[emotion if _infers_emotions(context) or emotion == Emotion.FATIGUE else None] += count
    return dict(permitted.most_common())


def _analysed(emotions: Mapping[str | None, int]) -> dict[str, int]:
    return {emotion: count for emotion, count in emotions.items() if emotion is not None}
