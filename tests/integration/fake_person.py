"""The fake API's answers about one person, counted from its detections and alerts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from fastapi import FastAPI, Response

from stressvision.core.clock import utc_now
from stressvision.domain.emotions import Emotion, percent
from stressvision.wire.access import AuditEntry, AuditList
from stressvision.wire.alerts import Alert
from stressvision.wire.backend import StoredDetection
from stressvision.wire.person import PersonEvent, PersonEvents, PersonFigure, PersonFigures


class People(Protocol):
    """What the answers are counted from."""

    detections: list[StoredDetection]
    alerts: dict[int, Alert]


def serve_person(app: FastAPI, state: People) -> None:
    @app.get("/api/employees/{employee_id}/figures")
    def figures(employee_id: int, by: Literal["minute", "hour", "day"] = "hour", hours: int = 24) -> PersonFigures:
        now = utc_now()
        since = now - timedelta(hours=hours)
        own = [item for item in state.detections if item.employee_id == employee_id and item.timestamp >= since]
        starts = sorted({_start(item.timestamp, by) for item in own})
        counts = _count(own)
        return PersonFigures(
            employee_id=employee_id,
            by=by,
            start_timestamp=since,
            end_timestamp=now,
            time_zone="America/Lima",
            total_detections=len(own),
            emotion_counts=counts,
            stress_pct=percent(counts["stress"] + counts["sad"], len(own)),
            fatigue_pct=percent(counts["fatigue"], len(own)),
            points=[_point(start, [item for item in own if _start(item.timestamp, by) == start]) for start in starts],
        )

    @app.get("/api/employees/{employee_id}/timeline")
    def timeline(employee_id: int, days: int = 14) -> PersonEvents:
        events = [
            PersonEvent(timestamp=item.timestamp, kind="raised", alert_id=item.id, severity=item.severity)
            for item in state.alerts.values()
            if item.employee_id == employee_id
        ]
        return PersonEvents(
            employee_id=employee_id, since=utc_now() - timedelta(days=days), events=events, total=len(events)
        )

    @app.get("/api/employees/{employee_id}/data")
    def data(employee_id: int) -> Response:
        return Response(f"data {employee_id}", media_type="application/pdf")

    @app.get("/api/audit")
    def audit(entity_id: int) -> AuditList:
        entry = AuditEntry(
            id=1,
            timestamp=utc_now(),
            user_id="dra.quispe",
            action="read_person_figures",
            entity_type="employee",
            entity_id=entity_id,
            ip_address="127.0.0.1",
            details=None,
            hash="0",
        )
        return AuditList(entries=[entry], total=1)


def _start(at: datetime, by: str) -> datetime:
    minute = at.replace(second=0, microsecond=0)
    return minute if by == "minute" else minute.replace(minute=0)


def _count(own: Sequence[StoredDetection]) -> dict[str, int]:
    return {emotion.value: sum(item.emotion == emotion for item in own) for emotion in Emotion}


def _point(start: datetime, own: Sequence[StoredDetection]) -> PersonFigure:
    counts = _count(own)
    return PersonFigure(
        start=start,
        total_detections=len(own),
        counts=counts,
        stress_pct=percent(counts["stress"] + counts["sad"], len(own)),
        fatigue_pct=percent(counts["fatigue"], len(own)),
    )
