"""What is known of one person in front of the camera, for as long as the track lasts."""

from collections.abc import Collection
from dataclasses import dataclass, field

from stressvision.domain.emotions import Emotion
from stressvision.vision.fatigue import FatigueMonitor
from stressvision.vision.flatness import FLAT_SECONDS, FlatnessWatch
from stressvision.vision.gallery import Match
from stressvision.vision.identity import IdentityVote, Standing
from stressvision.vision.liveness import BlinkWatch
from stressvision.vision.quality import Quality
from stressvision.vision.smoothing import ExpressionTrend, fuse
from stressvision.vision.tracking import Track

VERIFY_SECONDS = 3.0
"""A named person is looked at again this often."""
UNKNOWN_SECONDS = 2.0
COLLECT_SECONDS = 0.15
PATIENCE_SECONDS = 5.0
"""Without a usable picture for this long a name is taken back, and who has none is counted as unknown."""
READING_SECONDS = 0.2
FATIGUE_PRESENT = 0.5


@dataclass(frozen=True)
class PersonState:
    """What a person's expression is compatible with. All None: nothing may be or can be said.

    `frames`: how many pictures stand behind it, of the last seconds for an expression, of the last minute for fatigue.
    """

    emotion: Emotion | None = None
    confidence: float | None = None
    vector: dict[Emotion, float] | None = None
    frames: int | None = None


class FatigueMemory:
    """Lids and yawns by employee, so that a minute is a minute although the person turned away for a moment.

    Forgotten when they stayed away, or when they may no longer be recognised.
    """

    def __init__(self) -> None:
        self._monitors: dict[int, FatigueMonitor] = {}

    def recall(self, employee_id: int, at: float) -> FatigueMonitor:
        """What is known of this person; a blank one for somebody new."""
        self._monitors = {key: monitor for key, monitor in self._monitors.items() if not monitor.is_stale(at)}
        return self._monitors.setdefault(employee_id, FatigueMonitor())

    def keep_only(self, employee_ids: Collection[int]) -> None:
        self._monitors = {key: monitor for key, monitor in self._monitors.items() if key in employee_ids}


@dataclass
class Person:
    """Times are monotonic seconds; each `next_…` is when that is due."""

    track: Track
    since: float
    vote: IdentityVote = field(default_factory=IdentityVote)
    trend: ExpressionTrend = field(default_factory=ExpressionTrend)
    monitor: FatigueMonitor = field(default_factory=FatigueMonitor)
    blinks: BlinkWatch = field(default_factory=BlinkWatch)
    flatness: FlatnessWatch = field(default_factory=FlatnessWatch)
    quality: Quality | None = None
    next_embedding: float = 0.0
    next_reading: float = 0.0
    next_detection: float = 0.0
    decided_at: float | None = None
    _owner: int | None = None

    @property
    def match(self) -> Match | None:
        return self.vote.identity.match

    @property
    def standing(self) -> Standing:
        return self.vote.identity.standing

    def doubt(self, at: float) -> None:
        """It may be somebody else now: no name before it has been verified again."""
        self.vote.restart()
        self.since = at
        self.next_embedding = at
        self.decided_at = None

    def take_vote(self, at: float, vote: Match | None, memory: FatigueMemory) -> None:
        """Counts one picture, and forgets what was learnt of somebody else."""
        self.vote.add(vote)
        settled = UNKNOWN_SECONDS if self.standing is Standing.UNKNOWN else VERIFY_SECONDS
        self.next_embedding = at + (COLLECT_SECONDS if self.vote.in_doubt else settled)
        self._note_decision(at, memory)

    def lose_patience(self, at: float, memory: FatigueMemory, *, nobody_enrolled: bool) -> None:
        """Takes back a name that could not be verified for long, and counts as unknown whoever could not be looked at.

        Where nobody is enrolled, everybody is unknown at once.
        """
        if self.standing is Standing.NAMED and at - self.next_embedding >= PATIENCE_SECONDS:
            self.doubt(at)
        patience = 0.0 if nobody_enrolled else PATIENCE_SECONDS
        if self.standing is Standing.COLLECTING and at - self.since >= patience:
            self.vote.give_up()
            self._note_decision(at, memory)

    def may_be_photograph(self, at: float) -> bool:
        """Whether it never blinks, or moves as a flat picture does without a blink meanwhile."""
        flat = self.flatness.moves_flat(at) and not self.blinks.blinked(at, FLAT_SECONDS)
        return flat or self.blinks.never_blinks(at)

    def state(self, at: float, *, expression_allowed: bool) -> PersonState:
        """What may be reported of this person now."""
        fatigue = self.monitor.estimate()
        expression = self.trend.mean(at) if expression_allowed else None
        if expression is not None:
            vector = fuse(expression, fatigue.probability)
            emotion = max(vector, key=vector.__getitem__)
            frames = self.monitor.frames if emotion is Emotion.FATIGUE else self.trend.frames
            return PersonState(emotion, vector[emotion], vector, frames)
        if fatigue.probability >= FATIGUE_PRESENT:
            return PersonState(Emotion.FATIGUE, fatigue.probability, frames=self.monitor.frames)
        return PersonState()

    def _note_decision(self, at: float, memory: FatigueMemory) -> None:
        if self.standing is Standing.COLLECTING:
            self.decided_at = None
            return
        if self.decided_at is None:
            self.decided_at = at
        owner = self.match.employee_id if self.match else None
        if owner != self._owner:
            self.trend = ExpressionTrend()
            self.monitor = FatigueMonitor() if owner is None else memory.recall(owner, at)
            self._owner = owner
