"""The pipeline from camera frames to detections. It uses no file, network or clock: each frame carries its own time.

The cost follows the scene: faces are detected 15 times a second, less often while there are none or all keep still, and
mostly around the known ones; an embedding is computed only for a face that is new, in doubt or due for verification (at
most one a frame); geometry and expression are read five times a second. A detection stands for all the readings since
the one before.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from stressvision.domain.load import Load
from stressvision.edge.capture.costs import StageTimes, TokenBucket
from stressvision.edge.capture.models import Models
from stressvision.edge.capture.person import QUALITY_SECONDS, READING_SECONDS, Person, PersonMemory, PersonState
from stressvision.edge.capture.readings import read_face
from stressvision.edge.capture.rules import Rules
from stressvision.edge.capture.search import FaceSearch
from stressvision.edge.capture.view import WatchedView
from stressvision.vision.camera import Shot
from stressvision.vision.faces import Face
from stressvision.vision.quality import assess
from stressvision.vision.recognition.gallery import FaceGallery
from stressvision.vision.recognition.identity import LEAST_VOTES, Standing
from stressvision.vision.tracking import Tracker
from stressvision.wire.detections import DetectionIn
from stressvision.wire.values import Box

LEAST_FRAME_SECONDS = 0.055
"""Frames that follow sooner than this (about 15 a second, with room for jitter) are skipped."""
QUIET_FRAME_SECONDS = 0.12
"""The same while no face is in view, or every one is known and keeps still, unless a reading is due: a new face is seen
a tenth of a second later. Less than STEADY_SECONDS of the tracker, so that a change of person shows as before."""
QUIET_SPEED = 0.5
"""Widths of a face per second, below which it keeps still: a person walking by moves a width or more."""
HOT_FRAME_SECONDS = {Load.FULL: 0.0, Load.REDUCED: 0.19, Load.LEAST: 0.48}
"""Least time between two frames by what the machine can bear; a reading every 0.2 s keeps its pace with REDUCED."""
EMBEDDINGS_PER_SECOND = 3.0
"""Hands moving before a face keep its identity in doubt: this bounds their cost, to about 8 % of a core. A name takes
four embeddings, so a face that changes every 1.4 s can still be named."""
EMBEDDINGS_PER_PERSON = 0.5
"""Per second, if that is more: enough to verify each person in view before the name would be withdrawn."""
EMBEDDINGS_AT_ONCE = 4 * LEAST_VOTES
"""Burst: four people arriving together are named in 1.1 s, one embedding a frame."""
DENSE_LATENESS = READING_SECONDS / 2
"""Seconds by which a reading may be late and still cost one view of the expression model instead of both: a detection
is the mean of about five readings. On a slower device, the few readings of a detection see both."""
LATENESS = 0.2
"""Share of the period by which a detection may be late without delaying the next."""


@dataclass(frozen=True)
class Mark:
    """One face as the preview draws it. `photograph`: it may be a photograph held before the camera."""

    face: Face
    standing: Standing
    employee_code: str | None
    state: PersonState
    photograph: bool = False


class Pipeline:
    """Turns frames into detections. Not thread-safe.

    Attributes:
        rules: May be replaced between two frames.
        load: How much is done while the machine is hot.
        view: What of the picture is looked at; may be replaced as well. Frames come with their masks applied.
        stages: Time per stage.
        frames: Frames processed.
        marks: The faces of the last processed frame, for the preview.
        due_at: Monotonic seconds before which no frame is processed. Another thread may read it.
    """

    def __init__(
        self,
        models: Models,
        rules: Rules,
        *,
        new_id: Callable[[], UUID] = uuid4,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.rules = rules
        self.view = WatchedView()
        self.load = Load.FULL
        self.stages = StageTimes(stopwatch)
        self.frames = 0
        self.marks: tuple[Mark, ...] = ()
        self.due_at = float("-inf")
        self._models = models
        self._new_id = new_id
        self._gallery: FaceGallery | None = None
        self._memory = PersonMemory()
        self._embeddings = TokenBucket(EMBEDDINGS_AT_ONCE)
        self._search = FaceSearch(models.detector, self.stages)
        self._tracker = Tracker()
        self._people: dict[int, Person] = {}
        self._processed_at: float | None = None

    @property
    def has_expression(self) -> bool:
        """Return whether there is an expression model; without it only fatigue is reported."""
        return self._models.expression is not None

    def use_gallery(self, gallery: FaceGallery | None, at: float) -> None:
        """Recognise the people of `gallery` from now on; None: recognise no one.

        People in view are verified again before they are named. `at`: monotonic seconds.
        """
        self._gallery = gallery
        self._memory.keep_only({face.employee_id: face.reference for face in gallery.faces} if gallery else {})
        for person in self._people.values():
            person.doubt(at)

    def clear(self) -> None:
        """Forget everyone in view, as when the camera is closed."""
        self._tracker.forget()
        self._people, self.marks = {}, ()

    def process(self, shot: Shot, session_id: str) -> list[DetectionIn]:
        """Process one frame and return the detections that are due.

        There is one detection per person and period, once the identity is decided (named or unknown).
        """
        at = shot.elapsed
        if shot.cut:
            self._tracker.forget()
        elif self._processed_at is not None and not self._is_frame_due(at, at - self._processed_at):
            return []
        self._processed_at = at
        self.frames += 1
        with self.stages.measure("frame"):
            visible = self._find_people(shot)
            self._recognise(shot, visible)
            for person in visible:
                self._read(shot, person)
        spent_ms = 1000 * self.stages.last["frame"]
        detections = [
            self._report(shot, session_id, person, spent_ms) for person in visible if self._is_due(person, at)
        ]
        self.marks = tuple(self._mark(person, at) for person in visible)
        self.due_at = self._find_due(at)
        return detections

    def _find_due(self, at: float) -> float:
        """Return when the next frame is due after one at `at`, a millisecond early."""
        soonest = at + max(LEAST_FRAME_SECONDS, HOT_FRAME_SECONDS[self.load])
        if not self._is_quiet:
            return soonest - 0.001
        reading = min((person.next_reading for person in self._people.values()), default=float("inf"))
        return max(soonest, min(at + QUIET_FRAME_SECONDS, reading)) - 0.001

    def _is_frame_due(self, at: float, since: float) -> bool:
        """Return whether a frame is processed, `since` seconds after the last one that was."""
        if since < HOT_FRAME_SECONDS[self.load]:
            return False
        if since >= QUIET_FRAME_SECONDS or (since >= LEAST_FRAME_SECONDS and not self._is_quiet):
            return True
        return since >= LEAST_FRAME_SECONDS and any(person.next_reading <= at for person in self._people.values())

    @property
    def _is_quiet(self) -> bool:
        """Return whether every person in view, if any, is known and keeps still."""
        return all(
            person.decided_at is not None
            and person.standing is not Standing.COLLECTING
            and not (person.track.unsure or person.track.crossing or person.track.missed)
            and max(map(abs, person.track.velocity)) < QUIET_SPEED * person.track.face.box.w
            for person in self._people.values()
        )

    def _find_people(self, shot: Shot) -> list[Person]:
        height, width = shot.frame.shape[:2]
        found = self._search.find(shot.frame, self._tracker.tracks, shot.elapsed)
        faces = self.view.select(found, width, height)
        with self.stages.measure("track"):
            tracks = self._tracker.update(shot.frame, faces, shot.elapsed)
        alive = {track.id for track in self._tracker.tracks}
        self._people = {key: person for key, person in self._people.items() if key in alive}
        visible = []
        for track in tracks:
            person = self._people.setdefault(track.id, Person(track, shot.elapsed))
            if track.crossing or track.unsure:
                person.doubt(shot.elapsed)
            if person.quality is None or track.unsure or shot.elapsed >= person.next_quality:
                person.quality = assess(shot.frame, track.face, person.pose_at(shot.elapsed))
                person.next_quality = shot.elapsed + QUALITY_SECONDS
            visible.append(person)
        return visible

    def _recognise(self, shot: Shot, visible: list[Person]) -> None:
        at = shot.elapsed
        none_enrolled = self._gallery is not None and not self._gallery.faces
        for person in visible:
            person.lose_patience(at, self._memory, none_enrolled=none_enrolled)
        if self._gallery is None or none_enrolled:
            return
        due = [
            person
            for person in visible
            if person.next_embedding <= at
            and not person.track.crossing
            and person.quality
            and person.quality.recognisable
        ]
        rate = max(EMBEDDINGS_PER_SECOND, EMBEDDINGS_PER_PERSON * len(visible))
        if self.load is Load.LEAST:
            rate /= 2
        if not due or not self._embeddings.take(at, rate):
            return
        person = min(due, key=lambda candidate: candidate.next_embedding)
        with self.stages.measure("embed"):
            embedding = self._models.encoder.encode(shot.frame, person.track.face)
        match = self._gallery.identify(embedding)
        # One employee cannot be in view twice: a second face that matches is another person.
        taken = {other.match.employee_id for other in visible if other is not person and other.match}
        person.take_vote(at, None if match and match.employee_id in taken else match, self._memory)

    def _read(self, shot: Shot, person: Person) -> None:
        if shot.elapsed < person.next_reading or not self._may_be_read(person):
            return
        dense = shot.elapsed - person.next_reading <= DENSE_LATENESS
        person.next_reading = shot.elapsed + READING_SECONDS
        read_face(shot, person, self._models, self.rules, self.stages, dense=dense)

    def _may_be_read(self, person: Person) -> bool:
        if person.standing is Standing.UNKNOWN:
            return self.rules.strangers_allowed
        return person.standing is Standing.NAMED

    def _is_due(self, person: Person, at: float) -> bool:
        if person.decided_at is None or person.period_since is None or at < person.next_detection:
            return False
        # A person only counted has no readings to wait for.
        return not self._may_be_read(person) or at >= person.period_since + self.rules.detection_seconds

    def _report(self, shot: Shot, session_id: str, person: Person, spent_ms: float) -> DetectionIn:
        period = self.rules.detection_seconds
        # Keep the schedule while frames keep up with it, so that a period is not stretched to the next frame each time.
        late = shot.elapsed - person.next_detection
        person.next_detection += period if late < LATENESS * period else late + period
        state = self._reported_state(person)
        person.begin_period(person.next_detection - period)
        box = person.track.face.box
        return DetectionIn(
            event_id=self._new_id(),
            device_id=self.rules.device_id,
            session_id=session_id,
            timestamp=shot.at,
            track_id=f"trk_{person.track.id}",
            employee_id=person.match.employee_id if person.match else None,
            recognition_confidence=round(person.match.confidence, 4) if person.match else None,
            emotion=state.emotion,
            emotion_confidence=state.confidence,
            emotion_vector=state.vector,
            bounding_box=Box(x=round(box.x), y=round(box.y), w=max(0, round(box.w)), h=max(0, round(box.h))),
            frame_quality=self._quality(person, shot.elapsed),
            processing_time_ms=round(spent_ms, 2),
            frames=state.frames,
        )

    def _quality(self, person: Person, at: float) -> float | None:
        if self._may_be_photograph(person, at):
            return 0.0
        return round(person.quality.share, 3) if person.quality else None

    def _may_be_photograph(self, person: Person, at: float) -> bool:
        return self.rules.flag_photographs and person.may_be_photograph(at)

    def _state(self, person: Person, at: float) -> PersonState:
        if not self._may_be_read(person):
            return PersonState()
        return person.state(at, expression_allowed=self.rules.expression_allowed)

    def _reported_state(self, person: Person) -> PersonState:
        if not self._may_be_read(person):
            return PersonState()
        return person.report(expression_allowed=self.rules.expression_allowed)

    def _mark(self, person: Person, at: float) -> Mark:
        code = person.match.employee_code if person.match else None
        photograph = self._may_be_photograph(person, at)
        return Mark(person.track.face, person.standing, code, self._state(person, at), photograph)
