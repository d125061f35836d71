"""The figures of the overview and the statistics: aggregates, nobody's in particular."""

import time
from collections import Counter
from datetime import timedelta

from stressvision.db.queries import figures as rows
from stressvision.db.queries.alerts import count_alerts
from stressvision.db.queries.detections import DetectionFilter, select_detections
from stressvision.db.queries.devices import count_heard_devices
from stressvision.db.queries.employees import count_monitored
from stressvision.db.queries.sessions import count_active_sessions
from stressvision.domain.alerts import AlertStatus
from stressvision.domain.emotions import stress_percentage
from stressvision.services.context import Context
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
NOBODY = 0
"""What the totals call a face nobody enrolled."""


def read_overview(context: Context) -> Overview:
    now = context.clock()
    hour_ago = now - timedelta(hours=1)
    with context.database.read() as connection:
        counts = rows.count_emotions(connection, hour_ago)
        total = sum(counts.values())
        known = {emotion: count for emotion, count in counts.items() if emotion is not None}
        heard_since = now - timedelta(seconds=context.settings.device_silent_seconds)
        return Overview(
            total_employees=count_monitored(connection),
            detections_last_hour=total,
            employees_detected_last_hour=rows.count_people(connection, hour_ago),
            pending_alerts=count_alerts(connection, AlertStatus.PENDING),
            overall_stress_percentage=stress_percentage(known, total),
            active_devices=count_heard_devices(connection, heard_since),
            timestamp=now,
        )


def read_stats(context: Context, hours: int) -> Stats:
    since = context.clock() - timedelta(hours=hours)
    with context.database.read() as connection:
        return Stats(
            period_hours=hours,
            emotions_distribution=[
                EmotionCount(emotion=emotion, count=count)
                for emotion, count in rows.count_emotions(connection, since).items()
            ],
            detections_by_hour=[
                HourCount(hour=hour, count=count) for hour, count in rows.count_by_hour(connection, since).items()
            ],
            top_employees=[
                EmployeeCount.model_validate(row) for row in rows.count_by_employee(connection, since, TOP_EMPLOYEES)
            ],
            detections_by_device=[
                DeviceCount(device_id=device, count=count)
                for device, count in rows.count_by_device(connection, since).items()
            ],
        )


def read_ingest_stats(context: Context, started: float) -> IngestStats:
    """`started`: the monotonic-clock reading, in seconds, when the server began to serve."""
    with context.database.read() as connection:
        devices: Counter[str] = Counter()
        emotions: Counter[str] = Counter()
        people: set[int] = set()
        for total in rows.read_totals(connection):
            devices[total.device_id] += total.count
            emotions[total.emotion or "not_analysed"] += total.count
            people |= {total.employee_id} - {NOBODY}
        recent = select_detections(connection, DetectionFilter(limit=RECENT_DETECTIONS))
        return IngestStats(
            total_detections=devices.total(),
            detections_by_device=dict(devices.most_common()),
            detections_by_emotion=dict(emotions),
            unique_employees=len(people),
            active_sessions=count_active_sessions(connection),
            uptime_seconds=round(time.monotonic() - started, 1),
            recent_detections=[StoredDetection.model_validate(row).model_dump(mode="json") for row in recent],
        )
