"""The device's live picture: a window of the desktop, if there is one, and the preview server."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from stressvision.core.errors import Language
from stressvision.edge.capture.pipeline import Mark
from stressvision.edge.preview.access import PreviewAccess
from stressvision.edge.preview.server import FrameBoard, start_preview
from stressvision.vision.networks import Frame

TITLE = "Stress Vision"
NOTICE_WIDTH, NOTICE_HEIGHT = 640, 480
_PROBE = "import cv2; cv2.namedWindow('probe'); cv2.waitKey(1); cv2.destroyAllWindows()"
_PROBE_SECONDS = 10


class Display:
    """Shows annotated frames. Used by the main thread only, as OpenCV's windows require."""

    def __init__(
        self,
        port: int,
        language: Language,
        health: Callable[[], str],
        *,
        window: bool,
        access: PreviewAccess | None = None,
    ) -> None:
        """Start the preview server on `port`; without it if the port is in use.

        Args:
            port: Port of the preview server on the loopback interface.
            language: Language of the labels.
            health: Returns the health report as JSON.
            window: Whether to show a window of the desktop, where one can be opened.
            access: Who may see the preview; None: everyone on this machine.
        """
        self._board = FrameBoard()
        self._language = language
        self._server = start_preview(self._board, port, health, access)
        self._window = window and _can_open_window()

    @property
    def url(self) -> str | None:
        """Address of the live stream, with a valid ticket where one is required; None without a preview server."""
        return self._server.url if self._server else None

    def show(self, frame: Frame, marks: Sequence[Mark], notice: str = "") -> None:
        """Show a frame (BGR, uint8 [H, W, 3]); it is annotated only if there is a window or a viewer."""
        self._board.publish(lambda: self._draw(frame, marks, notice))
        if self._window:
            cv2.imshow(TITLE, self._draw(frame, marks, notice))
            cv2.waitKey(1)

    def show_notice(self, text: str) -> None:
        """Show a text in place of the picture, as while the camera is closed."""
        self.show(np.zeros((NOTICE_HEIGHT, NOTICE_WIDTH, 3), np.uint8), (), text)

    def _draw(self, frame: Frame, marks: Sequence[Mark], notice: str) -> Frame:
        # Pillow and its font: 4 MiB that a device without viewers need not have.
        from stressvision.edge.preview.drawing import draw

        return draw(frame, marks, self._language, notice)

    def close(self) -> None:
        """Stop the preview server and close the window."""
        self._board.close()
        if self._server is not None:
            self._server.stop()
        if self._window:
            cv2.destroyAllWindows()


def _can_open_window() -> bool:
    """Return whether a window can be shown, by trying in another process: OpenCV aborts the process if it cannot."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return probe.returncode == 0
