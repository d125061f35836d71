"""Discovery of the cameras attached to this machine.

A Raspberry Pi's ribbon camera shows as the receiver of its data, which gives raw pictures to libcamera alone, among a
dozen nodes of the chip's own decoders and processors, which are no cameras at all.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stressvision.core.cameras import PI_CAMERA

RECEIVERS = ("unicam", "rp1-cfe")
"""How the names of the nodes begin that receive a ribbon camera's data: Raspberry Pi up to 4, and 5."""
NO_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpivid", "rpi-hevc-dec", "pispbe")
"""The same, of nodes that only work on pictures. Both as the kernel's drivers of these chips name them."""
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
    """`name` is empty where the operating system does not report one."""

    index: int
    name: str

    @property
    def source(self) -> str:
        """Return the value of --source for this camera."""
        return PI_CAMERA if self.name.startswith(RECEIVERS) else str(self.index)


def find_attached(
    platform: str = sys.platform, devices: Path = V4L2_DEVICES, probe: Callable[[], Sequence[int]] | None = None
) -> list[AttachedCamera]:
    """Return the cameras: by V4L2's names on Linux, without opening any; elsewhere the first indices that open."""
    if platform.startswith("linux"):
        return _read_v4l2(devices)
    return [AttachedCamera(index, "") for index in (probe or _probe_indices)()]


def _read_v4l2(devices: Path) -> list[AttachedCamera]:
    found = []
    for device in devices.glob("video*"):
        number = device.name.removeprefix("video")
        name = _read_line(device / "name")
        # The further nodes of one camera carry metadata, not pictures.
        first = number.isdecimal() and _read_line(device / "index") in ("", "0")
        if first and not name.startswith(NO_CAMERAS):
            found.append(AttachedCamera(int(number), name))
    return sorted(found, key=lambda camera: camera.index)


def _read_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _probe_indices() -> list[int]:
    """Open indices in a separate process: a driver that hangs or crashes affects only that process."""
    try:
        run = subprocess.run(
            [sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return []
    return [int(index) for index in run.stdout.split() if index.isdecimal()]
