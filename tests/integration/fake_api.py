"""A backend for the dashboard's tests: real HTTP, invented people, and answers that a test may change as it goes."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

import uvicorn
from fastapi import Body, FastAPI, Query, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from stressvision.core.clock import parse_moment, utc_now
from stressvision.core.errors import Conflict, Message, NotFound, StressVisionError
from stressvision.http.problems import reader_language
from stressvision.wire.alerts import (
    Alert,
    AlertChanged,
    AlertDecision,
    AlertDetail,
    AlertList,
    AlertNote,
    AlertStepTaken,
    OutcomeCounts,
    Silence,
    SilenceList,
    SilenceRequest,
)
from stressvision.wire.backend import (
    Device,
    DeviceList,
    EmotionCount,
    Employee,
    EmployeeList,
    EmployeeState,
    HourCount,
    Overview,
    PeriodSummary,
    ServiceCard,
    Stats,
    StoredDetection,
)
from stressvision.wire.cameras import CameraHistory, CameraSettings, CameraViewRequest, WatchedHours
from stressvision.wire.events import Connected, DetectionEvent, Pong
from stressvision.wire.notifications import NoticeQueue
from stressvision.wire.own import OwnPage
from stressvision.wire.plant import PlantFigures
from stressvision.wire.problems import problem_of
from stressvision.wire.reports import EmployeeReport, Report, ReportList
from tests.integration.fake_own import invent_page, serve_own
from tests.integration.fake_person import serve_person
from tests.integration.fake_plant import invent_plant, serve_plant
from tests.programs.running import PATIENCE_SECONDS, wait_until

PEOPLE = (
    ("EMP001", "Ana Torres Vega", "Calidad", "Mañana"),
    ("EMP002", "Lars Keller Ruiz", "Envasado", "Mañana"),
    ("EMP003", "Kofi Mendoza Díaz", "Almacén", "Noche"),
    ("EMP004", "Mei Wong Salas", "Laboratorio", "Tarde"),
)
EVENTS = (0, 0, 0, 1, 0, 2, 3, 0, 2, 3, 0, 1, 2, 1, 2, 1)
TOTALS = (0, 0, 1, 2, 1, 2, 3, 0, 2, 3, 1, 2, 2, 2, 2, 1)
NO_QUEUE = NoticeQueue(configured=False, waiting=0, failed=0, failing_since=None, targets=[])
SCENE = ("neutral", "happy", "neutral", "stress", "neutral", "sad", "stress", "fatigue", "neutral", None)


@dataclass
class FakeBackend:
    """What the fake API answers. `calls`: what it was asked, in order.

    `sent`: events sent over the WebSocket;
    `other_event`: the id of an event that is no detection; `withheld`: as for a viewer; `has_figures`: not as for an
    administrator.
    """

    employees: list[Employee] = field(default_factory=list)
    detections: list[StoredDetection] = field(default_factory=list)
    alerts: dict[int, Alert] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    stress_percentage: float = 0.0
    detections_last_hour: int = 0
    refusal: StressVisionError | None = None
    delay_seconds: float = 0.0
    picture: bytes = b""
    sent: int = 0
    other_event: int = 0
    paused: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    views: list[CameraViewRequest] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    most_employees: int = 0
    """The largest page of employees that was asked for."""
    decisions: list[tuple[str, int, str | None, str | None]] = field(default_factory=list)
    histories: dict[int, list[AlertStepTaken]] = field(default_factory=dict)
    silences: list[Silence] = field(default_factory=list)
    queue: NoticeQueue = NO_QUEUE
    withheld: bool = False
    has_figures: bool = True
    infers_emotions: bool = True
    plant: PlantFigures = field(default_factory=invent_plant)
    own: OwnPage = field(default_factory=invent_page)
    is_enough: bool = False
    prompt_at: datetime | None = None
    prompted: list[bool] = field(default_factory=list)


def employee(number: int, **changes: object) -> Employee:
    code, name, department, shift = PEOPLE[(number - 1) % len(PEOPLE)]
    enrolled_at = utc_now() - timedelta(days=20)
    values: dict[str, object] = {
        "id": number,
        "employee_code": code,
        "full_name": name,
        "department": department,
        "shift": shift,
        "face_encoding_quality": 0.93,
        "enrollment_date": enrolled_at,
        "enrolment_status": "enrolled",
        "face_samples": 5,
        "consent_given": True,
        "consent_date": enrolled_at,
        "consent_version": "2026-11",
        "is_active": True,
        "is_demo": True,
        "last_seen": utc_now() - timedelta(seconds=8),
        "created_at": enrolled_at,
        "updated_at": enrolled_at,
    }
    return Employee.model_validate(values | changes)


def detection(number: int, at: datetime, emotion: str | None, employee_id: int | None = 1) -> StoredDetection:
    return StoredDetection(
        id=number,
        session_id=1,
        timestamp=at,
        device_id="pi-simulator-01",
        track_id=f"trk_{number}",
        employee_id=employee_id,
        recognition_confidence=0.9 if employee_id else None,
        emotion=emotion,
        emotion_confidence=0.84 if emotion else None,
        emotion_vector=None,
        bounding_box=None,
        frame_quality=0.9,
        processing_time_ms=14.2,
        created_at=at,
    )


def alert(number: int, **changes: object) -> Alert:
    at = utc_now() - timedelta(minutes=4 * number)
    values: dict[str, object] = {
        "id": number,
        "timestamp": at,
        "employee_id": 2,
        "employee_name": "Lars Keller Ruiz",
        "employee_code": "EMP002",
        "alert_type": "high_stress_prolonged",
        "severity": "high",
        "description": "Expresión compatible con estrés prolongado: 18 detecciones en 15 minutos",
        "status": "pending",
        "acknowledged_by": None,
        "acknowledged_at": None,
        "resolved_by": None,
        "resolved_at": None,
        "resolution_notes": None,
        "evidence_events": 18,
        "evidence_total": 24,
        "evidence_confidence": 0.87,
        "created_at": at,
        "evidence_start": at - timedelta(minutes=15),
        "evidence_minutes": [
            {"start": (at - timedelta(minutes=15 - minute)).replace(second=0), "events": events, "total": total}
            for minute, (events, total) in enumerate(zip(EVENTS, TOTALS, strict=True))
        ],
        "evidence_share": 75.0,
        "above_usual": 63.0,
        "department": "Envasado",
        "shift": "morning",
        "usual_share": 12.0,
        "usual_days": 9,
        "error_chance": 0.000004,
    }
    return Alert.model_validate(values | changes)


def step(number: int, kind: str, at: datetime, **changes: object) -> AlertStepTaken:
    values: dict[str, object] = {"id": number, "timestamp": at, "kind": kind}
    return AlertStepTaken.model_validate({**values, "user_id": None, "notes": None, "details": None, **changes})


def silence(number: int, wanted: SilenceRequest) -> Silence:
    return Silence(
        id=number,
        employee_id=wanted.employee_id,
        employee_name="Lars Keller Ruiz" if wanted.employee_id else None,
        employee_code="EMP002" if wanted.employee_id else None,
        device_id=wanted.device_id,
        reason=wanted.reason,
        starts_at=utc_now(),
        ends_at=wanted.ends_at,
        created_by=wanted.user_id,
        ended_at=None,
        ended_by=None,
    )


def device(**changes: object) -> Device:
    values: dict[str, object] = {
        "device_id": "pi-simulator-01",
        "location": "Oficina Principal - Simulador",
        "state": "watching",
        "detail": "",
        "last_seen": utc_now(),
        "active_session_id": 1,
        "fps": 14.8,
        "frames_processed": 5120,
        "frames_dropped": 3,
        "outbox_depth": 0,
        "stage_ms": {"detect": 5.1},
        "preview_url": None,
    }
    return Device.model_validate(values | changes)


def report(number: int, start: datetime, **changes: object) -> Report:
    people = {
        str(index + 1): EmployeeReport(
            employee_id=index + 1,
            name=name,
            code=code,
            department=department,
            stress_pct=(4.0, 62.5, 8.3, 31.0)[index % 4],
            fatigue_pct=(0.0, 2.1, 58.0, 0.0)[index % 4],
            total_detections=48,
            counts=dict(
                zip(
                    ("neutral", "happy", "stress", "sad", "fatigue"),
                    ((22, 24, 2, 0, 0), (15, 2, 28, 2, 1), (12, 4, 3, 1, 28), (25, 8, 5, 10, 0))[index % 4],
                    strict=True,
                )
            ),
            avg_confidence=0.86,
        )
        for index, (code, name, department, _) in enumerate(PEOPLE)
    }
    values: dict[str, object] = {
        "id": number,
        "start_timestamp": start,
        "end_timestamp": start + timedelta(minutes=15),
        "kind": "scheduled",
        "revision": 0,
        "total_detections": 192,
        "total_employees_detected": 4,
        "overall_stress_percentage": 26.6,
        "per_employee_summary": people,
        "alerts_triggered": 1,
        "generated_at": start + timedelta(minutes=15, seconds=1),
    }
    return Report.model_validate(values | changes)


def busy_plant(now: datetime) -> FakeBackend:
    """The demo's four employees in the middle of a morning."""
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    later = {"status": "acknowledged", "acknowledged_by": "medico.ocupacional", "acknowledged_at": now}
    return FakeBackend(
        employees=[
            employee(1),
            employee(2),
            employee(3, face_encoding_quality=0.71),
            employee(4, enrolment_status="needs_enrolment", face_encoding_quality=None, last_seen=None, is_demo=False),
        ],
        detections=[
            detection(200 - index, now - timedelta(seconds=5 * index), SCENE[index % 10], 1 + index % 3)
            if index % 4
            else detection(200 - index, now - timedelta(seconds=5 * index), None, None)
            for index in range(180)
        ],
        alerts={
            1: alert(1),
            2: alert(2, employee_id=4, employee_name="Mei Wong Salas", employee_code="EMP004", severity="medium"),
            3: alert(3, severity="medium", **later),
            4: alert(
                4,
                **later | {"status": "resolved", "resolved_by": "medico.ocupacional", "resolved_at": now},
                resolution_notes="Conversación realizada. Pausa de diez minutos y cambio de puesto acordado.",
            ),
        },
        reports=[
            report(9 - index, quarter - timedelta(minutes=15 * (index + 1)), revision=index % 3 // 2)
            for index in range(8)
        ],
        devices=[
            device(),
            device(device_id="pi-envasado-02", location="Envasado, línea 2", state="no_camera", fps=0.0),
        ],
        stress_percentage=23.4,
        detections_last_hour=1284,
    )


def create_fake_api(state: FakeBackend) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def note(request: Request, go_on):  # type: ignore[no-untyped-def]
        state.calls.append(f"{request.method} {request.url.path}")
        await asyncio.sleep(state.delay_seconds)
        if state.refusal:
            return _problem(request, state.refusal)
        return await go_on(request)

    @app.exception_handler(StressVisionError)
    def refuse(request: Request, error: StressVisionError) -> Response:
        return _problem(request, error)

    @app.get("/")
    def card() -> ServiceCard:
        return ServiceCard(
            service="Stress Vision", version="0", description="", docs="/api/docs", dashboard="", websocket="/ws"
        )

    @app.get("/api/dashboard/overview")
    def overview() -> Overview:
        if not state.has_figures:
            return Overview(
                total_employees=len(state.employees),
                detections_last_hour=None,
                employees_detected_last_hour=None,
                pending_alerts=None,
                overall_stress_percentage=None,
                active_devices=1,
                timestamp=utc_now(),
                withheld=True,
            )
        return Overview(
            total_employees=len(state.employees),
            detections_last_hour=state.detections_last_hour,
            employees_detected_last_hour=len({item.employee_id for item in state.detections if item.employee_id}),
            pending_alerts=len([item for item in state.alerts.values() if item.status == "pending"]),
            overall_stress_percentage=state.stress_percentage,
            active_devices=len([item for item in state.devices if item.state == "watching"]),
            newest_high_alert=max(
                (item.id for item in state.alerts.values() if (item.status, item.severity) == ("pending", "high")),
                default=None,
            ),
            timestamp=utc_now(),
            withheld=state.withheld,
            infers_emotions=state.infers_emotions,
        )

    @app.get("/api/dashboard/stats")
    def stats(hours: int = 24) -> Stats:
        kinds: dict[str | None, int] = {}
        by_hour: dict[datetime, int] = {}
        for item in state.detections:
            kinds[item.emotion] = kinds.get(item.emotion, 0) + 1
            hour = item.timestamp.replace(minute=0, second=0, microsecond=0)
            by_hour[hour] = by_hour.get(hour, 0) + 1
        return Stats(
            period_hours=hours,
            emotions_distribution=[EmotionCount(emotion=kind, count=count) for kind, count in kinds.items()],
            detections_by_hour=[HourCount(hour=hour, count=count) for hour, count in sorted(by_hour.items())],
            top_employees=[],
            detections_by_device=[],
            withheld=state.withheld,
        )

    @app.get("/api/devices")
    def devices() -> DeviceList:
        return DeviceList(devices=state.devices, total=len(state.devices))

    @app.get("/api/devices/history")
    def history(hours: int = 48) -> CameraHistory:
        start = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours - 1)
        watched = [
            WatchedHours(device_id=item.device_id, minutes=[0] * (hours - 1) + [60 if item.state == "watching" else 0])
            for item in state.devices
        ]
        return CameraHistory(start=start, hours=hours, devices=watched)

    @app.get("/api/devices/{device_id}/picture")
    def picture(device_id: str) -> Response:
        if not state.picture:
            raise Conflict(Message(es=f"La cámara {device_id} está en otra máquina.", en="It is on another machine."))
        return Response(state.picture, media_type="image/jpeg")

    @app.get("/api/devices/{device_id}/camera")
    def camera_settings(device_id: str) -> CameraSettings:
        reason, until = state.paused.get(device_id, (None, None))
        return CameraSettings(
            device_id=device_id, revision=0, time_zone="America/Lima", paused_until=until, pause_reason=reason
        )

    @app.put("/api/devices/{device_id}/camera")
    def change_camera(device_id: str, wanted: Annotated[CameraViewRequest, Body()]) -> CameraSettings:
        state.views.append(wanted)
        return camera_settings(device_id)

    @app.delete("/api/devices/{device_id}/pause")
    def resume(device_id: str) -> CameraSettings:
        state.paused.pop(device_id, None)
        return camera_settings(device_id)

    @app.get("/api/employees")
    def employees(
        ids: Annotated[list[int] | None, Query(alias="id")] = None,
        limit: int = 1000,
        page: int = 0,
        search: str = "",
        department: str | None = None,
        status: str | None = None,
    ) -> EmployeeList:
        state.most_employees = max(state.most_employees, limit)
        found = [
            item
            for item in state.employees
            if (ids is None or item.id in ids)
            and search.lower() in f"{item.full_name} {item.employee_code}".lower()
            and department in {None, item.department}
            and status in {None, item.enrolment_status if item.is_active else "inactive"}
        ]
        return EmployeeList(
            employees=found[page * limit : (page + 1) * limit],
            total=len(found),
            departments=tuple(sorted({item.department for item in state.employees if item.department})),
            shifts=tuple(sorted({item.shift for item in state.employees if item.shift})),
        )

    @app.get("/api/employees/{employee_id}/status")
    def employee_state(employee_id: int, minutes: int = 15) -> EmployeeState:
        since = utc_now() - timedelta(minutes=minutes)
        own = [item for item in state.detections if item.employee_id == employee_id and item.timestamp >= since]
        kinds = [item.emotion for item in own if item.emotion]
        stressed = sum(kind in {"stress", "sad"} for kind in kinds)
        return EmployeeState(
            employee_id=employee_id,
            live_status=own[0] if own else None,
            recent_detections=own,
            summary=PeriodSummary(
                total_detections=len(own),
                emotion_counts={kind: kinds.count(kind) for kind in sorted(set(kinds))},
                stress_percentage=round(100 * stressed / len(own), 1) if own else 0.0,
                period_minutes=minutes,
            ),
        )

    serve_person(app, state)
    serve_plant(app, state)
    serve_own(app, state)

    @app.get("/api/alerts")
    def alerts(
        ids: Annotated[list[int] | None, Query(alias="id")] = None,
        status: str = "pending",
        limit: int = 50,
        about: str = "people",
        employee_id: int | None = None,
        department: str | None = None,
        severity: str | None = None,
        search: str = "",
        page: int = 0,
    ) -> AlertList:
        wanted = [
            item
            for item in state.alerts.values()
            if (about == "all" or (item.device_id is None) == (about == "people"))
            and status in {item.status, "all", "open" if item.status != "resolved" else ""}
            and (ids is None or item.id in ids)
            and employee_id in {None, item.employee_id}
            and department in {None, item.department}
            and severity in {None, item.severity}
            and search.lower() in (item.employee_name or "").lower()
        ]
        return AlertList(alerts=wanted[page * limit : (page + 1) * limit], total=len(wanted))

    @app.get("/api/alerts/outcomes")
    def outcomes(days: int = 90) -> OutcomeCounts:
        judged = [item.outcome for item in state.alerts.values() if item.outcome]
        share = judged.count("useful") / len(judged) if judged else None
        return OutcomeCounts(
            period_days=days,
            useful=judged.count("useful"),
            false_alarm=judged.count("false_alarm"),
            unclear=0,
            unstated=0,
            useful_share=share,
            useful_share_low=share,
            useful_share_high=share,
        )

    @app.get("/api/alerts/{alert_id}")
    def alert_detail(alert_id: int) -> AlertDetail:
        if alert_id not in state.alerts:
            raise NotFound(Message(es=f"No existe la alerta {alert_id}.", en=f"There is no alert {alert_id}."))
        found = state.alerts[alert_id]
        raised = step(1, "raised", found.timestamp)
        history = state.histories.setdefault(alert_id, [raised])
        return AlertDetail.model_validate({**found.model_dump(), "history": history})

    @app.post("/api/alerts/{alert_id}/notes")
    def annotate(alert_id: int, note: Annotated[AlertNote, Body()]) -> AlertDetail:
        detail = alert_detail(alert_id)
        state.decisions.append(("notes", alert_id, note.user_id, note.notes))
        noted = step(len(detail.history) + 1, "noted", utc_now(), user_id=note.user_id, notes=note.notes)
        state.histories[alert_id].append(noted)
        return alert_detail(alert_id)

    @app.get("/api/silences")
    def silences() -> SilenceList:
        return SilenceList(silences=state.silences, total=len(state.silences))

    @app.post("/api/silences")
    def begin_silence(wanted: Annotated[SilenceRequest, Body()]) -> Silence:
        state.silences.append(silence(len(state.silences) + 1, wanted))
        return state.silences[-1]

    @app.delete("/api/silences/{silence_id}")
    def end_silence(silence_id: int, user_id: str) -> Silence:
        ended = next(item for item in state.silences if item.id == silence_id)
        state.silences.remove(ended)
        return ended.model_copy(update={"ended_by": user_id, "ended_at": utc_now()})

    @app.get("/api/notifications")
    def notifications() -> NoticeQueue:
        return state.queue

    @app.post("/api/alerts/{alert_id}/{action}")
    def decide(alert_id: int, action: str, decision: Annotated[AlertDecision, Body()]) -> AlertChanged:
        state.decisions.append((action, alert_id, decision.user_id, decision.notes))
        if alert_id not in state.alerts:
            raise NotFound(Message(es=f"No existe la alerta {alert_id}.", en=f"There is no alert {alert_id}."))
        found = state.alerts[alert_id]
        if found.status == "resolved" and action == "acknowledge":
            raise Conflict(
                Message(es="La alerta ya está resuelta.", en="The alert has already been resolved."), field="status"
            )
        if action == "undo":
            undone = {"status": "pending", "acknowledged_by": None, "resolved_by": None, "version": found.version + 1}
            state.alerts[alert_id] = found.model_copy(update=undone)
            return AlertChanged(alert_id=alert_id, alert=state.alerts[alert_id])
        if decision.version is not None and decision.version < found.version:
            raise Conflict(Message(es="La alerta cambió.", en="The alert changed."))
        done = (
            {"status": "acknowledged", "acknowledged_by": decision.user_id, "acknowledged_at": utc_now()}
            if action == "acknowledge"
            else {
                "status": "resolved",
                "resolved_by": decision.user_id,
                "resolved_at": utc_now(),
                "resolution_notes": decision.notes,
                "outcome": decision.outcome,
            }
        )
        state.alerts[alert_id] = found.model_copy(update=done | {"version": found.version + 1})
        return AlertChanged(alert_id=alert_id, alert=state.alerts[alert_id])

    @app.get("/api/reports")
    def reports(
        limit: int = 20,
        cursor: str | None = None,
        start_date: str | None = None,
        end_date: str | None = None,
        brief: bool = False,
    ) -> ReportList:
        found = [
            item.model_copy(update={"per_employee_summary": {}, "coverage": []}) if brief else item
            for item in state.reports
            if (start_date is None or item.start_timestamp >= parse_moment(start_date))
            and (end_date is None or item.start_timestamp < parse_moment(end_date))
        ]
        first = int(cursor or 0)
        following = str(first + limit) if first + limit < len(found) else None
        shown = found[first : first + limit]
        return ReportList(reports=shown, total=len(found), next_cursor=following)

    @app.get("/api/reports/{place:path}")
    def paper(place: str, request: Request) -> Response:
        if "format" not in request.query_params:
            [wanted] = [item for item in state.reports if item.id == int(place)]
            return Response(wanted.model_dump_json(), media_type="application/json")
        return Response(f"{place} {request.query_params}", media_type="application/octet-stream")

    @app.websocket("/ws")
    async def follow(websocket: WebSocket, since: int | None = None) -> None:
        """A detection's event has the detection's id. What was missed comes before the answer to a ping."""
        state.calls.append("WS /ws")
        await websocket.accept()
        last = max([state.other_event, *(item.id for item in state.detections)])
        await websocket.send_text(Connected(timestamp=utc_now(), last_id=last).model_dump_json())
        for item in sorted(state.detections, key=lambda item: item.id):
            if since is not None and item.id > since:
                event = DetectionEvent(id=item.id, committed_at=item.created_at, data=item.model_dump(mode="json"))
                await websocket.send_text(event.model_dump_json())
                state.sent += 1
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
                await websocket.send_text(Pong(timestamp=utc_now()).model_dump_json())

    return app


def _problem(request: Request, error: StressVisionError) -> Response:
    problem = problem_of(error, reader_language(request.headers.get("accept-language"), "es"))
    return JSONResponse(problem.model_dump(mode="json"), problem.status, media_type="application/problem+json")


@contextmanager
def served(app: FastAPI, port: int = 0) -> Iterator[str]:
    """The app behind a real HTTP server on loopback; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started, "the fake API listens")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
