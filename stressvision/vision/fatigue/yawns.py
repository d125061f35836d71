"""Yawns: the jaw drops slowly, stays down for a while and comes up again, without a smile and without words.

- A yawn lasts about 6 s (Provine 1986, "Yawning as a stereotyped action pattern and releasing stimulus"); the jaw drops
  over its first part, is held, and closes faster. A laugh draws the corners of the mouth apart and up; speech closes
  the lips several times a second; a cry of surprise opens them at once. So four things are asked for together: the
  length, the slow beginning, one hill instead of several, and no smile.
- The gap between the lips is measured over the distance between the outer corners of the eyes and against the person's
  own closed mouth. Of 439 pictures of yawns on webcams three in four are above WIDE_GAP, and half above 0.22; of 2,200
  relaxed, sad or angry faces and talking mouths 3 in 100. A still picture does not separate a yawn from a surprise,
  of which one in five is as wide; duration does.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median

OPEN_GAP = 0.06
"""Above the person's own closed mouth: where a yawn begins and ends."""
WIDE_GAP = 0.11
PEAK_GAP = 0.14
LEAST_SECONDS = 2.0
"""From the beginning on; the shortest of our recordings takes 2.2 s, and Provine's range begins at 3.5 s."""
WIDE_SECONDS = 1.5
SLOW_RISE_SECONDS = 0.5
"""From the beginning to RISEN of the peak; a startled or singing mouth is there in one or two readings."""
RISEN = 0.8
VALLEY = 0.35
"""A gap that falls by this share of the peak and rises again is a word."""
LAUGHING_SHARE = 0.5
LONGEST_SECONDS = 15.0
"""A mouth that stays open for longer hangs open, or is not one."""
LONGEST_HOLE = 1.0
"""Seconds without a reading that a yawn may have: the hand before the mouth, the head thrown back."""


@dataclass(frozen=True)
class _MouthReading:
    at: float
    gap: float
    laughing: bool


class YawnWatch:
    """One person's mouth from when it opened last."""

    def __init__(self) -> None:
        self.count = 0
        self.yawned_at: float | None = None
        """When the last yawn was last going on."""
        self._last_gaps: deque[float] = deque(maxlen=3)
        self._episode: list[_MouthReading] = []
        self._counted = False

    @property
    def may_be_yawning(self) -> bool:
        """Return whether the mouth has been wide open for a while without a laugh: no expression can be read then."""
        wide = [reading for reading in self._episode if reading.gap >= WIDE_GAP]
        return bool(wide) and self._episode[-1].gap >= OPEN_GAP and _duration(wide) >= SLOW_RISE_SECONDS

    def observe(self, at: float, gap: float | None, *, laughing: bool) -> None:
        """Take one reading: `gap` beyond the person's own closed mouth, None where it cannot be measured."""
        if self._episode and at - self._episode[-1].at > LONGEST_HOLE:
            self._end()
        if gap is None:
            return
        self._last_gaps.append(gap)
        smooth = float(median(self._last_gaps))
        if smooth < OPEN_GAP:
            self._end()
            return
        self._episode.append(_MouthReading(at, smooth, laughing))
        if self._is_word(smooth):
            self._end()
            return
        if self._counted or self._is_yawn():
            self.count += not self._counted
            self._counted = True
            if at - self._episode[0].at <= LONGEST_SECONDS:
                self.yawned_at = at

    def _end(self) -> None:
        self._episode, self._counted = [], False

    def _is_word(self, gap: float) -> bool:
        """Return whether the mouth opens again after it had closed by much."""
        if self._counted or len(self._episode) < 3:
            return False
        gaps = [reading.gap for reading in self._episode]
        peak = max(range(len(gaps)), key=gaps.__getitem__)
        lowest = min(gaps[peak:])
        deep = gaps[peak] - lowest >= VALLEY * gaps[peak]
        return deep and gap - lowest >= VALLEY * gaps[peak]

    def _is_yawn(self) -> bool:
        began, wide = self._episode[0].at, [reading for reading in self._episode if reading.gap >= WIDE_GAP]
        lasted = self._episode[-1].at - began
        if not LEAST_SECONDS <= lasted <= LONGEST_SECONDS or _duration(wide) < WIDE_SECONDS:
            return False
        peak = max(reading.gap for reading in self._episode)
        risen_at = next(reading.at for reading in self._episode if reading.gap >= RISEN * peak)
        laughing = sum(reading.laughing for reading in wide) / len(wide)
        return peak >= PEAK_GAP and risen_at - began >= SLOW_RISE_SECONDS and laughing < LAUGHING_SHARE


def _duration(readings: list[_MouthReading]) -> float:
    return readings[-1].at - readings[0].at if readings else 0.0
