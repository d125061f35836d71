"""Sources of pictures and how they are opened: a camera of this machine, a recording, a stream."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from stressvision.core.cameras import PI_CAMERA, describe_source, remove_credentials
from stressvision.core.config import Rotation
from stressvision.core.errors import CameraUnavailable, Message
from stressvision.vision.network_camera import find_reason

DEMO = "demo"
DEMO_RECORDING = "turno.mp4"
PI_PIPELINE = (
    "libcamerasrc ! video/x-raw,width=640,height=480,framerate=30/1 ! videoconvert ! video/x-raw,format=BGR"
    " ! appsink drop=true max-buffers=1 sync=false"
)

BACKENDS: Mapping[str, int] = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
"""By sys.platform: the one tried first for a camera of this machine; then whichever OpenCV finds."""

_STREAM_TIMEOUT_MS = 5000
_FFMPEG_QUIET = -8


_TURNS = {
    Rotation.RIGHT: cv2.ROTATE_90_CLOCKWISE,
    Rotation.HALF: cv2.ROTATE_180,
    Rotation.LEFT: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


@dataclass(frozen=True)
class Source:
    """What to open. `label` may be shown: it holds no credentials. `paced`: a recording, played at its own speed.

    Its pictures are turned by `rotation` first, then mirrored from left to right where `mirror` is set.
    """

    address: int | str
    label: Message
    paced: bool = False
    looped: bool = False
    rotation: Rotation = Rotation.NONE
    mirror: bool = False


class Capture(Protocol):
    """The part of cv2.VideoCapture that is used."""

    def isOpened(self) -> bool: ...  # noqa: N802
    def read(self) -> tuple[bool, Any]: ...
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def get(self, prop: int) -> float: ...
    def set(self, prop: int, value: float) -> bool: ...
    def release(self) -> None: ...


class TurnedCapture:
    """A capture whose pictures are turned and mirrored."""

    def __init__(self, capture: Capture, rotation: Rotation, *, mirror: bool) -> None:
        self._capture, self._rotation, self._mirror = capture, rotation, mirror

    def isOpened(self) -> bool:  # noqa: N802
        return self._capture.isOpened()

    def read(self) -> tuple[bool, Any]:
        return self._turn(*self._capture.read())

    def grab(self) -> bool:
        return self._capture.grab()

    def retrieve(self) -> tuple[bool, Any]:
        return self._turn(*self._capture.retrieve())

    def _turn(self, read: bool, frame: Any) -> tuple[bool, Any]:
        if read and self._rotation in _TURNS:
            frame = cv2.rotate(frame, _TURNS[self._rotation])
        if read and self._mirror:
            frame = np.ascontiguousarray(frame[:, ::-1])
        return read, frame

    def get(self, prop: int) -> float:
        return self._capture.get(prop)

    def set(self, prop: int, value: float) -> bool:
        return self._capture.set(prop, value)

    def release(self) -> None:
        self._capture.release()


def parse_source(
    text: str, demo_dir: Path, *, once: bool = False, rotation: Rotation = Rotation.NONE, mirror: bool = False
) -> Source:
    """Return the source that `text` names: an index, a file, an address, `demo`, or `libcamera` for a Pi's own camera.

    `once` plays a recording a single time.
    """
    if text.isdecimal():
        label = Message(es=f"la cámara {text}", en=f"camera {text}")
        return Source(int(text), label, rotation=rotation, mirror=mirror)
    if text == PI_CAMERA:
        label = Message(es="la cámara de la Raspberry Pi", en="the Raspberry Pi's camera")
        return Source(PI_CAMERA, label, rotation=rotation, mirror=mirror)
    if "://" in text:
        shown = remove_credentials(text)
        return Source(text, Message(es=shown, en=shown), rotation=rotation, mirror=mirror)
    shown = Path(text).name if Path(text).is_file() else describe_source(text).rpartition("/")[2] or f"«{text}»"
    path, label = text, Message(es=shown, en=shown)
    if text == DEMO:
        path = str(demo_dir / DEMO_RECORDING)
        label = Message(es="la grabación de demostración", en="the demo recording")
    return Source(path, label, paced=True, looped=not once, rotation=rotation, mirror=mirror)


def open_capture(source: Source) -> Capture:
    """Open the source. Raises CameraUnavailable with advice for the user."""
    if source.paced and not Path(str(source.address)).is_file():
        raise no_recording(source)
    capture = _open(source)
    if not capture.isOpened():
        capture.release()
        raise damaged_recording(source) if source.paced else explain_failure(source)
    if source.rotation is not Rotation.NONE or source.mirror:
        return TurnedCapture(capture, source.rotation, mirror=source.mirror)
    return capture


def _open(source: Source) -> Capture:
    address = source.address
    if isinstance(address, int):
        return _open_index(address)
    if address == PI_CAMERA and not source.paced:
        if not has_gstreamer():
            raise no_gstreamer()
        return cv2.VideoCapture(PI_PIPELINE, cv2.CAP_GSTREAMER)
    timeouts = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, cv2.CAP_PROP_READ_TIMEOUT_MSEC)
    limits = [value for timeout in timeouts for value in (timeout, _STREAM_TIMEOUT_MS)]
    return cv2.VideoCapture(address, cv2.CAP_FFMPEG, [] if source.paced else limits)


def _open_index(index: int) -> Capture:
    preferred = cv2.VideoCapture(index, BACKENDS.get(sys.platform, cv2.CAP_ANY))
    if preferred.isOpened():
        return preferred
    preferred.release()
    return cv2.VideoCapture(index)


def silence_opencv() -> None:
    """Keep OpenCV's and FFmpeg's own lines off standard error: a missing camera fills it; they may hold addresses.

    To be called before anything is opened.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", str(_FFMPEG_QUIET))


def no_camera(source: Source) -> CameraUnavailable:
    """Return the error for a camera that delivers no picture."""
    return CameraUnavailable(
        Message(
            es=f"No llega imagen de {source.label.es}. Se sigue intentando. Revise el cable y los permisos, o use la "
            "grabación de demostración con --demo.",
            en=f"No picture comes from {source.label.en}. Still trying. Check the cable and the permissions, or use "
            "the demo recording with --demo.",
        )
    )


def no_recording(source: Source) -> CameraUnavailable:
    """Return the error for a recording that cannot be opened."""
    again = Message(es=" Se sigue intentando.", en=" Still trying.") if source.looped else Message(es="", en="")
    return CameraUnavailable(
        Message(
            es=f"No se puede abrir {source.label.es}.{again.es} Revise la ruta, o use la grabación de demostración con "
            "--demo.",
            en=f"{source.label.en} cannot be opened.{again.en} Check the path, or use the demo recording with --demo.",
        )
    )


def damaged_recording(source: Source) -> CameraUnavailable:
    """Return the error for a recording without a readable picture."""
    return CameraUnavailable(
        Message(
            es=f"{source.label.es} está dañado o no es un vídeo: no contiene ninguna imagen legible. Use otro archivo.",
            en=f"{source.label.en} is damaged or not a video: it contains no readable picture. Use another file.",
        )
    )


def explain_failure(source: Source) -> CameraUnavailable:
    """Return why a camera could not be opened; a network camera is asked without FFmpeg, which reports no reason."""
    address = str(source.address)
    reason = find_reason(address) if "://" in address else None
    if reason is None:
        return no_camera(source)
    label = source.label
    return CameraUnavailable(
        Message(
            es=f"No llega imagen de {label.es}: {reason.es} Se sigue intentando.",
            en=f"No picture comes from {label.en}: {reason.en} Still trying.",
        )
    )


def has_gstreamer() -> bool:
    """Return whether this OpenCV can read the Raspberry Pi's own camera."""
    return bool(cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER))


def no_gstreamer() -> CameraUnavailable:
    """Return the error for an OpenCV without GStreamer."""
    return CameraUnavailable(
        Message(
            es="El OpenCV instalado no incluye GStreamer, que hace falta para la cámara de la Raspberry Pi con "
            "libcamera. Use una cámara USB (--source 0), publique la de la Pi como rtsp://…, o instale un OpenCV con "
            "GStreamer (docs/dispositivo.md).",
            en="The installed OpenCV was built without GStreamer, which the Raspberry Pi's camera needs (libcamera). "
            "Use a USB camera (--source 0), publish the Pi's as rtsp://…, or install an OpenCV with GStreamer "
            "(docs/edge.md).",
        )
    )
