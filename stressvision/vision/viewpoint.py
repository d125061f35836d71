"""Detection of a camera that was moved: the edges of the background are no longer where they were.

What is kept is the direction of the grey levels' slope in 48×36 parts of the picture, averaged over a minute, in memory
only: no picture can be made of it. A direction stays the same under more, less or warmer light, and people who move
average out.
"""

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.vision.networks import Frame

SAMPLE_SECONDS = 5.0
SAMPLES = 12
"""Of one minute, averaged."""
MOVED_MINUTES = 3
"""Minutes in a row that have to differ: a cleaner, a lorry or a door may hide the view for less."""
LEAST_SIMILAR = 0.55
"""Cosine between two minutes, below which the view is another one. Of ten clips of webcams and cars: 0.79 or more
between their halves; 0.68 or more with light changed by a program (0.15 to 2 times, or from one side alone); 0.27 or
less shifted by a twentieth of the width, 0.37 or less enlarged by a quarter; turned by 8°, 0.44-0.68 in one measurement
and 0.30-0.47 in another, with whole frames of webcams turned, so that a turn that small may be missed."""
FADE = 0.05
"""Weight of each similar minute in the memory: furniture and the sun's shadows change within hours."""
LEAST_STRUCTURE = 0.08
"""Mean length of the averaged directions, below which there is too little to compare, as in the dark."""

_SIZE = (48, 36)
_SMOOTH = 12.0
"""Slope, in grey levels, of half weight: a camera's noise has no direction."""
_Directions = npt.NDArray[np.complex64]


class ViewWatch:
    """Follows the view of one camera.

    Attributes:
        moved: Whether the view differs from the one before. It ends when the view is as before, or with `restart`.
            None until it has differed once: what was before the start of the program is not known.
    """

    def __init__(self) -> None:
        self.moved: bool | None = None
        self._memory: _Directions | None = None
        self._sum = np.zeros(_SIZE[::-1], np.complex64)
        self._samples = 0
        self._sampled_at = float("-inf")
        self._different = 0

    def restart(self) -> None:
        """Take the next minute as the right view."""
        self.moved, self._memory, self._different = False, None, 0
        self._sum, self._samples = np.zeros_like(self._sum), 0

    def observe(self, frame: Frame, at: float) -> None:
        """Take a frame (BGR, uint8 [H, W, 3]) into account, if a sample is due. `at`: monotonic seconds."""
        if at - self._sampled_at < SAMPLE_SECONDS:
            return
        self._sampled_at = at
        self._sum += read_directions(frame)
        self._samples += 1
        if self._samples == SAMPLES:
            self._judge(np.asarray(self._sum / SAMPLES, np.complex64))
            self._sum, self._samples = np.zeros_like(self._sum), 0

    def _judge(self, minute: _Directions) -> None:
        if np.abs(minute).mean() < LEAST_STRUCTURE:
            return
        if self._memory is None:
            self._memory = minute
        elif compare(self._memory, minute) >= LEAST_SIMILAR:
            self._memory += FADE * (minute - self._memory)
            self._different, self.moved = 0, False if self.moved else self.moved
        else:
            self._different += 1
            self.moved = self._different >= MOVED_MINUTES or self.moved


def read_directions(frame: Frame) -> _Directions:
    """Return the direction of the slope in each part of a frame, complex [36, 48] of length 0-1."""
    grey = cv2.cvtColor(cv2.resize(frame, _SIZE, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY).astype(np.float32)
    slope = cv2.Sobel(grey, cv2.CV_32F, 1, 0) / 4 + 1j * cv2.Sobel(grey, cv2.CV_32F, 0, 1) / 4
    return np.asarray(slope / (np.abs(slope) + _SMOOTH), np.complex64)


def compare(one: _Directions, other: _Directions) -> float:
    """Return the similarity of two views, from 1 (the same) to -1."""
    lengths = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(np.vdot(one, other).real) / lengths if lengths else 0.0
