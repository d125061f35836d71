from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.cameras import PI_CAMERA, remove_credentials
from stressvision.core.config import Rotation, load_settings
from stressvision.core.errors import CameraUnavailable, ConfigurationError
from stressvision.vision.source import open_capture, parse_source, silence_opencv

SECRET = "s3cret"  # noqa: S105


@pytest.mark.parametrize(
    ("text", "address", "paced", "looped"),
    [
        ("0", 0, False, False),
        ("demo", "folder/turno.mp4", True, True),
        ("rtsp://cam/stream", "rtsp://cam/stream", False, False),
        (PI_CAMERA, PI_CAMERA, False, False),
        ("recording.mp4", "recording.mp4", True, True),
    ],
)
def test_sources_are_told_apart(text: str, address: object, paced: bool, looped: bool) -> None:
    source = parse_source(text, Path("folder"))

    assert (source.address, source.paced, source.looped) == (address, paced, looped)


def test_a_recording_can_be_played_once() -> None:
    assert not parse_source("recording.mp4", Path("demo"), once=True).looped


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://admin:s3cret@10.0.0.5:554/live?token=s3cret", "rtsp://10.0.0.5:554/live"),
        ("rtsp://admin:s3cret@cam/", "rtsp://cam/"),
        ("rtsp://[fe80::1]:554/live", "rtsp://[fe80::1]:554/live"),
        ("rtsp://admin:pa@s3cret@cam/live", "rtsp://cam/live"),
        ("rtsp://admin:pa/s3cret@cam/live", "rtsp://…"),
        ("rtsp://admin:pa#s3cret@cam/live", "rtsp://…"),
        ("rtsp://cam:554/user=admin&password=s3cret&channel=1", "rtsp://cam:554/…"),
    ],
)
def test_credentials_of_an_address_are_never_shown(address: str, shown: str) -> None:
    label = parse_source(address, Path("demo")).label

    assert (label.es, label.en, remove_credentials(address)) == (shown, shown, shown)


def test_the_refusal_of_a_network_camera_holds_no_credentials(capfd: pytest.CaptureFixture[str]) -> None:
    silence_opencv()
    with pytest.raises(CameraUnavailable) as caught:
        open_capture(parse_source("http://admin:s3cret@127.0.0.1:1/live?token=s3cret", Path("demo")))

    assert "127.0.0.1:1/live" in caught.value.message.es
    captured = capfd.readouterr()
    assert SECRET not in caught.value.message.es + caught.value.message.en + captured.out + captured.err


@pytest.mark.parametrize("text", ["missing.mp4", "demo"])
def test_a_missing_recording_is_said_with_what_to_do(text: str, tmp_path: Path) -> None:
    with pytest.raises(CameraUnavailable) as caught:
        open_capture(parse_source(text, tmp_path))

    assert "--demo" in caught.value.message.es
    assert str(tmp_path) not in caught.value.message.es


@pytest.mark.skipif(cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER), reason="this OpenCV has GStreamer")
def test_an_opencv_without_gstreamer_says_that_it_cannot_open_the_pi_camera() -> None:
    with pytest.raises(CameraUnavailable) as caught:
        open_capture(parse_source(PI_CAMERA, Path("demo")))

    assert "GStreamer" in caught.value.message.es
    assert "rtsp://" in caught.value.message.es


@pytest.mark.parametrize(
    ("rotation", "mirror", "brightest"),
    [
        (Rotation.NONE, False, "top left"),
        (Rotation.NONE, True, "top right"),
        (Rotation.RIGHT, False, "top right"),
        (Rotation.HALF, False, "bottom right"),
        (Rotation.LEFT, False, "bottom left"),
        (Rotation.RIGHT, True, "top left"),
    ],
)
def test_a_picture_is_turned_and_mirrored(tmp_path: Path, rotation: Rotation, mirror: bool, brightest: str) -> None:
    path = tmp_path / "clip.mp4"
    frame = np.zeros((48, 64, 3), np.uint8)
    frame[:24, :32] = 255
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 15, (64, 48))
    for _ in range(2):
        writer.write(frame)
    writer.release()
    capture = open_capture(parse_source(str(path), Path("demo"), rotation=rotation, mirror=mirror))

    _, turned = capture.read()
    assert capture.grab()
    _, grabbed = capture.retrieve()
    capture.release()
    assert grabbed.shape == turned.shape
    assert cv2.norm(grabbed, turned, cv2.NORM_L1) / turned.size < 2

    height, width = turned.shape[:2]
    corners = {
        f"{row} {column}": float(turned[y : y + 8, x : x + 8].mean())
        for row, y in (("top", 4), ("bottom", height - 12))
        for column, x in (("left", 4), ("right", width - 12))
    }
    assert max(corners, key=corners.__getitem__) == brightest
    assert (height > width) == (rotation in (Rotation.RIGHT, Rotation.LEFT))


@pytest.mark.parametrize(("text", "expected"), [("0", Rotation.NONE), ("270", Rotation.LEFT)])
def test_the_rotation_is_a_setting(monkeypatch: pytest.MonkeyPatch, text: str, expected: Rotation) -> None:
    monkeypatch.setenv("STRESSVISION_ROTATION", text)

    assert load_settings().rotation is expected


def test_a_rotation_that_is_no_quarter_turn_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_ROTATION", "45")

    with pytest.raises(ConfigurationError):
        load_settings()
