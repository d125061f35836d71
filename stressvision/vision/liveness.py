"""Detection of blinks. A photograph held to the camera does not.

It is a hint and no defence: a video of a person blinks, a mask with holes does, and a person at a screen may go half
a minute without (people there blink 4-20 times a minute, and a reading every 0.2 s misses the shortest). Movement of
the lids and lips alone is not asked for, as it proves nothing: measured with these networks, the aspect of the eyes
varies by 0.04-0.13 over the seconds of a webcam clip of a person without blinks, and by 0.03-0.12 over ten seconds
of a photograph that is shaken and tilted. What a photograph does not do is fall below 0.7 of its own median. How all of
a face moves, and not only how far it opens, is another hint: see flatness.
"""

from collections import deque

import numpy as np

from stressvision.vision.geometry.eyes import Lids

WINDOW_SECONDS = 30.0
LEAST_READINGS = 100
"""Of about 150 in that time: a person looking away or moving much is not judged."""
BLINK_SHARE = 0.65
"""Of the median aspect: eyes below it are on their way down. Open eyes to closed ones are as 0.32 to 0.08."""
LEAST_OPEN = 0.18
"""A median aspect below it is that of eyes nearly closed, which cannot be distinguished from a blink."""


class BlinkWatch:
    """The eyes of one track over the last WINDOW_SECONDS."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._eyes: deque[tuple[float, float]] = deque()

    def observe(self, at: float, lids: Lids | None) -> None:
        """Take one reading; `at` is monotonic seconds, None means that nothing could be measured."""
        self._since = at if self._since is None else self._since
        if lids is not None and lids.aspect is not None:
            self._eyes.append((at, lids.aspect))
        while self._eyes and at - self._eyes[0][0] > WINDOW_SECONDS:
            self._eyes.popleft()

    def never_blinks(self, at: float) -> bool:
        """Return whether the eyes were seen well for all of WINDOW_SECONDS, and open throughout."""
        if self._since is None or at - self._since < WINDOW_SECONDS or len(self._eyes) < LEAST_READINGS:
            return False
        readings = np.array([eyes for _, eyes in self._eyes])
        usual = float(np.median(readings))
        return usual > LEAST_OPEN and float(readings.min()) > BLINK_SHARE * usual

    def blinked(self, at: float, seconds: float) -> bool:
        """Return whether the eyes were seen on their way down within the last `seconds`."""
        recent = [eyes for since, eyes in self._eyes if at - since <= seconds]
        return bool(recent) and min(recent) <= BLINK_SHARE * float(np.median([eyes for _, eyes in self._eyes]))
