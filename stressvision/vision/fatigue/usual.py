"""Usual measurements of one person: lid opening in each pose, and shape of the closed mouth."""

from collections import deque
from statistics import median

from stressvision.vision.geometry.mouth import CLOSED_GAP, RELAXED, Mouth
from stressvision.vision.geometry.pose import HeadPose

OPEN_PRIOR = 0.31
"""Aspect of open eyes to begin with; median 0.32 on webcam crops, 0.31 in the bundled recording."""
OPEN_RANGE = (0.19, 0.42)
"""Aspects that count as open eyes of any person: relaxed faces of 29 Taiwanese actors have 0.20 at the 5th percentile,
webcam crops 0.38 at the 95th."""
FIRST_READINGS = 15
"""Three seconds. Before, eyes count as closed only where any person's would be (OPEN_RANGE[0]), in a new pose
those of the person with the lids as low as a pose may have them (POSE_SHARE[0]); after, what counts as closed is not
learnt from."""
LEARNING_READINGS = 75
"""Fifteen seconds; later ones no longer count, so that lids that sink with fatigue are not taken for usual."""
POSE_READINGS = 25
YAW_STEP, PITCH_STEP = 20.0, 12.0
"""Degrees: sides of the cells of pose in which the lids are learnt apart."""
POSE_SHARE = (0.75, 1.2)
"""How far the open lids of one pose may be from the person's usual: a head that nods does not make closed lids open."""
_PRIOR_READINGS = 4
_OPEN_SHARE = 0.75
"""Of the readings that lie below the level."""

MOUTH_READINGS = 50
_PRIOR_MOUTHS = 5
LEAST_WIDTH, MOST_WIDTH = 0.45, 0.65
"""Widths of closed, relaxed mouths lie between, from the 1st to the 99th percentile of 271 people."""


class OwnLids:
    """The aspect of one person's open eyes: learnt from the first readings, steadied by a prior."""

    def __init__(self) -> None:
        self._readings: list[float] = []
        self._by_pose: dict[tuple[int, int], list[float]] = {}
        self._level = OPEN_PRIOR

    @property
    def level(self) -> float:
        """Return the aspect of the open eyes over all poses."""
        return self._level

    def learn(self, aspect: float, pose: HeadPose, *, closed: bool) -> None:
        """Take one reading of eyes that no smile narrows; `closed`: they count as closed by what is known so far."""
        if closed and len(self._readings) >= FIRST_READINGS:
            return
        if len(self._readings) < LEARNING_READINGS:
            self._readings.append(aspect)
            self._level = _steady(OPEN_PRIOR, self._readings)
        cell = self._by_pose.setdefault(_cell(pose), [])
        if closed and len(cell) >= FIRST_READINGS:
            return
        if len(cell) < POSE_READINGS:
            cell.append(aspect)

    def is_learning(self, pose: HeadPose) -> bool:
        """Return whether readings in this pose are still learnt from."""
        known = len(self._by_pose.get(_cell(pose), []))
        return len(self._readings) < LEARNING_READINGS or known < POSE_READINGS

    def level_at(self, pose: HeadPose) -> float:
        """Return the aspect of open eyes in this pose; the least that it may be while too little is known."""
        if len(self._readings) < FIRST_READINGS:
            return OPEN_RANGE[0]
        least, most = POSE_SHARE
        cell = self._by_pose.get(_cell(pose), [])
        level = _steady(self._level, cell) if len(cell) >= FIRST_READINGS else 0.0
        return _clip(level, least * self._level, most * self._level)


class OwnMouth:
    """One person's closed mouth: the median of the last readings in which the lips touched, steadied by a prior."""

    def __init__(self) -> None:
        self._closed: deque[Mouth] = deque(maxlen=MOUTH_READINGS)
        self._relaxed = RELAXED

    @property
    def relaxed(self) -> Mouth:
        """Return the mouth that smiles and yawns are measured against."""
        return self._relaxed

    def learn(self, mouth: Mouth) -> None:
        """Take one reading of a face that does not laugh."""
        if mouth.gap >= CLOSED_GAP or not LEAST_WIDTH <= mouth.width <= MOST_WIDTH:
            return
        self._closed.append(mouth)
        prior = [RELAXED] * _PRIOR_MOUTHS
        known = [*prior, *self._closed]
        self._relaxed = Mouth(
            gap=median(each.gap for each in known),
            width=median(each.width for each in known),
            lift=median(each.lift for each in known),
        )


def _cell(pose: HeadPose) -> tuple[int, int]:
    return round(pose.yaw / YAW_STEP), round(pose.pitch / PITCH_STEP)


def _steady(prior: float, readings: list[float]) -> float:
    known = sorted([prior] * _PRIOR_READINGS + readings)
    place = _OPEN_SHARE * (len(known) - 1)
    before = int(place)
    level = known[before]
    if place > before:
        level += (place - before) * (known[before + 1] - level)
    return _clip(level, *OPEN_RANGE)


def _clip(value: float, least: float, most: float) -> float:
    return max(least, min(most, value))
