"""Health of the device: its report for the server and the preview, its heartbeat, its statistics."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import structlog

from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable, Language, Message
from stressvision.domain.load import Load, choose_load
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.delivery.client import ServerStatus
from stressvision.edge.delivery.outbox import Backlog, Outbox
from stressvision.edge.health.heartbeat import DeviceHeartbeat
from stressvision.edge.health.machine import MachineState, read_machine
from stressvision.edge.health.statistics import Statistics, StatisticsFile
from stressvision.edge.health.warnings import DeviceWarnings, WarningCounts
from stressvision.edge.status import DeviceStatus
from stressvision.vision.camera import Camera
from stressvision.vision.viewpoint import ViewWatch
from stressvision.wire.detections import DeviceHealth

_WATCHING = Message(es="vigilando {source}", en="watching {source}")
_NO_CAMERA = Message(es="sin cámara: {reason}", en="no camera: {reason}")
_STARTING = Message(es="esperando la primera imagen de {source}", en="waiting for the first frame of {source}")
_NO_MODEL = Message(es=" (sin modelo de expresión: solo fatiga)", en=" (no expression model: fatigue only)")
_TOKEN_REJECTED = Message(
    es="el servidor no acepta el token de este dispositivo (STRESSVISION_DEVICE_TOKEN_FILE); lo visto se guarda",
    en="the server rejects this device's token (STRESSVISION_DEVICE_TOKEN_FILE); detections are kept",
)
_PHOTOGRAPH = Message(es="posible fotografía ante la cámara", en="possibly a photograph held to the camera")
_MOVED = Message(
    es="la cámara parece movida: revise el encuadre, las máscaras y las zonas",
    en="the camera seems to have been moved: check the picture, the masks and the zones",
)
_SHEDDING = Message(es="analiza menos imágenes hasta enfriarse", en="processes fewer frames until it has cooled")
_DETAIL_LENGTH = 300

log = structlog.get_logger()


@dataclass
class DeviceCounters:
    """Counts since the device started.

    Attributes:
        taken: Frames taken from the camera.
        detections: Detections reported.
        named: Detections with an employee.
        unsaved: Messages that wait in memory because the outbox did not accept them.
    """

    taken: int = 0
    detections: int = 0
    named: int = 0
    unsaved: int = 0


@dataclass(frozen=True)
class HealthSources:
    """The parts of the device that its health is read from."""

    camera: Camera
    pipeline: Pipeline
    outbox: Outbox
    counters: DeviceCounters
    server: ServerStatus
    viewpoint: ViewWatch = field(default_factory=ViewWatch)


class HealthMonitor:
    """Examines the device, in the thread that runs it, and publishes the result in a DeviceStatus.

    Attributes:
        rest: Why the camera is closed on request; None while it watches.
    """

    def __init__(
        self,
        settings: Settings,
        sources: HealthSources,
        status: DeviceStatus,
        heartbeat: DeviceHeartbeat,
        statistics: StatisticsFile | None = None,
        *,
        preview_url: Callable[[], str | None] = lambda: None,
        examine: Callable[[], MachineState] = read_machine,
    ) -> None:
        self._settings, self._preview_url = settings, preview_url
        self._camera, self._pipeline, self._outbox = sources.camera, sources.pipeline, sources.outbox
        self._counters, self._server = sources.counters, sources.server
        self._viewpoint = sources.viewpoint
        self._status, self._heartbeat, self._statistics = status, heartbeat, statistics
        self._read_machine = examine
        self._started, self._instance_id = time.monotonic(), str(uuid4())
        self._machine = MachineState()
        self._backlog = Backlog(0, 0, 0)
        self._warnings = DeviceWarnings()
        self._frames_before = 0
        self._fps = 0.0
        self.rest: Message | None = None
        self._status.report = self._examine()

    @property
    def language(self) -> Language:
        """Language of the texts."""
        return self._settings.lang

    @property
    def backlog(self) -> Backlog:
        """Counts of the outbox, the last ones while it cannot be read."""
        return self._read_backlog()

    def update_machine(self, elapsed: float) -> None:
        """Read temperature and throttling, and set how much the pipeline does.

        It is slow (up to a second), so it runs less often than the rest.
        """
        del elapsed
        self._machine = self._read_machine()
        before = self._pipeline.load
        load = choose_load(before, self._machine.temperature, throttled=self._machine.throttled)
        if load is not before:
            self._pipeline.load = load
            log.warning("load changed by heat", load=load.value, temperature=self._machine.temperature)

    def update(self, elapsed: float) -> None:
        """Publish a new report and write the heartbeat. `elapsed`: seconds since the last update."""
        self._fps = (self._pipeline.frames - self._frames_before) / elapsed if elapsed else 0.0
        self._frames_before = self._pipeline.frames
        before, report = self._status.report, self._examine()
        self._status.report = report
        if report.state != before.state:
            log.info("device state changed", state=report.state, detail=report.detail)
        if report.state != "starting":
            # No heartbeat before: the launcher counts the component as started with the first one.
            state = "ready" if report.state in {"watching", "paused"} else report.state
            self._heartbeat.write(state if self._server.accepts_token else "not_admitted", report.detail)

    def close(self) -> None:
        """Remove the heartbeat and write the last line of the statistics."""
        self._heartbeat.remove()
        self._write_statistics(ended=True)

    def record(self, elapsed: float) -> None:
        """Append a line to the statistics file, if there is one."""
        del elapsed
        self._write_statistics(ended=False)

    def _write_statistics(self, *, ended: bool) -> None:
        if self._statistics is None:
            return
        backlog = self._read_backlog()
        self._statistics.write(
            Statistics(
                at=utc_now(),
                device_id=self._settings.device_id,
                seconds=round(time.monotonic() - self._started, 1),
                state=self._status.report.state,
                fps=round(self._fps, 1),
                frames_processed=self._pipeline.frames,
                frames_dropped=self._camera.dropped,
                breaks=self._camera.breaks,
                detections=self._counters.detections,
                named=self._counters.named,
                waiting=backlog.waiting + self._counters.unsaved,
                early=backlog.early,
                refused=backlog.refused,
                lost=backlog.dropped,
                stage_ms=self._pipeline.stages.mean_ms(),
                clock_ahead_seconds=self._clock_ahead_seconds(),
                temperature=self._machine.temperature,
                throttled=self._machine.throttled,
                ended=ended,
            )
        )

    def _examine(self) -> DeviceHealth:
        backlog = self._read_backlog()
        state, detail = self._camera_state()
        counts = WarningCounts(self._counters.taken, self._camera.dropped, backlog)
        warnings = self._warnings.update(time.monotonic(), counts, self._machine, self._server.clock_ahead)
        if not self._server.accepts_token:
            warnings.insert(0, _TOKEN_REJECTED)
        if self._viewpoint.moved:
            warnings.append(_MOVED)
        if self._pipeline.load is not Load.FULL:
            warnings.append(_SHEDDING)
        if any(mark.photograph for mark in self._pipeline.marks):
            warnings.append(_PHOTOGRAPH)
        detail = "; ".join([detail, *(warning.text(self._settings.lang) for warning in warnings)])
        return DeviceHealth(
            device_id=self._settings.device_id,
            instance_id=self._instance_id,
            location=self._settings.location,
            state=state,
            detail=detail[:_DETAIL_LENGTH],
            fps=round(self._fps, 1),
            frames_processed=self._pipeline.frames,
            frames_dropped=self._camera.dropped,
            outbox_depth=backlog.waiting + self._counters.unsaved,
            stage_ms=self._pipeline.stages.mean_ms(),
            preview_url=self._preview_url(),
            temperature=self._machine.temperature,
            throttled=self._machine.throttled,
            clock_ahead_seconds=self._clock_ahead_seconds(),
            moved=self._viewpoint.moved,
        )

    def _read_backlog(self) -> Backlog:
        try:
            self._backlog = self._outbox.backlog()
        except DatabaseUnavailable as error:
            log.error("outbox not read", reason=error.message.en)
        return self._backlog

    def _clock_ahead_seconds(self) -> float | None:
        ahead = self._server.clock_ahead
        return None if ahead is None else round(ahead.total_seconds(), 1)

    def _camera_state(self) -> tuple[str, str]:
        language = self._settings.lang
        note = "" if self._pipeline.has_expression else _NO_MODEL.text(language)
        if self.rest is not None:
            return "paused", self.rest.text(language) + note
        fault = self._camera.fault
        if fault is not None:
            return "no_camera", _NO_CAMERA.text(language).format(reason=fault.message.text(language)) + note
        source = self._camera.source.label.text(language)
        if not self._counters.taken:
            return "starting", _STARTING.text(language).format(source=source) + note
        return "watching", _WATCHING.text(language).format(source=source) + note
