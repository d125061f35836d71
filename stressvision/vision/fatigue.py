"""Fatigue as a physical state over time: lids that stay down, and yawns. A blink, a laugh or a word is none of them.

- Closed means at least 80 % of the way down from the person's own open level, and PERCLOS is the share of a minute
  spent so: P80 of Wierwille, Wreggit, Kirn, Ellsworth and Fairbanks 1994 (DOT HS 808 247). The limit of 0.15 for
  drowsy is the one usually attributed to that report; we have not seen it in the report itself.
- PERCLOS counts slow closures ("droops") and no blinks: Dinges and Grace 1998 (FHWA-MCRT-98-006). In a blink the sight
  is cut off for at most 0.3 s (Stern, Walrath and Goldstein 1984), and long closures grow more frequent with
  drowsiness (Caffier, Erdmann and Ullsperger 2003): what was closed in readings SLOW_CLOSURE_SECONDS apart counts, of
  readings five a second.
- A single closure counts by itself from 1 s, which a laugh does not reach (ours).
- A yawn lasts about 6 s (Provine 1986); an open mouth counts from 2 s, which speech does not reach (ours).

The probabilities are ours, ordered by these thresholds; no recordings of tired people at work exist to fit them to.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from stressvision.vision.eyes import Openness

CLOSED_SHARE = 0.2
PERCLOS_DROWSY = 0.15
SLOW_CLOSURE_SECONDS = 0.35
LONG_CLOSURE_SECONDS = 1.0
YAWN_SECONDS = 2.0
YAWN_OPENING = 0.27
"""Gap over width of the lips: above four in five of 157 mouths on webcams that are still, talk or laugh, below nine in
ten of 443 that yawn. What talks or laughs above it does not do so for YAWN_SECONDS."""

ROLLING_SECONDS = 60.0
LEAST_OBSERVED_SECONDS = 10.0
"""PERCLOS says nothing before this much has been seen."""
LASTING_SECONDS = 15.0
"""A long closure or a yawn speaks for fatigue for this long after it ended."""
AWAY_SECONDS = 30.0
"""Who was out of sight for longer begins anew."""
LONGEST_STEP = 0.6
"""Readings further apart than this leave a gap that counts as not observed."""

OPEN_PRIOR = 0.31
"""Aspect of open eyes to begin with; median 0.32 on webcam crops, 0.31 in the bundled recording."""
OPEN_RANGE = (0.22, 0.42)
CLOSED_LEVEL = 0.08
"""Aspect of closed eyes, the median on webcam crops."""
SEEN_CLOSED = 0.5
DOUBTED_SHARE = 0.6
"""Where the eye network sees closed eyes, their contour need only be this far down: it errs by more than that on closed
eyes seen from above or below. Of people whom the network was not trained on (cross-validation) both together find
96 % of 183 pairs of closed eyes, the contour at CLOSED_SHARE 75 %, and none of 178 pairs of open ones counts as
closed."""
LEARNING_READINGS = 25
_PRIOR_READINGS = 8
_OPEN_PERCENTILE = 75

_CLOSURE_PROBABILITY = (0.6, 0.9)
_YAWN_PROBABILITY = 0.65
_LONG_CLOSURE_FULL_SECONDS = 3.0


@dataclass(frozen=True)
class Fatigue:
    """`probability` 0-1. `measurable` false: nothing is known, and the probability is 0. `perclos` 0-1, or None."""

    measurable: bool
    probability: float
    perclos: float | None = None


NOT_MEASURABLE = Fatigue(False, 0.0)


@dataclass(frozen=True)
class _Step:
    """The time since the reading before; `slow_closure`: seconds of a closure, begun up to then, that are slow."""

    at: float
    seconds: float
    slow_closure: float


class FatigueMonitor:
    """One person's lids and mouth over the last minute; bounded by ROLLING_SECONDS of readings."""

    def __init__(self) -> None:
        self._open_readings: list[float] = []
        self._steps: deque[_Step] = deque()
        self._before: float | None = None
        self._observed_at: float | None = None
        self._closed_since: float | None = None
        self._claimed = 0.0
        self._yawning_since: float | None = None
        self._longest_closure: tuple[float, float] | None = None
        self._yawned_at: float | None = None

    @property
    def open_level(self) -> float:
        """The aspect of this person's open eyes: learnt from the first readings, steadied by the prior."""
        readings = [OPEN_PRIOR] * _PRIOR_READINGS + self._open_readings
        return float(np.clip(np.percentile(readings, _OPEN_PERCENTILE), *OPEN_RANGE))

    @property
    def frames(self) -> int:
        """How many readings of the last ROLLING_SECONDS stand behind the estimate."""
        return len(self._steps) + 1 if self._before is not None else 0

    def is_stale(self, at: float) -> bool:
        """Whether nothing was observed for so long that it is no longer the same spell at work."""
        return self._observed_at is None or at - self._observed_at > AWAY_SECONDS

    def observe(self, at: float, openness: Openness | None) -> None:
        """Takes one reading; `at` is monotonic seconds, None means that nothing could be measured."""
        if openness is None or (self._before is not None and at - self._before > LONGEST_STEP):
            self._closed_since = self._yawning_since = None
        self._observed_at = at
        if openness is None:
            self._before = None
            return
        if len(self._open_readings) < LEARNING_READINGS:
            self._open_readings.append(openness.eyes)
        self._follow_closure(at, self._is_closed(openness))
        if self._before is not None and at - self._before <= LONGEST_STEP:
            self._steps.append(_Step(at, at - self._before, self._claim_slow_closure(at)))
        self._before = at
        while self._steps and at - self._steps[0].at > ROLLING_SECONDS:
            self._steps.popleft()
        self._follow_yawn(at, openness.mouth >= YAWN_OPENING)

    def estimate(self) -> Fatigue:
        """What the readings so far amount to."""
        if self._before is None:
            return NOT_MEASURABLE
        perclos = self._perclos()
        evidence = [self._closure_probability(self._before)]
        if perclos is not None:
            evidence.append(_perclos_probability(perclos))
        if self._yawned_at is not None and self._before - self._yawned_at <= LASTING_SECONDS:
            evidence.append(_YAWN_PROBABILITY)
        return Fatigue(True, max(evidence), perclos)

    def _is_closed(self, openness: Openness) -> bool:
        share = (openness.eyes - CLOSED_LEVEL) / (self.open_level - CLOSED_LEVEL)
        if openness.closed is None:
            return share <= CLOSED_SHARE
        return share <= (DOUBTED_SHARE if openness.closed > SEEN_CLOSED else CLOSED_SHARE)

    def _follow_closure(self, at: float, closed: bool) -> None:
        if not closed:
            self._closed_since = None
            self._claimed = 0.0
            return
        self._closed_since = at if self._closed_since is None else self._closed_since
        lasted = at - self._closed_since
        recent = self._longest_closure is not None and at - self._longest_closure[0] <= LASTING_SECONDS
        longest = self._longest_closure[1] if recent and self._longest_closure is not None else 0.0
        if lasted >= max(LONG_CLOSURE_SECONDS, longest):
            self._longest_closure = (at, lasted)

    def _claim_slow_closure(self, at: float) -> float:
        """Seconds of the present closure that no step holds yet, once it is longer than a blink."""
        lasted = at - self._closed_since if self._closed_since is not None else 0.0
        if lasted < SLOW_CLOSURE_SECONDS:
            return 0.0
        unclaimed, self._claimed = lasted - self._claimed, lasted
        return unclaimed

    def _follow_yawn(self, at: float, open_wide: bool) -> None:
        if not open_wide:
            self._yawning_since = None
            return
        self._yawning_since = at if self._yawning_since is None else self._yawning_since
        if at - self._yawning_since >= YAWN_SECONDS:
            self._yawned_at = at

    def _perclos(self) -> float | None:
        observed = sum(step.seconds for step in self._steps)
        if observed < LEAST_OBSERVED_SECONDS:
            return None
        return sum(step.slow_closure for step in self._steps) / observed

    def _closure_probability(self, at: float) -> float:
        if self._longest_closure is None or at - self._longest_closure[0] > LASTING_SECONDS:
            return 0.0
        span = _LONG_CLOSURE_FULL_SECONDS - LONG_CLOSURE_SECONDS
        reached = min(1.0, (self._longest_closure[1] - LONG_CLOSURE_SECONDS) / span)
        least, most = _CLOSURE_PROBABILITY
        return least + reached * (most - least)


def _perclos_probability(perclos: float) -> float:
    """0.5 at Wierwille's limit, below 0.1 where nothing but blinks is seen; never surer than a long closure."""
    return min(_CLOSURE_PROBABILITY[1], float(1 / (1 + np.exp(-(perclos - PERCLOS_DROWSY) / 0.04))))
