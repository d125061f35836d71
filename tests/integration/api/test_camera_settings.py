"""What a camera watches, its pause, and what its device is sent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.commands.command_line import main
from stressvision.core.clock import to_wire
from stressvision.ingest.application import create_application
from stressvision.services.context import Context
from stressvision.services.devices import record_health
from stressvision.vision.viewpoint import ViewWatch
from stressvision.wire.detections import DeviceHealth
from tests.conftest import FakeClock

MASK = [[0, 0], [0.3, 0], [0.3, 1], [0, 1]]
HOURS = {"days": [1, 2, 3, 4, 5], "start": "07:00", "end": "19:00"}
VIEW = {"masks": [MASK], "schedule": [HOURS], "min_face_pixels": 40, "user_id": "admin"}


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    record_health(context, DeviceHealth(device_id="pi-1", state="watching"))
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def test_camera_without_settings_watches_everything(client: TestClient) -> None:
    settings = client.get("/api/devices/pi-1/camera").json()
    assert settings["revision"] == 0
    assert (settings["masks"], settings["zones"], settings["schedule"]) == ([], [], [])
    assert settings["time_zone"] == "America/Lima"
    assert client.get("/api/devices/pi-9/camera").status_code == 404


def test_view_is_stored_audited_and_sent_to_its_device_only(client: TestClient, context: Context) -> None:
    ingest = create_application(context).test_client()
    before = ingest.get("/camera?device_id=pi-1")
    changed = client.put("/api/devices/pi-1/camera", json=VIEW).json()
    assert (changed["revision"], changed["changed_by"]) == (1, "admin")

    etag = {"If-None-Match": before.headers["ETag"]}
    sent = ingest.get("/camera?device_id=pi-1", headers=etag)
    assert sent.status_code == 200
    body = sent.get_json()
    assert body["masks"] == [MASK]
    assert body["schedule"] == [HOURS]
    assert body["min_face_pixels"] == 40
    assert "changed_by" not in body
    assert ingest.get("/camera?device_id=pi-1", headers={"If-None-Match": sent.headers["ETag"]}).status_code == 304
    assert ingest.get("/camera?device_id=pi-2", headers=etag).status_code == 304

    entries = client.get("/api/audit?entity_type=device").json()["entries"]
    assert [(entry["action"], entry["details"]["device_id"]) for entry in entries] == [("camera_changed", "pi-1")]


def test_moved_camera_is_a_repair_over_a_start_of_its_device_until_its_view_is_saved(
    client: TestClient, context: Context
) -> None:
    record_health(context, DeviceHealth(device_id="pi-1", state="watching", moved=True))
    started_again = ViewWatch()
    record_health(context, DeviceHealth(device_id="pi-1", state="watching", moved=started_again.moved))
    assert [repair["kind"] for repair in client.get("/api/repairs").json()["repairs"]] == ["camera"]
    client.put("/api/devices/pi-1/camera", json=VIEW)
    assert client.get("/api/repairs").json()["repairs"] == []


def test_change_of_an_older_revision_is_a_conflict(client: TestClient) -> None:
    assert client.put("/api/devices/pi-1/camera", json={**VIEW, "revision": 0}).status_code == 200
    assert client.put("/api/devices/pi-1/camera", json={**VIEW, "revision": 0}).status_code == 409
    assert client.put("/api/devices/pi-1/camera", json={**VIEW, "revision": 1}).json()["revision"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"masks": [[[0, 0], [1, 1]]]},
        {"zones": [[[0, 0], [1, 0], [1, 2]]]},
        {"schedule": [{"days": [8], "start": "07:00", "end": "19:00"}]},
        {"schedule": [{"days": [1], "start": "7", "end": "19:00"}]},
        {"min_face_pixels": 80, "max_face_pixels": 40},
        {"mask": []},
    ],
)
def test_malformed_view_is_refused(client: TestClient, wrong: dict[str, object]) -> None:
    assert client.put("/api/devices/pi-1/camera", json={**VIEW, **wrong}).status_code == 422
    assert client.get("/api/devices/pi-1/camera").json()["revision"] == 0


def test_pause_is_in_force_until_its_end(client: TestClient, context: Context, clock: FakeClock) -> None:
    ingest = create_application(context).test_client()
    wanted = {"until": to_wire(clock() + timedelta(hours=2)), "reason": "Visita sindical", "user_id": "dra.quispe"}
    paused = client.post("/api/devices/pi-1/pause", json=wanted).json()
    assert (paused["pause_reason"], paused["paused_by"]) == ("Visita sindical", "dra.quispe")
    sent = ingest.get("/camera?device_id=pi-1")
    assert sent.get_json()["pause_reason"] == "Visita sindical"
    clock.advance(hours=2)
    after = ingest.get("/camera?device_id=pi-1", headers={"If-None-Match": sent.headers["ETag"]})
    assert after.get_json()["paused_until"] is None


def test_pause_is_ended_early_and_needs_an_end_and_an_author(
    client: TestClient, context: Context, clock: FakeClock
) -> None:
    end = to_wire(clock() + timedelta(hours=2))
    address = "/api/devices/pi-1/pause"
    assert client.post(address, json={"until": end, "reason": "Visita"}).status_code == 422
    assert client.post(address, json={"reason": "Visita", "user_id": "ana"}).status_code == 422
    late = to_wire(clock() + timedelta(days=32))
    for until in (to_wire(clock()), late):
        refused = client.post(address, json={"until": until, "reason": "Visita", "user_id": "ana"})
        assert refused.json()["errors"][0]["field"] == "until"
    client.post(address, json={"until": end, "reason": "Visita", "user_id": "ana"})
    assert client.delete(f"{address}?user_id=ana").json()["paused_until"] is None
    assert create_application(context).test_client().get("/camera?device_id=pi-1").get_json()["pause_reason"] is None


def test_command_changes_only_what_it_names(
    usual_context: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record_health(usual_context, DeviceHealth(device_id="pi-1", state="watching"))
    monkeypatch.setenv("STRESSVISION_DATABASE_URL", usual_context.settings.database_url)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["stressvision", "camera", "pi-1", *arguments])
        code = main()
        written = capsys.readouterr()
        return code, written.out + written.err

    assert run("--masks", "0,0 0.3,0 0.3,1", "--schedule", "lun-mar 07:00-19:00")[0] == 0
    code, shown = run("--min-face", "40")
    assert code == 0
    assert "máscaras: 0,0 0.3,0 0.3,1" in shown
    assert "lun-mar 07:00-19:00" in shown
    assert "de 40 a - píxeles" in shown
    until = to_wire(datetime.now(UTC) + timedelta(hours=1))
    assert "pausa: -" not in run("--pause-until", until, "--reason", "Visita")[1]
    assert "pausa: -" in run("--resume")[1]
    assert run("--pause-until", until)[0] == 2
    assert run("--min-face", "-1")[0] == 2
