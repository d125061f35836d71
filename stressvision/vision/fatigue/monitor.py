"""Fatigue as a physical state over time: lids that stay down (closures.py), and yawns (yawns.py).

Both are judged against the person's own face (usual.py), and neither in a laugh: a smile narrows the lids (Ekman and
Friesen's action unit 6 comes with 12) and opens the mouth.

The limit of PERCLOS 0.15 for drowsy is the one usually attributed to Wierwille et al. 1994 (DOT HS 808 247); we have
not seen it in the report itself. The probabilities are ours, ordered by these thresholds; no recordings of tired people
at work exist to fit them to.
"""

from dataclasses import dataclass

import numpy as np

from stressvision.vision.fatigue.closures import LONG_CLOSURE_SECONDS, ClosureWatch, are_closed
from stressvision.vision.fatigue.usual import OwnLids, OwnMouth
from stressvision.vision.fatigue.yawns import YawnWatch
from stressvision.vision.geometry.mouth import Mouth, smile_probability
from stressvision.vision.geometry.pose import HeadPose
from stressvision.vision.geometry.reader import FaceGeometry

PERCLOS_DROWSY = 0.15
LASTING_SECONDS = 15.0
"""A long closure or a yawn counts as a sign of fatigue for this long after it ended."""
AWAY_SECONDS = 30.0
"""After a longer time out of sight, the measurement restarts."""
SMILING = 0.5
SMILE_HOLD_SECONDS = 1.0
"""A smile that fades still narrows the lids: on our clip of a laughing passenger for 0.6 s."""
LAUGH_WIDTH = 0.12
"""Corners of the mouth this much further apart than the person's own, in distances between the outer corners of the
eyes, laugh whatever their height: on our clips a laugh draws them apart by 0.10-0.20, a yawn by 0.07 at the most."""

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


class FatigueMonitor:
    """One person's lids and mouth over the last minute. What is usual for them outlasts `restart`."""

    def __init__(self) -> None:
        self._lids, self._mouth = OwnLids(), OwnMouth()
        self._closures, self._yawns = ClosureWatch(), YawnWatch()
        self._seen_at: float | None = None
        self._smiled_at: float | None = None

    @property
    def open_level(self) -> float:
        """Return the aspect of this person's open eyes."""
        return self._lids.level

    @property
    def frames(self) -> int:
        """Return how many readings of the last minute stand behind the estimate."""
        return self._closures.frames

    @property
    def yawns(self) -> int:
        """Return how many yawns were seen."""
        return self._yawns.count

    @property
    def eyes_closed(self) -> bool:
        """Return whether the eyes were closed in the latest reading, and not in a smile."""
        return self._closures.closed

    @property
    def may_be_yawning(self) -> bool:
        """Return whether the mouth is wide open, perhaps in a yawn, so that no expression can be read."""
        return self._yawns.may_be_yawning

    def wants_contour(self, pose: HeadPose) -> bool:
        """Return whether the contour of plainly open eyes is still learnt from in this pose."""
        return self._lids.is_learning(pose)

    def is_stale(self, at: float) -> bool:
        """Return whether nothing was observed for so long that another spell at work has begun."""
        return self._seen_at is None or at - self._seen_at > AWAY_SECONDS

    def restart(self) -> None:
        """Forget what was seen, and keep what is usual for this person."""
        self._closures, self._yawns = ClosureWatch(), YawnWatch()
        self._seen_at = self._smiled_at = None

    def observe(self, at: float, geometry: FaceGeometry | None, happy: float | None = None) -> None:
        """Take one reading.

        Args:
            at: Monotonic seconds.
            geometry: What was measured; None where nothing could be.
            happy: The probability of a happy expression, 0-1; None where none was or may be estimated.
        """
        self._seen_at = at
        mouth = geometry.mouth if geometry is not None else None
        laughing = _is_laughing(mouth, self._mouth.relaxed, happy)
        if laughing:
            self._smiled_at = at
        self._follow_lids(at, geometry)
        if mouth is None:
            self._yawns.observe(at, None, laughing=laughing)
            return
        if not laughing:
            self._mouth.learn(mouth)
        self._yawns.observe(at, mouth.gap - self._mouth.relaxed.gap, laughing=laughing)

    def estimate(self) -> Fatigue:
        """Return the fatigue that the readings so far amount to."""
        at = self._seen_at
        yawned_at = self._yawns.yawned_at
        yawned = at is not None and yawned_at is not None and at - yawned_at <= LASTING_SECONDS
        if at is None or (self._closures.observed_at is None and not yawned):
            return NOT_MEASURABLE
        perclos = self._closures.perclos
        evidence = [self._closure_probability(at)]
        if perclos is not None:
            evidence.append(_perclos_probability(perclos))
        if yawned:
            evidence.append(_YAWN_PROBABILITY)
        return Fatigue(True, max(evidence), perclos)

    def _follow_lids(self, at: float, geometry: FaceGeometry | None) -> None:
        if geometry is None or geometry.lids is None:
            self._closures.observe(at, None, LASTING_SECONDS)
            return
        smiling = self._smiled_at is not None and at - self._smiled_at <= SMILE_HOLD_SECONDS
        closed = not smiling and are_closed(geometry.lids, self._lids.level_at(geometry.pose))
        if not smiling and geometry.lids.aspect is not None:
            self._lids.learn(geometry.lids.aspect, geometry.pose, closed=closed)
        self._closures.observe(at, closed, LASTING_SECONDS)

    def _closure_probability(self, at: float) -> float:
        closure = self._closures.longest
        if closure is None or at - closure.at > LASTING_SECONDS:
            return 0.0
        span = _LONG_CLOSURE_FULL_SECONDS - LONG_CLOSURE_SECONDS
        reached = min(1.0, (closure.seconds - LONG_CLOSURE_SECONDS) / span)
        least, most = _CLOSURE_PROBABILITY
        return least + reached * (most - least)


def _is_laughing(mouth: Mouth | None, own: Mouth, happy: float | None) -> bool:
    """Return whether the expression network or the shape of the mouth sees a smile."""
    if happy is not None and happy >= SMILING:
        return True
    if mouth is None:
        return False
    return smile_probability(mouth, own) >= SMILING or mouth.width - own.width >= LAUGH_WIDTH


def _perclos_probability(perclos: float) -> float:
    """Return 0.5 at Wierwille's limit, below 0.1 for blinks only; never more than for a long closure."""
    return min(_CLOSURE_PROBABILITY[1], float(1 / (1 + np.exp(-(perclos - PERCLOS_DROWSY) / 0.04))))
