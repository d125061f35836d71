"""How a relaxed face reads: what a still of an enrolment tells of a person's own neutral face.

What makes a face relaxed is its geometry, not what the network says of it: those whose neutral face reads as sad or
angry are those who need a reference most.
"""

from pathlib import Path

from stressvision.vision.expression import ExpressionModel, ExpressionReference
from stressvision.vision.faces import Face
from stressvision.vision.fatigue.monitor import SMILING
from stressvision.vision.geometry.mouth import CLOSED_GAP, smile_probability
from stressvision.vision.geometry.reader import FaceGeometry, GeometryReader
from stressvision.vision.networks import Frame
from stressvision.vision.quality import CLASSIFIABLE, assess

MOST_YAW, MOST_PITCH = 20.0, 15.0
"""Degrees: a reference is read off a face that looks at the camera."""


class RelaxedReader:
    """Not for several threads at once."""

    def __init__(self, model_path: Path, card_path: Path) -> None:
        """Raises ModelUnavailable where a network is missing."""
        self._model = ExpressionModel(model_path, card_path)
        self._geometry = GeometryReader()

    def read(self, frame: Frame, face: Face) -> ExpressionReference | None:
        """Return the reference of one still, or None where the face is not relaxed or not clear enough."""
        geometry = self._geometry.read(frame, face, with_lids=False)
        if geometry is None or not is_relaxed(geometry) or assess(frame, face, geometry.pose).share < CLASSIFIABLE:
            return None
        return self._model.make_reference([self._model.estimate(frame, face.left_eye, face.right_eye)])


def is_relaxed(geometry: FaceGeometry) -> bool:
    """Whether a face looks at the camera with a closed mouth, without a smile and with nothing before it."""
    mouth, pose = geometry.mouth, geometry.pose
    if mouth is None or geometry.cover.any or abs(pose.yaw) > MOST_YAW or abs(pose.pitch) > MOST_PITCH:
        return False
    return mouth.gap < CLOSED_GAP and smile_probability(mouth) < SMILING
