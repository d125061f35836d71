"""State of one tracked person: identity, expression, fatigue and liveness, for as long as the track lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stressvision.domain.emotions import Emotion
from stressvision.vision.baseline import OwnBaseline
from stressvision.vision.expression import ExpressionReference
from stressvision.vision.fatigue.monitor import FatigueMonitor
from stressvision.vision.flatness import FLAT_SECONDS, FlatnessWatch
from stressvision.vision.geometry.pose import HeadPose
from stressvision.vision.geometry.reader import FaceGeometry
from stressvision.vision.liveness import BlinkWatch
from stressvision.vision.quality import Quality
from stressvision.vision.recognition.gallery import Match
from stressvision.vision.recognition.identity import IdentityVote, Standing
from stressvision.vision.smoothing import ExpressionTrend, ReadingPeriod, fuse
from stressvision.vision.tracking import Track

VERIFY_SECONDS = 3.0
"""Interval at which the identity of a named person is verified."""
UNKNOWN_SECONDS = 2.0
COLLECT_SECONDS = 0.12
"""Interval of the votes while the identity is in doubt: every second frame of 15 a second, four votes in 0.4 s."""
PATIENCE_SECONDS = 5.0
"""Without a usable frame for this long, a name is withdrawn, and an unnamed person counts as unknown."""
READING_SECONDS = 0.2
QUALITY_SECONDS = 0.19
"""A little less than a reading, so that every reading has the quality of its own picture."""
FATIGUE_PRESENT = 0.5
POSE_SECONDS = 0.5
"""A pose measured longer ago is not used for the current picture."""


@dataclass(frozen=True)
class PersonState:
    """The emotion a person's expression is compatible with; all None if it is not allowed or not known.

    Attributes:
        emotion: The most probable emotion.
        confidence: Calibrated probability of `emotion`, 0 to 1.
        vector: Probability of each emotion; None if only fatigue is reported.
        frames: Frames behind the estimate: those of the period for an expression, of the last minute for fatigue.
        covered: Whether something hides the face, so that an expression or the lids cannot be read.
    """

    emotion: Emotion | None = None
    confidence: float | None = None
    vector: dict[Emotion, float] | None = None
    frames: int | None = None
    covered: bool = False


class PersonMemory:
    """Fatigue monitors and baselines by employee, so that they survive a short loss of the track.

    A monitor restarts when the employee stays away and keeps what is usual for them; a baseline restarts with another
    enrolment. Both are deleted when the employee may no longer be recognised.
    """

    def __init__(self) -> None:
        self._monitors: dict[int, FatigueMonitor] = {}
        self._references: dict[int, ExpressionReference] = {}
        self._baselines: dict[int, OwnBaseline] = {}

    def recall(self, employee_id: int, at: float) -> FatigueMonitor:
        """Return the monitor of this employee, a new one if there is none."""
        monitor = self._monitors.setdefault(employee_id, FatigueMonitor())
        if monitor.is_stale(at):
            monitor.restart()
        return monitor

    def recall_baseline(self, employee_id: int) -> OwnBaseline | None:
        """Return the baseline of this employee; None without an enrolled expression reference."""
        reference = self._references.get(employee_id)
        if reference is None:
            return None
        known = self._baselines.get(employee_id)
        if known is None or not known.starts_from(reference):
            known = self._baselines[employee_id] = OwnBaseline(reference)
        return known

    def keep_only(self, enrolled: Mapping[int, ExpressionReference | None]) -> None:
        """Delete everything of all other employees; take the enrolled expression references of these."""
        self._monitors = {key: monitor for key, monitor in self._monitors.items() if key in enrolled}
        self._references = {key: reference for key, reference in enrolled.items() if reference is not None}
        self._baselines = {key: known for key, known in self._baselines.items() if key in self._references}


@dataclass
class Person:
    """State of one track. Times are monotonic seconds; each `next_…` is the time at which that step is due."""

    track: Track
    since: float
    vote: IdentityVote = field(default_factory=IdentityVote)
    trend: ExpressionTrend = field(default_factory=ExpressionTrend)
    period: ReadingPeriod = field(default_factory=ReadingPeriod)
    monitor: FatigueMonitor = field(default_factory=FatigueMonitor)
    blinks: BlinkWatch = field(default_factory=BlinkWatch)
    flatness: FlatnessWatch = field(default_factory=FlatnessWatch)
    baseline: OwnBaseline | None = None
    quality: Quality | None = None
    geometry: FaceGeometry | None = None
    geometry_at: float = 0.0
    next_embedding: float = 0.0
    next_reading: float = 0.0
    next_quality: float = 0.0
    next_detection: float = 0.0
    decided_at: float | None = None
    period_since: float | None = None
    """Start of the readings collected for the next detection, all of one person."""
    _owner: int | None = None

    @property
    def match(self) -> Match | None:
        """Return the employee this person was recognised as, if any."""
        return self.vote.identity.match

    @property
    def standing(self) -> Standing:
        """Return whether the identity is named, unknown or not decided yet."""
        return self.vote.identity.standing

    def doubt(self, at: float) -> None:
        """Withdraw the name until the identity has been verified again: the track may show another person now."""
        self.vote.restart()
        self.since = at
        self.next_embedding = at
        self.decided_at = None

    def pose_at(self, at: float) -> HeadPose | None:
        """Return how the head is turned, None unless it was measured recently."""
        return self.geometry.pose if self.geometry and at - self.geometry_at <= POSE_SECONDS else None

    @property
    def is_expressive(self) -> bool:
        """Return whether an expression can be read now: the face is clear enough, and nothing hides the mouth."""
        clear = self.geometry is not None and not self.geometry.cover.mouth
        return clear and self.quality is not None and self.quality.classifiable

    def begin_period(self, at: float) -> None:
        """Gather the readings of the next detection from now on."""
        self.period.restart()
        self.period_since = at

    def take_vote(self, at: float, vote: Match | None, memory: PersonMemory) -> None:
        """Count the identity vote of one frame; reset expression and fatigue if the identity changed."""
        self.vote.add(vote)
        settled = UNKNOWN_SECONDS if self.standing is Standing.UNKNOWN else VERIFY_SECONDS
        self.next_embedding = at + (COLLECT_SECONDS if self.vote.in_doubt else settled)
        self._note_decision(at, memory)

    def lose_patience(self, at: float, memory: PersonMemory, *, none_enrolled: bool) -> None:
        """Withdraw a name not verified for PATIENCE_SECONDS; mark a person not identified within that time as unknown.

        If there are no enrolled people, the person is unknown at once.
        """
        if self.standing is Standing.NAMED and at - self.next_embedding >= PATIENCE_SECONDS:
            self.doubt(at)
        patience = 0.0 if none_enrolled else PATIENCE_SECONDS
        if self.standing is Standing.COLLECTING and at - self.since >= patience:
            self.vote.give_up()
            self._note_decision(at, memory)

    def may_be_photograph(self, at: float) -> bool:
        """Return whether the face never blinks, or moves like a flat picture without blinking."""
        flat = self.flatness.moves_flat(at) and not self.blinks.blinked(at, FLAT_SECONDS)
        return flat or self.blinks.never_blinks(at)

    def state(self, at: float, *, expression_allowed: bool) -> PersonState:
        """Return what the face shows now, for the preview."""
        expression = self.trend.mean(at) if expression_allowed else None
        return self._conclude(expression, self.trend.frames, self.monitor.estimate().probability)

    def report(self, *, expression_allowed: bool) -> PersonState:
        """Return what may be reported of the time since the last report."""
        means = self.period.means()
        return self._conclude(means.expression if expression_allowed else None, means.readings, means.fatigue)

    def _conclude(self, expression: Mapping[Emotion, float] | None, readings: int, fatigue: float) -> PersonState:
        covered = self.geometry is not None and self.geometry.cover.any
        if expression is not None:
            vector = fuse(expression, fatigue)
            emotion = max(vector, key=vector.__getitem__)
            frames = self.monitor.frames if emotion is Emotion.FATIGUE else readings
            return PersonState(emotion, vector[emotion], vector, frames, covered)
        if fatigue >= FATIGUE_PRESENT:
            return PersonState(Emotion.FATIGUE, fatigue, frames=self.monitor.frames, covered=covered)
        return PersonState(covered=covered)

    def _note_decision(self, at: float, memory: PersonMemory) -> None:
        if self.standing is Standing.COLLECTING:
            self.decided_at = None
            return
        if self.decided_at is None:
            self.decided_at = at
        owner = self.match.employee_id if self.match else None
        self.baseline = None if owner is None else memory.recall_baseline(owner)
        if self.period_since is None or owner != self._owner:
            self.period_since = at
        if owner != self._owner:
            self.trend, self.period = ExpressionTrend(), ReadingPeriod()
            self.monitor = FatigueMonitor() if owner is None else memory.recall(owner, at)
            self._owner = owner
