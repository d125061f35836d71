"""What of a picture is looked at, and when the camera watches."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from stressvision.core.config import Settings
from stressvision.core.errors import Message, ServerUnreachable
from stressvision.core.watching import parse_polygons, parse_schedule
from stressvision.edge.capture.view import WatchedView
from stressvision.edge.delivery.camera_settings import CameraSettingsCache
from stressvision.edge.delivery.client import CameraResponse, IngestClient
from stressvision.edge.watch_plan import WatchPlan
from stressvision.wire.cameras import DeviceCamera, WatchHours
from tests.faces import make_face
from tests.unit.edge.test_pipeline import ANA, LARS, Stage

LEFT_HALF = parse_polygons("0,0 0.5,0 0.5,1 0,1")
MONDAY_NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""12:00 in Lima."""


def test_mask_blackens_its_part_of_a_copy() -> None:
    frame = np.full((40, 80, 3), 200, np.uint8)
    covered = WatchedView(masks=LEFT_HALF).cover(frame)
    assert covered[:, :39].max() == 0
    assert covered[:, 42:].min() == 200
    assert frame.min() == 200
    assert WatchedView().cover(frame) is frame


def test_overlapping_masks_do_not_cancel_each_other() -> None:
    covered = WatchedView(masks=(*LEFT_HALF, *LEFT_HALF)).cover(np.full((40, 80, 3), 200, np.uint8))
    assert covered[:, :39].max() == 0


def test_faces_outside_zones_inside_masks_and_of_another_size_do_not_count() -> None:
    left, right = make_face(100, 200, side=60), make_face(400, 200, side=120)
    faces = [left, right]
    assert WatchedView().select(faces, 640, 480) == faces
    assert WatchedView(zones=LEFT_HALF).select(faces, 640, 480) == [left]
    assert WatchedView(masks=LEFT_HALF).select(faces, 640, 480) == [right]
    assert WatchedView(min_face_pixels=80).select(faces, 640, 480) == [right]
    assert WatchedView(max_face_pixels=80).select(faces, 640, 480) == [left]


def test_pipeline_reports_only_faces_within_the_view() -> None:
    stage = Stage()
    stage.enrol(ANA, LARS)
    stage.sitting.sit(ANA, 100)
    stage.sitting.sit(LARS, 500)
    stage.pipeline.view = WatchedView(zones=LEFT_HALF)
    assert {item.employee_id for item in stage.watch(4)} == {ANA}
    stage.pipeline.clear()
    assert stage.pipeline.marks == ()


def plan_of(server: DeviceCamera | None, now: datetime = MONDAY_NOON, **own: object) -> WatchPlan:
    settings = Settings(**own)  # type: ignore[arg-type]
    return WatchPlan(settings, lambda: server, lambda: None, lambda: now)


def test_masks_of_device_and_server_both_count_and_zones_of_the_server_come_first() -> None:
    server = DeviceCamera(
        time_zone="America/Lima", masks=[[[0, 0], [1, 0], [1, 0.2]]], zones=[[[0, 0], [1, 0], [1, 1]]]
    )
    view = plan_of(server, masks="0,0 0.1,0 0.1,1", zones="0,0 0.5,0 0.5,1", min_face_pixels=30).view()
    assert view.masks == (*parse_polygons("0,0 0.1,0 0.1,1"), *parse_polygons("0,0 1,0 1,0.2"))
    assert view.zones == parse_polygons("0,0 1,0 1,1")
    assert (view.min_face_pixels, view.max_face_pixels) == (30, None)


def test_camera_rests_during_a_pause_which_ends_without_the_server() -> None:
    until = MONDAY_NOON + timedelta(hours=1)
    server = DeviceCamera(time_zone="America/Lima", paused_until=until, pause_reason="Visita sindical")
    reason = plan_of(server).rest()
    assert reason is not None
    assert reason.es == "en pausa hasta el 23/11/2026 13:00: Visita sindical"
    assert plan_of(server, until).rest() is None


def test_camera_rests_outside_its_own_hours_and_those_of_the_server() -> None:
    morning = WatchHours(days=[1, 2, 3, 4, 5], start="07:00", end="11:00")
    assert plan_of(DeviceCamera(time_zone="America/Lima", schedule=[morning])).rest() is not None
    assert plan_of(DeviceCamera(time_zone="Asia/Tokyo", schedule=[morning])).rest() is not None
    assert plan_of(DeviceCamera(time_zone="Etc/GMT+10", schedule=[morning])).rest() is None
    assert plan_of(None, schedule="lun-vie 07:00-11:00").rest() is not None
    assert plan_of(None, schedule="lun-vie 07:00-13:00").rest() is None


def test_time_of_the_server_decides_where_the_device_clock_is_wrong() -> None:
    settings = Settings(schedule=parse_schedule("lun-vie 07:00-13:00"))
    plan = WatchPlan(settings, lambda: None, lambda: MONDAY_NOON, lambda: MONDAY_NOON + timedelta(hours=5))
    assert plan.rest() is None


class FakeIngest(IngestClient):
    """Responds with the settings that the test has set."""

    def __init__(self) -> None:
        self.camera: DeviceCamera | None = None

    def fetch_camera(self, device_id: str, etag: str) -> CameraResponse:
        if self.camera is None:
            raise ServerUnreachable(Message(es="no responde", en="no answer"))
        version = self.camera.model_dump_json()
        return CameraResponse(None if etag == version else self.camera, version)


def test_settings_of_the_server_survive_a_restart_without_it(tmp_path: Path) -> None:
    path, ingest = tmp_path / "edge_outbox.camera.json", FakeIngest()
    assert CameraSettingsCache(path, "pi-1").current is None
    cache = CameraSettingsCache(path, "pi-1")
    ingest.camera = DeviceCamera(time_zone="America/Lima", masks=[[[0, 0], [1, 0], [1, 1]]])
    cache.refresh(ingest)
    cache.refresh(ingest)
    assert cache.current == ingest.camera
    ingest.camera = None
    restarted = CameraSettingsCache(path, "pi-1")
    with pytest.raises(ServerUnreachable):
        restarted.refresh(ingest)
    assert restarted.current == cache.current
    assert path.stat().st_mode & 0o077 == 0


def test_damaged_copy_of_the_settings_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "edge_outbox.camera.json"
    path.write_text("{", "utf-8")
    assert CameraSettingsCache(path, "pi-1").current is None
