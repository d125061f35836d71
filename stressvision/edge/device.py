"""The camera device: `build_device` assembles it, `CameraDevice.run` is its main loop."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import structlog

from stressvision.core.cameras import ONLY_DEVICE
from stressvision.core.config import Settings
from stressvision.core.program import release_unused_memory
from stressvision.edge.capture.models import Models, load_models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.edge.delivery.buffer import OutboxBuffer
from stressvision.edge.delivery.camera_settings import CameraSettingsCache
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.gallery import GalleryCache, GalleryState, stricter
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from stressvision.edge.delivery.server_sync import ServerSync
from stressvision.edge.delivery.token import read_token
from stressvision.edge.delivery.uploader import Uploader
from stressvision.edge.health.heartbeat import DeviceHeartbeat
from stressvision.edge.health.monitor import DeviceCounters, HealthMonitor, HealthSources
from stressvision.edge.health.statistics import StatisticsFile
from stressvision.edge.preview.access import PreviewAccess
from stressvision.edge.preview.display import Display
from stressvision.edge.session import DeviceSession
from stressvision.edge.status import DeviceStatus
from stressvision.edge.watch_plan import WatchPlan
from stressvision.vision.camera import Camera, Shot
from stressvision.vision.source import Source
from stressvision.vision.viewpoint import ViewWatch
from stressvision.wire.detections import DeviceHealth

FRAME_WAIT_SECONDS = 0.25
SHUTDOWN_SECONDS = 2.5
"""Time for each of the two network threads to finish."""
FIRST_EXCHANGE_SECONDS = 2.0
HEARTBEAT_SECONDS = 1.0
RETRY_SECONDS = 10.0
MACHINE_SECONDS = 10.0
STATISTICS_SECONDS = 60.0
MEMORY_SECONDS = 30.0

log = structlog.get_logger()


def run_device(
    settings: Settings,
    source: Source,
    stopping: threading.Event,
    statistics: Path | None = None,
    component: str = ONLY_DEVICE,
) -> None:
    """Run the device until `stopping` is set, or until a recording that is played once has ended.

    Args:
        settings: Settings of the device.
        source: The camera or recording.
        stopping: Set by another thread or a signal handler to stop the device.
        statistics: File to which a line of figures is appended every minute and at the end.
        component: Name of the heartbeat that the launcher reads.

    Raises:
        ModelUnavailable: If a required network is missing.
        DatabaseUnavailable: If the outbox cannot be opened.
        ConfigurationError: If the device's token cannot be read or would be sent unencrypted.
        CameraUnavailable: If a recording that is played once cannot be opened or contains no picture.
    """
    models = load_models(settings)
    release_unused_memory()
    outbox = Outbox(settings.outbox_path)
    try:
        build_device(settings, source, models, outbox, statistics, component).run(stopping)
    finally:
        outbox.close()


def build_device(
    settings: Settings, source: Source, models: Models, outbox: Outbox, statistics: Path | None, component: str
) -> "CameraDevice":
    """Build the parts of the device, each from those before it; no thread but the preview server's is started."""
    token = read_token(settings)
    # One connection per thread: a slow upload must not delay a withdrawal of consent.
    upload_client, sync_client = _build_client(settings, token), _build_client(settings, token)
    rules = _rules_of(settings)
    pipeline, counters = Pipeline(models, rules), DeviceCounters()
    camera = Camera(source, due_at=lambda: pipeline.due_at)
    viewpoint = ViewWatch()
    gallery = GalleryCache(
        threshold=settings.recognition_threshold,
        margin=settings.recognition_margin,
        lease_seconds=settings.gallery_lease_seconds,
        monotonic=time.monotonic,
    )
    uploader = Uploader(outbox, upload_client, device_id=settings.device_id)
    buffer = OutboxBuffer(outbox, uploader.wake)
    session = DeviceSession(settings, outbox, buffer)

    status = DeviceStatus(DeviceHealth(device_id=settings.device_id, location=settings.location, state="starting"))
    display = Display(
        settings.preview_port,
        settings.lang,
        status.to_json,
        window=not settings.headless,
        access=PreviewAccess(token, sync_client.status),
    )
    health = HealthMonitor(
        settings,
        HealthSources(camera, pipeline, outbox, counters, sync_client.status, viewpoint),
        status,
        DeviceHeartbeat(settings.run_dir, component),
        StatisticsFile(statistics) if statistics else None,
        preview_url=lambda: display.url,
    )
    camera_settings = CameraSettingsCache(settings.outbox_path.with_suffix(".camera.json"), settings.device_id)
    sync = ServerSync(sync_client, gallery, camera_settings, status, gallery_seconds=settings.gallery_seconds)
    plan = WatchPlan(settings, lambda: camera_settings.current, sync_client.server_time)
    return CameraDevice(
        rules,
        CaptureParts(camera, pipeline, counters, plan, viewpoint),
        DeliveryParts(outbox, session, buffer, uploader, sync, gallery),
        health,
        display,
    )


def _build_client(settings: Settings, token: str) -> IngestClient:
    return IngestClient(
        settings.ingest_base,
        token=token,
        reload_token=partial(read_token, settings),
        trusted_ca=settings.trusted_ca,
    )


def _rules_of(settings: Settings) -> Rules:
    return Rules(
        settings.device_id,
        settings.policy,
        settings.analyse_unknown,
        settings.detection_seconds,
        flag_photographs=settings.liveness == "flag",
    )


@dataclass(frozen=True)
class CaptureParts:
    """The part of a device that turns frames into detections."""

    camera: Camera
    pipeline: Pipeline
    counters: DeviceCounters
    plan: WatchPlan
    viewpoint: ViewWatch


@dataclass(frozen=True)
class DeliveryParts:
    """The part of a device that exchanges data with the ingest server."""

    outbox: Outbox
    session: DeviceSession
    buffer: OutboxBuffer
    uploader: Uploader
    sync: ServerSync
    gallery: GalleryCache


class PeriodicTask:
    """An action of the main loop that is due every `every` seconds; it receives the seconds since its last run.

    It is due at once, or after `first_after` seconds.
    """

    def __init__(self, every: float, action: Callable[[float], None], *, first_after: float | None = None) -> None:
        self._every, self._action = every, action
        self._ran_at = float("-inf") if first_after is None else time.monotonic() + first_after - every

    def run_if_due(self, now: float) -> None:
        """Run the action if it is due. `now`: monotonic seconds."""
        elapsed = now - self._ran_at
        if elapsed >= self._every:
            self._ran_at = now
            self._action(elapsed)


class CameraDevice:
    """One run of the device, from the start of its session to the end."""

    def __init__(
        self, rules: Rules, capture: CaptureParts, delivery: DeliveryParts, health: HealthMonitor, display: Display
    ) -> None:
        self._rules, self._delivery, self._health, self._display = rules, delivery, health, display
        self._camera, self._pipeline, self._counters = capture.camera, capture.pipeline, capture.counters
        self._plan, self._viewpoint = capture.plan, capture.viewpoint
        self._gallery_version = 0
        self._database_id: str | None = None

    def run(self, stopping: threading.Event) -> None:
        """Process frames until `stopping` is set or the recording has ended; then deliver what is left.

        Raises:
            DatabaseUnavailable: If the start of the session cannot be stored.
            CameraUnavailable: If a recording that is played once contains no picture.
        """
        delivery, started = self._delivery, time.monotonic()
        delivery.session.start(self._camera.source.label.en)
        delivery.uploader.start()
        delivery.sync.start()
        # What must not be watched is known before the first picture: from the server, or from an earlier run.
        delivery.sync.wait_until_attempted(FIRST_EXCHANGE_SECONDS)
        self._follow_plan(0.0)
        self._camera.start()
        tasks = [
            PeriodicTask(HEARTBEAT_SECONDS, self._follow_plan),
            PeriodicTask(MACHINE_SECONDS, self._health.update_machine),
            PeriodicTask(HEARTBEAT_SECONDS, self._health.update),
            PeriodicTask(RETRY_SECONDS, self._retry_writes),
            PeriodicTask(MEMORY_SECONDS, lambda elapsed: release_unused_memory(), first_after=MEMORY_SECONDS),
            PeriodicTask(STATISTICS_SECONDS, self._health.record, first_after=STATISTICS_SECONDS),
        ]
        try:
            while not stopping.is_set() and not self._camera.finished:
                shot = self._camera.take(FRAME_WAIT_SECONDS)
                self._apply_gallery(delivery.gallery.current())
                if shot is not None:
                    self._process_frame(shot)
                self._counters.unsaved = delivery.buffer.unsaved
                for task in tasks:
                    task.run_if_due(time.monotonic())
        finally:
            self._stop(time.monotonic() - started)
        if self._camera.finished and not self._counters.taken and self._camera.fault is not None:
            raise self._camera.fault

    def _follow_plan(self, elapsed: float) -> None:
        """Close or open the camera as its schedule and its pause require, and look where its settings say."""
        del elapsed
        view = self._plan.view()
        if view != self._pipeline.view:
            self._pipeline.view = view
            if self._counters.taken:
                # New masks change the picture, and their author has seen it; those of the start are older.
                self._viewpoint.restart()
        rest = self._plan.rest()
        if rest is not None:
            if not self._camera.closed:
                self._camera.close()
                self._pipeline.clear()
                log.info("camera closed", reason=rest.en)
            self._display.show_notice(rest.text(self._health.language))
        elif self._camera.closed:
            self._camera.reopen()
            log.info("camera opened again")
        self._health.rest = rest

    def _process_frame(self, taken: Shot) -> None:
        shot = replace(taken, frame=self._pipeline.view.cover(taken.frame))
        self._counters.taken += 1
        detections = self._pipeline.process(shot, self._delivery.session.id)
        self._counters.detections += len(detections)
        self._counters.named += sum(detection.employee_id is not None for detection in detections)
        for detection in detections:
            detection.database_id = self._database_id if detection.employee_id is not None else None
        if detections:
            self._delivery.buffer.enqueue(
                *(
                    OutboxMessage(MessageKind.DETECTION, str(item.event_id), item.model_dump_json())
                    for item in detections
                )
            )
        if not self._camera.source.paced:  # a recording's scenes are no fault
            self._viewpoint.observe(shot.frame, shot.elapsed)
        self._display.show(shot.frame, self._pipeline.marks)

    def _apply_gallery(self, state: GalleryState) -> None:
        if state.version == self._gallery_version:
            return
        self._gallery_version = state.version
        self._pipeline.rules = replace(self._rules, policy=stricter(self._rules.policy, state.policy))
        self._pipeline.use_gallery(state.gallery, time.monotonic())
        if state.codes is not None:
            self._database_id = state.database_id or None
            self._delivery.buffer.follow_gallery(state.codes, state.database_id)

    def _retry_writes(self, elapsed: float) -> None:
        del elapsed
        self._delivery.session.keep_alive()
        self._delivery.buffer.retry()

    def _log_recording(self) -> None:
        skipped = round(self._camera.skipped_seconds, 1)
        if skipped:
            log.warning("recording damaged, passages skipped", seconds=skipped, frames=self._pipeline.frames)
        if self._camera.finished:
            log.info("recording ended", frames=self._pipeline.frames, dropped=self._camera.dropped)

    def _stop(self, seconds: float) -> None:
        delivery = self._delivery
        self._camera.stop()
        self._log_recording()
        delivery.session.end(self._pipeline.frames, seconds)
        self._counters.unsaved = delivery.buffer.unsaved
        delivery.sync.stop(SHUTDOWN_SECONDS)
        delivery.uploader.stop(SHUTDOWN_SECONDS)
        self._display.close()
        self._health.close()
        log.info(
            "session ended",
            session=delivery.session.id,
            frames=self._pipeline.frames,
            waiting=self._health.backlog.waiting,
        )
