"""The device: watches, keeps what it sees until it is delivered, and says how it is doing."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import structlog

from stressvision.clock import from_stored, utc_now
from stressvision.config import Settings
from stressvision.edge.client import IngestClient
from stressvision.edge.contact import Contact
from stressvision.edge.courier import Courier
from stressvision.edge.drawing import draw
from stressvision.edge.enrolled import EnrolledPeople, stricter
from stressvision.edge.machine import Machine, examine_machine
from stressvision.edge.models import Models, load_models
from stressvision.edge.outbox import Kind, Outbox
from stressvision.edge.pipeline import Pipeline, Rules
from stressvision.edge.preview import Board, PreviewServer, start_preview
from stressvision.edge.statistics import Statistics, StatisticsFile
from stressvision.edge.troubles import Counts, Troubles
from stressvision.edge.window import can_open_window, close_window, show_in_window
from stressvision.errors import DatabaseUnavailable, Message
from stressvision.heartbeat import remove_heartbeat, write_heartbeat
from stressvision.vision.camera import Camera, Shot
from stressvision.vision.source import Source
from stressvision.wire.detections import DetectionIn, DeviceHealth, SessionEnd, SessionStart

COMPONENT = "edge"
HEARTBEAT_SECONDS = 1.0
TAKE_SECONDS = 0.25
GOODBYE_SECONDS = 2.5
SESSION_SIGN_SECONDS = 10.0
MACHINE_SECONDS = 10.0
STATISTICS_SECONDS = 60.0
UNSAVED_KEPT = 1000

_WATCHING = Message(es="vigilando {source}", en="watching {source}")
_NO_CAMERA = Message(es="sin cámara: {reason}", en="no camera: {reason}")
_STARTING = Message(es="esperando la primera imagen de {source}", en="waiting for the first picture of {source}")
_NO_MODEL = Message(es=" (sin modelo de expresión: solo fatiga)", en=" (no expression model: fatigue only)")
_PHOTOGRAPH = Message(es="posible fotografía ante la cámara", en="possibly a photograph held to the camera")

log = structlog.get_logger()


def watch(settings: Settings, source: Source, stopping: threading.Event, statistics: Path | None = None) -> None:
    """Runs the device until `stopping` is set, or until a recording that is played once has ended.

    `statistics`: a file to which a line is added every minute and at the end.

    Raises ModelUnavailable where a network is missing, DatabaseUnavailable where the outbox cannot be opened.
    """
    models = load_models(settings)
    outbox = Outbox(settings.outbox_path)
    try:
        _Watch(settings, source, models, outbox, statistics).run(stopping)
    finally:
        outbox.close()


class _Watch:
    """One run of the device, from the beginning of its session to the end."""

    def __init__(
        self, settings: Settings, source: Source, models: Models, outbox: Outbox, statistics: Path | None
    ) -> None:
        self._settings, self._source, self._outbox = settings, source, outbox
        self._has_expression = models.expression is not None
        self._rules = Rules(
            settings.device_id,
            settings.policy,
            settings.analyse_unknown,
            settings.detection_seconds,
            flag_photographs=settings.liveness == "flag",
        )
        self._pipeline = Pipeline(models, self._rules)
        self._camera = Camera(source)
        self._people = EnrolledPeople(
            threshold=settings.recognition_threshold,
            margin=settings.recognition_margin,
            lease_seconds=settings.gallery_lease_seconds,
            monotonic=time.monotonic,
        )
        self._people_version = 0
        self._unsaved: deque[tuple[Kind, str, str]] = deque(maxlen=UNSAVED_KEPT)
        self._board = Board()
        self._preview: PreviewServer | None = None
        self._window = not settings.headless and can_open_window()
        self._courier = Courier(outbox, IngestClient(settings.ingest_base))
        self._contact = Contact(
            IngestClient(settings.ingest_base),
            self._people,
            lambda: self._health,
            gallery_seconds=settings.gallery_seconds,
        )
        self._began = utc_now()
        self._unfinished = outbox.unfinished_sessions(settings.device_id)
        self._session_id = _new_session_id(settings.device_id, int(self._began.timestamp()), self._unfinished)
        self._started = time.monotonic()
        self._statistics = StatisticsFile(statistics) if statistics else None
        self._machine = Machine()
        self._troubles = Troubles()
        self._seen_picture = False
        self._taken = self._detections = self._named = 0
        self._frames_before = 0
        self._fps = 0.0
        self._health = self._examine()
        self._preview = start_preview(self._board, settings.preview_port, self._health_json)

    def run(self, stopping: threading.Event) -> None:
        self._begin_session()
        self._camera.start()
        self._courier.start()
        self._contact.start()
        routines = [
            _Routine(MACHINE_SECONDS, self._look_at_machine),
            _Routine(HEARTBEAT_SECONDS, self._say_how_it_is),
            _Routine(SESSION_SIGN_SECONDS, self._sign_session),
            _Routine(STATISTICS_SECONDS, self._record_statistics, first_after=STATISTICS_SECONDS),
        ]
        try:
            while not stopping.is_set() and not self._camera.finished:
                shot = self._camera.take(TAKE_SECONDS)
                self._follow_gallery()
                if shot is not None:
                    self._look_at(shot)
                for routine in routines:
                    routine.run_if_due(time.monotonic())
        finally:
            self._stop(time.monotonic() - self._started)

    def _look_at(self, shot: Shot) -> None:
        self._seen_picture = True
        self._taken += 1
        detections = self._pipeline.process(shot, self._session_id)
        self._detections += len(detections)
        self._named += sum(detection.employee_id is not None for detection in detections)
        if detections or self._unsaved:
            self._keep(detections)
        self._board.show(lambda: draw(shot.frame, self._pipeline.marks, self._settings.lang))
        if self._window:
            show_in_window(draw(shot.frame, self._pipeline.marks, self._settings.lang))

    def _keep(self, detections: list[DetectionIn]) -> None:
        self._unsaved.extend((Kind.DETECTION, str(item.event_id), item.model_dump_json()) for item in detections)
        try:
            self._outbox.add_all(list(self._unsaved))
        except DatabaseUnavailable as error:
            log.error("detections wait in memory", count=len(self._unsaved), reason=error.message.en)
        else:
            self._unsaved.clear()
            self._courier.notice()

    def _follow_gallery(self) -> None:
        enrolled = self._people.current()
        if enrolled.version != self._people_version:
            self._people_version = enrolled.version
            self._pipeline.rules = replace(self._rules, policy=stricter(self._settings.policy, enrolled.policy))
            self._pipeline.use_gallery(enrolled.gallery, time.monotonic())

    def _begin_session(self) -> None:
        ended = [
            (Kind.SESSION_END, key, SessionEnd(end_timestamp=from_stored(seen_at)).model_dump_json())
            for key, seen_at in self._unfinished.items()
        ]
        start = SessionStart(
            device_id=self._settings.device_id,
            location=self._settings.location,
            session_id=self._session_id,
            start_timestamp=self._began,
        )
        self._outbox.add_all([*ended, (Kind.SESSION_START, self._session_id, start.model_dump_json())])
        log.info("session begins", session=self._session_id, source=self._source.label.en)

    def _stop(self, seconds: float) -> None:
        self._camera.stop()
        end = SessionEnd(
            end_timestamp=utc_now(),
            fps_avg=round(self._pipeline.frames / seconds, 2) if seconds > 0 else 0.0,
            frames_processed=self._pipeline.frames,
        )
        self._keep([])
        self._outbox.add(Kind.SESSION_END, self._session_id, end.model_dump_json())
        self._contact.stop(GOODBYE_SECONDS)
        self._courier.stop(GOODBYE_SECONDS)
        self._board.close()
        if self._preview is not None:
            self._preview.stop()
        if self._window:
            close_window()
        remove_heartbeat(self._settings.run_dir, COMPONENT)
        self._record(ended=True)
        backlog = self._outbox.backlog()
        log.info("session ends", session=self._session_id, frames=self._pipeline.frames, waiting=backlog.waiting)

    def _sign_session(self, elapsed: float) -> None:
        del elapsed
        self._outbox.touch_session(self._session_id)

    def _look_at_machine(self, elapsed: float) -> None:
        del elapsed
        self._machine = examine_machine()

    def _record_statistics(self, elapsed: float) -> None:
        del elapsed
        self._record(ended=False)

    def _record(self, *, ended: bool) -> None:
        if self._statistics is None:
            return
        backlog, ahead = self._outbox.backlog(), self._contact.measured_clock_ahead
        self._statistics.write(
            Statistics(
                at=utc_now(),
                device_id=self._settings.device_id,
                seconds=round(time.monotonic() - self._started, 1),
                state=self._health.state,
                fps=round(self._fps, 1),
                frames_processed=self._pipeline.frames,
                frames_dropped=self._camera.dropped,
                breaks=self._camera.breaks,
                detections=self._detections,
                named=self._named,
                waiting=backlog.waiting + len(self._unsaved),
                early=backlog.early,
                refused=backlog.refused,
                lost=backlog.dropped,
                stage_ms=self._pipeline.stages.mean_ms(),
                clock_ahead_seconds=round(ahead.total_seconds(), 1) if ahead is not None else None,
                temperature=self._machine.temperature,
                throttled=self._machine.throttled,
                ended=ended,
            )
        )

    def _say_how_it_is(self, elapsed: float) -> None:
        self._fps = (self._pipeline.frames - self._frames_before) / elapsed if elapsed else 0.0
        self._frames_before = self._pipeline.frames
        before, self._health = self._health, self._examine()
        if self._health.state != before.state:
            log.info("state", state=self._health.state, detail=self._health.detail)
        if self._health.state != "starting":
            # Until then it is as silent as a program that has not got so far.
            state = "ready" if self._health.state == "watching" else self._health.state
            write_heartbeat(
                self._settings.run_dir, COMPONENT, at=time.monotonic(), state=state, detail=self._health.detail
            )

    def _health_json(self) -> str:
        return self._health.model_dump_json()

    def _examine(self) -> DeviceHealth:
        backlog = self._outbox.backlog()
        state, detail = self._condition()
        counts = Counts(self._taken, self._camera.dropped, backlog)
        troubles = self._troubles.describe(time.monotonic(), counts, self._machine, self._contact.clock_ahead)
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
            outbox_depth=backlog.waiting + len(self._unsaved),
            stage_ms=self._pipeline.stages.mean_ms(),
            preview_url=self._preview.url if self._preview else None,
        )

    def _condition(self) -> tuple[str, str]:
        language = self._settings.lang
        note = "" if self._has_expression else _NO_MODEL.text(language)
        fault = self._camera.fault
        if fault is not None:
            return "no_camera", _NO_CAMERA.text(language).format(reason=fault.message.text(language)) + note
        source = self._source.label.text(language)
        if not self._seen_picture:
            return "starting", _STARTING.text(language).format(source=source) + note
        return "watching", _WATCHING.text(language).format(source=source) + note


def _new_session_id(device_id: str, epoch: int, taken: Collection[str]) -> str:
    """A name that no session has which was cut short: one killed and started again may fall into the same second."""
    while (session_id := f"session_{device_id}_{epoch}") in taken:
        epoch += 1
    return session_id


class _Routine:
    """Something done every so often, at once for the first time unless `first_after` says otherwise.

    `action` is told the seconds since the last time.
    """

    def __init__(self, every: float, action: Callable[[float], None], *, first_after: float | None = None) -> None:
        self._every, self._action = every, action
        self._done_at = float("-inf") if first_after is None else time.monotonic() + first_after - every

    def run_if_due(self, now: float) -> None:
        elapsed = now - self._done_at
        if elapsed >= self._every:
            self._done_at = now
            self._action(elapsed)
