"""Reading of one face: its geometry, then its expression where one can be read."""

from stressvision.edge.capture.costs import StageTimes
from stressvision.edge.capture.models import Models
from stressvision.edge.capture.person import FATIGUE_PRESENT, Person
from stressvision.edge.capture.rules import Rules
from stressvision.vision.camera import Shot
from stressvision.vision.expression import ExpressionEstimate
from stressvision.vision.geometry.reader import FaceGeometry, WantsContour
from stressvision.vision.relaxed import is_relaxed


def read_face(
    shot: Shot, person: Person, models: Models, rules: Rules, stages: StageTimes, *, dense: bool = False
) -> None:
    """Read the face of a person that policy and consent allow to be read, and measure how long each part takes.

    `dense`: the readings follow each other so closely that each needs one view of the expression model only.
    """
    # Blinks are found in the contour alone.
    wants_contour = None if rules.flag_photographs else person.monitor.wants_contour
    geometry = _measure(shot, person, models, stages, wants_contour)
    turn = person.trend.readings if dense else None
    estimate = _read_expression(shot, person, models, stages, turn) if rules.expression_allowed else None
    yawned = person.monitor.may_be_yawning
    person.monitor.observe(shot.elapsed, geometry, estimate.probabilities.happy if estimate else None)
    # A yawn resembles fear and anger, and shut eyes sadness: neither is an expression. A laugh is recognised all along.
    if estimate is not None and not yawned and not person.monitor.eyes_closed:
        person.trend.add(shot.elapsed, estimate.probabilities)
        person.period.add_expression(estimate.probabilities)
    person.period.add_fatigue(person.monitor.estimate().probability)
    if rules.flag_photographs:
        person.blinks.observe(shot.elapsed, geometry.lids if geometry else None)
        if geometry is not None:
            with stages.measure("flatness"):
                person.flatness.observe(shot.elapsed, shot.frame, person.track.face)


def _measure(
    shot: Shot, person: Person, models: Models, stages: StageTimes, wants_contour: WantsContour | None
) -> FaceGeometry | None:
    """Return pose, lids, mouth and what is hidden; None where the picture of the face is too poor."""
    person.geometry, person.geometry_at = None, shot.elapsed
    if person.quality is None or not person.quality.visible:
        return None
    with stages.measure("geometry"):
        person.geometry = models.geometry.read(shot.frame, person.track.face, wants_contour=wants_contour)
    if person.geometry is not None:
        person.quality = person.quality.facing(person.geometry.pose)
    return person.geometry


def _read_expression(
    shot: Shot, person: Person, models: Models, stages: StageTimes, turn: int | None
) -> ExpressionEstimate | None:
    """Return the expression of a face where one can be read, and let the person's baseline follow it."""
    if models.expression is None or not person.is_expressive:
        return None
    face = person.track.face
    with stages.measure("expression"):
        reference = person.baseline.reference if person.baseline else None
        estimate = models.expression.estimate(shot.frame, face.left_eye, face.right_eye, reference=reference, turn=turn)
    if person.baseline is not None and person.geometry is not None:
        fatigued = person.monitor.estimate().probability >= FATIGUE_PRESENT
        person.baseline.follow(estimate, relaxed=is_relaxed(person.geometry) and not fatigued)
    return estimate
