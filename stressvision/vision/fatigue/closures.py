"""Lids that stay down: PERCLOS over the last minute, and single long closures. A blink or a squint is neither.

- Closed means at least 80 % of the way down from the person's own open level, and PERCLOS is the share of a minute
  spent so: P80 of Wierwille, Wreggit, Kirn, Ellsworth and Fairbanks 1994 (DOT HS 808 247).
- PERCLOS counts slow closures ("droops") and no blinks: Dinges and Grace 1998 (FHWA-MCRT-98-006). In a blink the sight
  is cut off for at most 0.3 s (Stern, Walrath and Goldstein 1984), and long closures grow more frequent with
  drowsiness (Caffier, Erdmann and Ullsperger 2003): what was closed in readings SLOW_CLOSURE_SECONDS apart counts, of
  readings five a second.
- A single closure counts by itself from 1 s, which a laugh does not reach (ours).
"""

from collections import deque
from dataclasses import dataclass

from stressvision.vision.geometry.eyes import Lids

CLOSED_SHARE = 0.2
CLOSED_LEVEL = 0.08
"""Aspect of closed eyes, the median on webcam crops."""
SEEN_CLOSED = 0.5
DOUBTED_SHARE = 0.6
"""Where the eye network sees closed eyes, their contour need only be this far down: it errs by more than that on closed
eyes seen from above or below. Of people outside the training set (cross-validation) both together find
96 % of 183 pairs of closed eyes, the contour at CLOSED_SHARE 75 %, and none of 178 pairs of open ones counts as
closed."""
SLOW_CLOSURE_SECONDS = 0.35
LONG_CLOSURE_SECONDS = 1.0

ROLLING_SECONDS = 60.0
LEAST_OBSERVED_SECONDS = 10.0
"""PERCLOS is None before this much has been observed."""
LONGEST_STEP = 0.6
"""Readings further apart than this leave a gap that counts as not observed."""


def are_closed(lids: Lids, open_level: float) -> bool:
    """Return whether these eyes are closed, for a person with open eyes of aspect `open_level`."""
    if lids.aspect is None:
        return False
    share = (lids.aspect - CLOSED_LEVEL) / (open_level - CLOSED_LEVEL)
    if lids.closed is None:
        return share <= CLOSED_SHARE
    return share <= (DOUBTED_SHARE if lids.closed > SEEN_CLOSED else CLOSED_SHARE)


@dataclass(frozen=True)
class Closure:
    """A long closure: when it was last going on, and how long it had lasted by then."""

    at: float
    seconds: float


@dataclass(frozen=True)
class _Step:
    """The time since the reading before; `slow_closure`: seconds of a closure, begun up to then, that are slow."""

    at: float
    seconds: float
    slow_closure: float


class ClosureWatch:
    """One person's lids over the last minute; bounded by ROLLING_SECONDS of readings."""

    def __init__(self) -> None:
        self.longest: Closure | None = None
        """The longest recent closure from LONG_CLOSURE_SECONDS up."""
        self._steps: deque[_Step] = deque()
        self._perclos: float | None = None
        self._before: float | None = None
        self._closed_since: float | None = None
        self._claimed = 0.0

    @property
    def observed_at(self) -> float | None:
        """Return when the lids were last read, or None where the latest reading failed."""
        return self._before

    @property
    def closed(self) -> bool:
        """Return whether the eyes were closed in the latest reading."""
        return self._closed_since is not None

    @property
    def frames(self) -> int:
        """Return how many readings of the last ROLLING_SECONDS stand behind the figures."""
        return len(self._steps) + 1 if self._before is not None else 0

    @property
    def perclos(self) -> float | None:
        """Return the share of the observed time in slow closures, 0-1, or None where too little was observed."""
        return self._perclos

    def observe(self, at: float, closed: bool | None, lasting: float) -> None:
        """Take one reading at `at` monotonic seconds; None means that the lids could not be read.

        A long closure is forgotten `lasting` seconds after it ended.
        """
        if closed is None or (self._before is not None and at - self._before > LONGEST_STEP):
            self._closed_since = None
        if closed is None:
            self._before = None
            return
        self._follow(at, closed, lasting)
        if self._before is not None and at - self._before <= LONGEST_STEP:
            self._steps.append(_Step(at, at - self._before, self._claim(at)))
        self._before = at
        while self._steps and at - self._steps[0].at > ROLLING_SECONDS:
            self._steps.popleft()
        # Asked for in every picture, and the same until the next reading.
        observed = sum(step.seconds for step in self._steps)
        enough = observed >= LEAST_OBSERVED_SECONDS
        self._perclos = sum(step.slow_closure for step in self._steps) / observed if enough else None

    def _follow(self, at: float, closed: bool, lasting: float) -> None:
        if not closed:
            self._closed_since = None
            self._claimed = 0.0
            return
        self._closed_since = at if self._closed_since is None else self._closed_since
        lasted = at - self._closed_since
        recent = self.longest is not None and at - self.longest.at <= lasting
        longest = self.longest.seconds if recent and self.longest is not None else 0.0
        if lasted >= max(LONG_CLOSURE_SECONDS, longest):
            self.longest = Closure(at, lasted)

    def _claim(self, at: float) -> float:
        """Return the seconds of the present closure that no step holds yet, once it is longer than a blink."""
        lasted = at - self._closed_since if self._closed_since is not None else 0.0
        if lasted < SLOW_CLOSURE_SECONDS:
            return 0.0
        unclaimed, self._claimed = lasted - self._claimed, lasted
        return unclaimed
