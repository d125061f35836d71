"""The device: watches, keeps what it sees until it is delivered, and says how it is doing."""

import threading
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import structlog

from stressvision.core.cameras import ONLY_DEVICE
from stressvision.core.clock import from_stored, utc_now
from stressvision.core.config import Settings
from stressvision.edge.capture.models import Models, load_models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.contact import Contact
from stressvision.edge.delivery.courier import Courier
from stressvision.edge.delivery.credentials import read_token
from stressvision.edge.delivery.enrolled import EnrolledPeople, stricter
from stressvision.edge.delivery.intake import Intake
from stressvision.edge.delivery.outbox import MessageKind, Outbox
from stressvision.edge.health.watch import DeviceCounters, HealthWatch
from stressvision.edge.preview.drawing import draw
from stressvision.edge.preview.server import Board, start_preview
from stressvision.edge.preview.window import can_open_window, close_window, show_in_window
from stressvision.edge.routine import Routine
from stressvision.vision.camera import Camera, Shot
from stressvision.vision.source import Source
from stressvision.wire.detections import SessionEnd, SessionStart

HEARTBEAT_SECONDS = 1.0
TAKE_SECONDS = 0.25
GOODBYE_SECONDS = 2.5
INTAKE_SECONDS = 10.0
MACHINE_SECONDS = 10.0
STATISTICS_SECONDS = 60.0

log = structlog.get_logger()


def watch(
    settings: Settings,
    source: Source,
    stopping: threading.Event,
    statistics: Path | None = None,
    component: str = ONLY_DEVICE,
) -> None:
    """Runs the device until `stopping` is set, or until a recording that is played once has ended.

    `statistics`: a file to which a line is added every minute and at the end. `component`: as what it writes its
    heartbeat for the launcher.

    Raises ModelUnavailable where a network is missing, DatabaseUnavailable where the outbox cannot be opened.
    """
    models = load_models(settings)
    outbox = Outbox(settings.outbox_path)
    try:
        _Watch(settings, source, models, outbox, statistics, component).run(stopping)
    finally:
        outbox.close()


class _Watch:
    """One run of the device, from the beginning of its session to the end."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        models: Models,
        outbox: Outbox,
        statistics: Path | None,
        component: str,
    ) -> None:
        self._settings, self._source, self._outbox = settings, source, outbox
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
        self._tally = DeviceCounters()
        self._window = not settings.headless and can_open_window()
        token, trusted_ca = read_token(settings), settings.trusted_ca
        self._courier = Courier(outbox, IngestClient(settings.ingest_base, token=token, trusted_ca=trusted_ca))
        self._intake = Intake(outbox, self._courier.notice)
        self._contact = Contact(
            IngestClient(settings.ingest_base, token=token, trusted_ca=trusted_ca),
            self._people,
            lambda: self._health.latest,
            gallery_seconds=settings.gallery_seconds,
        )
        self._began = utc_now()
        self._unfinished = outbox.unfinished_sessions(settings.device_id)
        self._session_id = _new_session_id(settings.device_id, int(self._began.timestamp()), self._unfinished)
        self._started = time.monotonic()
        self._health = HealthWatch(
            settings,
            component,
            self._camera,
            self._pipeline,
            outbox,
            self._tally,
            clock_ahead=lambda: self._contact.clock_ahead,
            is_admitted=lambda: self._contact.is_admitted,
            has_expression=models.expression is not None,
            statistics=statistics,
        )
        self._board = Board()
        self._preview = start_preview(self._board, settings.preview_port, self._health.to_json)
        self._health.preview_url = self._preview.url if self._preview else None

    def run(self, stopping: threading.Event) -> None:
        self._begin_session()
        self._camera.start()
        self._courier.start()
        self._contact.start()
        routines = [
            Routine(MACHINE_SECONDS, self._health.look_at_machine),
            Routine(HEARTBEAT_SECONDS, self._health.say),
            Routine(INTAKE_SECONDS, self._tend_intake),
            Routine(STATISTICS_SECONDS, self._health.record, first_after=STATISTICS_SECONDS),
        ]
        try:
            while not stopping.is_set() and not self._camera.finished:
                shot = self._camera.take(TAKE_SECONDS)
                self._follow_gallery()
                if shot is not None:
                    self._look_at(shot)
                self._tally.unsaved = self._intake.unsaved
                for routine in routines:
                    routine.run_if_due(time.monotonic())
        finally:
            self._stop(time.monotonic() - self._started)

    def _look_at(self, shot: Shot) -> None:
        self._tally.taken += 1
        detections = self._pipeline.process(shot, self._session_id)
        self._tally.detections += len(detections)
        self._tally.named += sum(detection.employee_id is not None for detection in detections)
        if detections:
            self._intake.keep(
                *((MessageKind.DETECTION, str(item.event_id), item.model_dump_json()) for item in detections)
            )
        self._board.show(lambda: draw(shot.frame, self._pipeline.marks, self._settings.lang))
        if self._window:
            show_in_window(draw(shot.frame, self._pipeline.marks, self._settings.lang))

    def _follow_gallery(self) -> None:
        enrolled = self._people.current()
        if enrolled.version != self._people_version:
            self._people_version = enrolled.version
            self._pipeline.rules = replace(self._rules, policy=stricter(self._settings.policy, enrolled.policy))
            self._pipeline.use_gallery(enrolled.gallery, time.monotonic())
            if enrolled.people is not None:
                self._intake.forget_others(enrolled.people)

    def _begin_session(self) -> None:
        ended = [
            (MessageKind.SESSION_END, key, SessionEnd(end_timestamp=from_stored(seen_at)).model_dump_json())
            for key, seen_at in self._unfinished.items()
        ]
        start = SessionStart(
            device_id=self._settings.device_id,
            location=self._settings.location,
            session_id=self._session_id,
            start_timestamp=self._began,
        )
        self._outbox.add_all([*ended, (MessageKind.SESSION_START, self._session_id, start.model_dump_json())])
        log.info("session begins", session=self._session_id, source=self._source.label.en)

    def _tend_intake(self, elapsed: float) -> None:
        del elapsed
        self._intake.sign_session(self._session_id)
        self._intake.retry()

    def _stop(self, seconds: float) -> None:
        self._camera.stop()
        end = SessionEnd(
            end_timestamp=utc_now(),
            fps_avg=round(self._pipeline.frames / seconds, 2) if seconds > 0 else 0.0,
            frames_processed=self._pipeline.frames,
        )
        self._intake.keep((MessageKind.SESSION_END, self._session_id, end.model_dump_json()))
        self._tally.unsaved = self._intake.unsaved
        self._contact.stop(GOODBYE_SECONDS)
        self._courier.stop(GOODBYE_SECONDS)
        self._board.close()
        if self._preview is not None:
            self._preview.stop()
        if self._window:
            close_window()
        self._health.fall_silent()
        backlog = self._outbox.backlog()
        log.info("session ends", session=self._session_id, frames=self._pipeline.frames, waiting=backlog.waiting)


def _new_session_id(device_id: str, epoch: int, taken: Collection[str]) -> str:
    """A name that no session has which was cut short: one killed and started again may fall into the same second."""
    while (session_id := f"session_{device_id}_{epoch}") in taken:
        epoch += 1
    return session_id
