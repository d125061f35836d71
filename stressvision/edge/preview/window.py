"""A window of the desktop, where there is one."""

import os
import subprocess
import sys

import cv2

from stressvision.vision.networks import Frame

TITLE = "Stress Vision"
_PROBE = "import cv2; cv2.namedWindow('probe'); cv2.waitKey(1); cv2.destroyAllWindows()"
_PROBE_SECONDS = 10


def can_open_window() -> bool:
    """Whether a window can be shown. OpenCV ends the whole process where it cannot, so another one tries first."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return probe.returncode == 0


def show_in_window(frame: Frame) -> None:
    """Shows a picture. Only from the main thread."""
    cv2.imshow(TITLE, frame)
    cv2.waitKey(1)


def close_window() -> None:
    cv2.destroyAllWindows()
