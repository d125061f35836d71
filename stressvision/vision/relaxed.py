"""Expression reference of a relaxed face on an enrolment still.

Geometry decides whether a face is relaxed, not the expression network: a reference matters most for people whose
neutral face reads as sad or angry.
"""

import structlog

from stressvision.core.config import Policy, Settings
from stressvision.core.errors import ModelUnavailable
from stressvision.vision.expression import ExpressionModel, ExpressionReference
from stressvision.vision.faces import Face
from stressvision.vision.fatigue.monitor import SMILING
from stressvision.vision.geometry.mouth import CLOSED_GAP, smile_probability
from stressvision.vision.geometry.reader import FaceGeometry, GeometryReader
from stressvision.vision.networks import Frame
from stressvision.vision.quality import CLASSIFIABLE, assess

log = structlog.get_logger()

MOST_YAW, MOST_PITCH = 20.0, 15.0
"""Degrees: a reference is read from a face that looks at the camera."""


class RelaxedReader:
    """Reads the expression reference of one still. Not thread-safe."""

    def __init__(self, settings: Settings) -> None:
        """Load the networks. Raises ModelUnavailable where one is missing."""
        models = settings.models_dir
        self._model = ExpressionModel(models / "expression.tflite", models / "expression.json")
        self._geometry = GeometryReader()

    def read(self, frame: Frame, face: Face) -> ExpressionReference | None:
        """Return the reference of one still, or None where the face is not relaxed or not clear enough."""
        geometry = self._geometry.read(frame, face, with_lids=False)
        if geometry is None or not is_relaxed(geometry) or assess(frame, face, geometry.pose).share < CLASSIFIABLE:
            return None
        return self._model.make_reference([self._model.estimate(frame, face.left_eye, face.right_eye)])


def open_relaxed_reader(settings: Settings) -> RelaxedReader | None:
    """Return a reader, or None where the policy forbids inferring expressions or a network is missing."""
    if settings.policy is Policy.EU:
        return None
    try:
        return RelaxedReader(settings)
    except ModelUnavailable as error:
        log.warning("expression references not read", reason=error.message.en)
        return None


def is_relaxed(geometry: FaceGeometry) -> bool:
    """Return whether a face looks at the camera with a closed mouth, without a smile and uncovered."""
    mouth, pose = geometry.mouth, geometry.pose
    if mouth is None or geometry.cover.any or abs(pose.yaw) > MOST_YAW or abs(pose.pitch) > MOST_PITCH:
        return False
    return mouth.gap < CLOSED_GAP and smile_probability(mouth) < SMILING
