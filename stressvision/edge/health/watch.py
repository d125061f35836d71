"""How the device is doing: for the server, for the launcher, and for whoever looks at its statistics afterwards."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import Message
from stressvision.core.heartbeat import remove_heartbeat, write_heartbeat
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.delivery.outbox import Outbox
from stressvision.edge.health.machine import Machine, examine_machine
from stressvision.edge.health.statistics import Statistics, StatisticsFile
from stressvision.edge.health.troubles import Counts, Troubles
from stressvision.vision.camera import Camera
from stressvision.wire.detections import DeviceHealth

_WATCHING = Message(es="vigilando {source}", en="watching {source}")
_NO_CAMERA = Message(es="sin cámara: {reason}", en="no camera: {reason}")
_STARTING = Message(es="esperando la primera imagen de {source}", en="waiting for the first picture of {source}")
_NO_MODEL = Message(es=" (sin modelo de expresión: solo fatiga)", en=" (no expression model: fatigue only)")
_NOT_ADMITTED = Message(
    es="el servidor no acepta el token de este dispositivo (STRESSVISION_DEVICE_TOKEN_FILE); lo visto se guarda",
    en="the server does not accept this device's token (STRESSVISION_DEVICE_TOKEN_FILE); what is seen is kept",
)
_PHOTOGRAPH = Message(es="posible fotografía ante la cámara", en="possibly a photograph held to the camera")

log = structlog.get_logger()


@dataclass
class DeviceCounters:
    """What the device has done since it began. `taken`: pictures; `named`: detections with a name.

    `unsaved`: detections that wait in memory, because the outbox did not take them.
    """

    taken: int = 0
    detections: int = 0
    named: int = 0
    unsaved: int = 0


class HealthWatch:
    """Examines the device from the thread that runs it; `latest` and `to_json` are for any other."""

    def __init__(
        self,
        settings: Settings,
        component: str,
        camera: Camera,
        pipeline: Pipeline,
        outbox: Outbox,
        tally: DeviceCounters,
        *,
        clock_ahead: Callable[[], timedelta | None],
        is_admitted: Callable[[], bool],
        has_expression: bool,
        statistics: Path | None,
        examine: Callable[[], Machine] = examine_machine,
    ) -> None:
        """`clock_ahead` tells how far this device's clock is ahead of the server's, or None while nobody knows;
        `is_admitted` whether the server accepts this device's token.
        """
        self._settings, self._component = settings, component
        self._camera, self._pipeline, self._outbox, self._tally = camera, pipeline, outbox, tally
        self._clock_ahead, self._examine_machine, self._is_admitted = clock_ahead, examine, is_admitted
        self.preview_url: str | None = None
        self._note = "" if has_expression else _NO_MODEL.text(settings.lang)
        self._statistics = StatisticsFile(statistics) if statistics else None
        self._began = time.monotonic()
        self._machine = Machine()
        self._troubles = Troubles()
        self._frames_before = 0
        self._fps = 0.0
        self._beats = True
        self.latest = self._examine()

    def to_json(self) -> str:
        return self.latest.model_dump_json()

    def look_at_machine(self, elapsed: float) -> None:
        """Reads temperature and throttling, which takes a while: less often than the rest."""
        del elapsed
        self._machine = self._examine_machine()

    def say(self, elapsed: float) -> None:
        """Examines, and writes the heartbeat; `elapsed`: seconds since the last time."""
        self._fps = (self._pipeline.frames - self._frames_before) / elapsed if elapsed else 0.0
        self._frames_before = self._pipeline.frames
        before, self.latest = self.latest, self._examine()
        if self.latest.state != before.state:
            log.info("state", state=self.latest.state, detail=self.latest.detail)
        if self.latest.state != "starting":
            # Until then it is as silent as a program that has not got so far.
            state = "ready" if self.latest.state == "watching" else self.latest.state
            self._beat(state if self._is_admitted() else "not_admitted")

    def _beat(self, state: str) -> None:
        try:
            write_heartbeat(
                self._settings.run_dir, self._component, at=time.monotonic(), state=state, detail=self.latest.detail
            )
        except OSError as error:
            if self._beats:
                log.error("the heartbeat cannot be written: the launcher sees none", reason=error.strerror)
            self._beats = False
        else:
            self._beats = True

    def fall_silent(self) -> None:
        """Takes the heartbeat back, and writes the last line of the statistics."""
        try:
            remove_heartbeat(self._settings.run_dir, self._component)
        except OSError as error:
            log.error("the heartbeat cannot be taken back: it will count as old", reason=error.strerror)
        self._record(ended=True)

    def record(self, elapsed: float) -> None:
        """Adds a line to the statistics, where they are wanted."""
        del elapsed
        self._record(ended=False)

    def _record(self, *, ended: bool) -> None:
        if self._statistics is None:
            return
        backlog = self._outbox.backlog()
        self._statistics.write(
            Statistics(
                at=utc_now(),
                device_id=self._settings.device_id,
                seconds=round(time.monotonic() - self._began, 1),
                state=self.latest.state,
                fps=round(self._fps, 1),
                frames_processed=self._pipeline.frames,
                frames_dropped=self._camera.dropped,
                breaks=self._camera.breaks,
                detections=self._tally.detections,
                named=self._tally.named,
                waiting=backlog.waiting + self._tally.unsaved,
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
        backlog = self._outbox.backlog()
        state, detail = self._condition()
        counts = Counts(self._tally.taken, self._camera.dropped, backlog)
        troubles = self._troubles.describe(time.monotonic(), counts, self._machine, self._clock_ahead())
        if not self._is_admitted():
            troubles.insert(0, _NOT_ADMITTED)
        if any(mark.photograph for mark in self._pipeline.marks):
            troubles.append(_PHOTOGRAPH)
        detail = "; ".join([detail, *(trouble.text(self._settings.lang) for trouble in troubles)])
        return DeviceHealth(
            device_id=self._settings.device_id,
            location=self._settings.location,
            state=state,
            detail=detail[:300],
            fps=round(self._fps, 1),
            frames_processed=self._pipeline.frames,
            frames_dropped=self._camera.dropped,
            outbox_depth=backlog.waiting + self._tally.unsaved,
            stage_ms=self._pipeline.stages.mean_ms(),
            preview_url=self.preview_url,
            temperature=self._machine.temperature,
            throttled=self._machine.throttled,
            clock_ahead_seconds=self._clock_ahead_seconds(),
        )

    def _clock_ahead_seconds(self) -> float | None:
        ahead = self._clock_ahead()
        return None if ahead is None else round(ahead.total_seconds(), 1)

    def _condition(self) -> tuple[str, str]:
        language = self._settings.lang
        fault = self._camera.fault
        if fault is not None:
            return "no_camera", _NO_CAMERA.text(language).format(reason=fault.message.text(language)) + self._note
        source = self._camera.source.label.text(language)
        if not self._tally.taken:
            return "starting", _STARTING.text(language).format(source=source) + self._note
        return "watching", _WATCHING.text(language).format(source=source) + self._note
