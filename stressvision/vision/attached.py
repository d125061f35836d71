"""Which cameras this machine has."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

V4L2_DEVICES = Path("/sys/class/video4linux")
HIGHEST_INDEX = 5

_PROBE = (
    "import cv2\n"
    "cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)\n"
    f"print(*(i for i in range({HIGHEST_INDEX + 1}) if cv2.VideoCapture(i).isOpened()))\n"
)
_PROBE_SECONDS = 60


@dataclass(frozen=True)
class AttachedCamera:
    """`index` is what --source takes; `name` is empty where the system does not tell."""

    index: int
    name: str


def find_attached(
    platform: str = sys.platform, devices: Path = V4L2_DEVICES, probe: Callable[[], Sequence[int]] | None = None
) -> list[AttachedCamera]:
    """By V4L2's names on Linux, without opening any; elsewhere those among the first indices that open."""
    if platform.startswith("linux"):
        return _read_v4l2(devices)
    return [AttachedCamera(index, "") for index in (probe or _probe_indices)()]


def _read_v4l2(devices: Path) -> list[AttachedCamera]:
    found = []
    for device in devices.glob("video*"):
        number = device.name.removeprefix("video")
        # The further nodes of one camera carry metadata, not pictures.
        if number.isdecimal() and _read_line(device / "index") in ("", "0"):
            found.append(AttachedCamera(int(number), _read_line(device / "name")))
    return sorted(found, key=lambda camera: camera.index)


def _read_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _probe_indices() -> list[int]:
    """In a process of its own: a driver that hangs or crashes takes only that one with it."""
    try:
        run = subprocess.run(
            [sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return []
    return [int(index) for index in run.stdout.split() if index.isdecimal()]
