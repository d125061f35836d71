"""The device's networks with their results cached by picture: simulations show the same pictures repeatedly."""

from collections.abc import Callable, Sequence

import numpy as np

from stressvision.edge.capture.models import Models
from stressvision.vision.expression import ExpressionEstimate, ExpressionReference
from stressvision.vision.faces import Face, FaceBox, Point, find_all_expected
from stressvision.vision.geometry.reader import FaceGeometry, WantsContour
from stressvision.vision.networks import Frame
from stressvision.vision.recognition.embedding import EMBEDDING_SIZE, Embedding
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery

VIEWS = 2
"""Of the expression model, which take turns."""


class RememberedNetworks:
    """The real networks, run once per picture, and an encoder that recognises each face as the one enrolled person.

    Pictures are known by their identity: they have to stay alive. `choose` selects which of the faces found are kept.
    """

    def __init__(self, models: Models, choose: Callable[[list[Face]], list[Face]] = list) -> None:
        self._models = models
        self._choose = choose
        self._faces: dict[int, list[Face]] = {}
        self._geometries: dict[int, FaceGeometry | None] = {}
        self._expressions: dict[tuple[int, int | None], ExpressionEstimate] = {}

    def detect(self, frame: Frame) -> list[Face]:
        if id(frame) not in self._faces:
            self._faces[id(frame)] = self._choose(self._models.detector.detect(frame))
        return self._faces[id(frame)]

    def detect_near(self, frame: Frame, expected: Sequence[FaceBox]) -> list[Face] | None:
        return find_all_expected(self.detect(frame), expected)

    def encode(self, frame: Frame, face: Face) -> Embedding:
        return np.zeros(EMBEDDING_SIZE)

    def read(self, frame: Frame, face: Face, *, wants_contour: WantsContour | None = None) -> FaceGeometry | None:
        if id(frame) not in self._geometries:
            self._geometries[id(frame)] = self._models.geometry.read(frame, face)
        return self._geometries[id(frame)]

    def estimate(
        self,
        frame_bgr: Frame,
        left_eye: Point,
        right_eye: Point,
        *,
        reference: ExpressionReference | None = None,
        turn: int | None = None,
    ) -> ExpressionEstimate:
        assert self._models.expression is not None
        key = id(frame_bgr), None if turn is None else turn % VIEWS
        if key not in self._expressions:
            self._expressions[key] = self._models.expression.estimate(
                frame_bgr, left_eye, right_eye, reference=reference, turn=turn
            )
        return self._expressions[key]

    @property
    def models(self) -> Models:
        """Return these networks as those of a pipeline."""
        return Models(self, self, self, self)


def enrol_every_face() -> FaceGallery:
    """Return a gallery of one person, as which RememberedNetworks recognises each face."""
    return FaceGallery([EnrolledFace(1, "EMP001", np.zeros((3, EMBEDDING_SIZE)))], 0.5, 0.05)
