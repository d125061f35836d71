import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.cameras import NamedCamera, describe_source, parse_cameras
from stressvision.core.config import PROJECT_ROOT, Settings, load_settings
from stressvision.core.errors import ConfigurationError
from stressvision.launcher.doctor.camera_checks import check_cameras
from stressvision.launcher.doctor.checks import Level
from tests.programs.running import free_port

STREAM = "rtsp://ana:s3cret@10.0.0.7:554/live?key=s3cret"


def test_cameras_are_parsed_in_order() -> None:
    assert parse_cameras("") == parse_cameras("  ") == ()
    assert parse_cameras(f" entrada = 0 , linea2={STREAM}") == (
        NamedCamera("entrada", "0"),
        NamedCamera("linea2", STREAM),
    )
    assert parse_cameras("a=demo,b=demo") == (NamedCamera("a", "demo"), NamedCamera("b", "demo"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (STREAM, "la cámara 1 de la lista"),
        (f"entrada=0,{STREAM}", "la cámara 2 de la lista"),
        (f"entrada=0,línea={STREAM}", "la cámara 2 de la lista"),
        ("entrada=0,", "la cámara 2 de la lista"),
        ("entrada=", "la cámara 1 de la lista"),
        (f"entrada=0,Entrada={STREAM}", "dos cámaras llamadas Entrada"),
        ("entrada=0,linea2=0", "entrada y linea2 piden la misma cámara 0"),
        ("entrada=libcamera,linea2=libcamera", "entrada y linea2 piden la misma cámara libcamera"),
    ],
)
def test_error_does_not_contain_the_address(text: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_CAMERAS", text)

    with pytest.raises(ConfigurationError) as caught:
        load_settings()

    assert caught.value.field == "STRESSVISION_CAMERAS"
    assert reason in caught.value.message.es
    assert "s3cret" not in caught.value.message.es + caught.value.message.en


def test_each_camera_has_its_own_settings_and_arguments_take_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_CAMERAS", f"entrada=0,linea2={STREAM}")
    monkeypatch.setenv("STRESSVISION_LOCATION", "Planta 2")
    monkeypatch.setenv("STRESSVISION_DEVICE_TOKEN_FILE", "device.token")

    first, second = load_settings("entrada"), load_settings("linea2", location="Patio")
    played = load_settings("linea2", source="demo", preview_port=9000)

    assert (first.device_id, first.source, first.preview_port, first.location) == ("entrada", "0", 8502, "Planta 2")
    assert (second.device_id, second.source, second.preview_port, second.location) == ("linea2", STREAM, 8503, "Patio")
    assert first.outbox_path != second.outbox_path != load_settings().outbox_path
    assert (first.device_token_file, second.device_token_file) == (
        Path("device-entrada.token"),
        Path("device-linea2.token"),
    )
    assert (played.device_id, played.source, played.preview_port) == ("linea2", "demo", 9000)


def test_unknown_camera_error_lists_known_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_CAMERAS", f"entrada=0,linea2={STREAM}")

    with pytest.raises(ConfigurationError, match=r"«salida».*entrada, linea2\.$"):
        load_settings("salida")


def test_preview_port_above_maximum_is_rejected() -> None:
    settings = Settings.model_validate({"cameras": "a=0,b=1", "preview_port": 65535})

    assert settings.select_camera("a").preview_port == 65535
    with pytest.raises(ConfigurationError, match="STRESSVISION_PREVIEW_PORT=65535"):
        settings.select_camera("b")


def test_doctor_checks_each_camera_without_showing_passwords(tmp_path: Path) -> None:
    absent = tmp_path / "absent.mp4"
    stream = f"rtsp://ana:s3cret@127.0.0.1:{free_port()}/live"
    settings = Settings.model_validate({"cameras": f"a={stream},b=demo,c={absent},d=libcamera"})

    results = check_cameras(settings)

    assert [finding.subject.es for finding in results] == ["Cámara a", "Cámara b", "Cámara c", "Cámara d"]
    assert [finding.level for finding in results[:3]] == [Level.WARNING, Level.GOOD, Level.WARNING]
    assert "rechaza la conexión" in results[0].message.es
    assert "refuses the connection" in results[0].message.en
    assert "s3cret" not in results[0].message.es
    assert "STRESSVISION_CAMERAS" in results[2].message.es
    assert "STRESSVISION_CAMERAS" not in results[3].message.es


@pytest.mark.parametrize(
    ("path", "level", "expected"),
    [
        ("/live", Level.GOOD, "returns pictures"),
        ("/other", Level.WARNING, "has no such path"),
        ("/page", Level.WARNING, "No picture comes from"),
    ],
)
def test_doctor_reads_a_picture_of_a_stream(path: str, level: Level, expected: str) -> None:
    with serve_camera() as port:
        settings = Settings.model_validate({"source": f"http://ana:s3cret@127.0.0.1:{port}{path}"})
        (result,) = check_cameras(settings)
    assert (result.level, "s3cret" in result.message.en) == (level, False)
    assert expected in result.message.en


def test_doctor_reads_a_picture_of_a_recording(tmp_path: Path) -> None:
    damaged = tmp_path / "turno.mp4"
    damaged.write_bytes(b"\0" * 4096)
    (broken,) = check_cameras(Settings.model_validate({"source": str(damaged)}))
    (sound,) = check_cameras(Settings.model_validate({"source": str(PROJECT_ROOT / "demo" / "turno.mp4")}))
    assert (broken.level, sound.level) == (Level.WARNING, Level.GOOD)
    assert "turno.mp4 is damaged or not a video" in broken.message.en


@contextmanager
def serve_camera() -> Iterator[int]:
    """Serve motion JPEG at /live, a web page at /page, and 404 elsewhere; yield the port."""
    _, picture = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))
    part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture) + picture.tobytes()

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in ("/live", "/page"):
                self.send_error(404)
                return
            is_live = self.path == "/live"
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame" if is_live else "text/html")
            self.end_headers()
            self.wfile.write((part + b"\r\n") * 40 if is_live else b"<html></html>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "source",
    [
        "rtsp//admin:s3cret@192.0.2.7/s1",
        "rtsp:/admin:s3cret@192.0.2.7/s1",
        "rtsp:admin:s3cret@192.0.2.7",
        "rtsp//cam/s3cret",
        "admin:s3cret@192.0.2.7",
        "rtsp://admin:s3cret",
        "rtsp://admin:s3cret/live",
        "admin:s3cret://192.0.2.7/live",
        "http:///admin:s3cret@192.0.2.7",
        "192.0.2.7/live?user=admin&password=s3cret",
        "RTSP//admin/s3cret",
    ],
)
def test_mistyped_address_is_not_shown(source: str) -> None:
    assert "s3cret" not in describe_source(source)


@pytest.mark.parametrize("source", ["clip.mp4", "/srv/turno 1.mkv", "C:/videos/clip.mp4", "rtspeed.mp4", "demo"])
def test_plain_path_is_shown(source: str) -> None:
    assert describe_source(source) == source
