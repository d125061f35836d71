"""The networks that the pipeline runs, and their interfaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from stressvision.core.config import Settings
from stressvision.core.errors import ModelUnavailable
from stressvision.vision.expression import ExpressionEstimate, ExpressionModel, ExpressionReference
from stressvision.vision.faces import Face, FaceBox, FaceDetector, Point
from stressvision.vision.geometry.reader import FaceGeometry, GeometryReader, WantsContour
from stressvision.vision.lids import LidModel
from stressvision.vision.networks import Frame
from stressvision.vision.recognition.embedding import Embedding, FaceEncoder

log = structlog.get_logger()


class Detecting(Protocol):
    """Face detector; see `vision.faces.FaceDetector`."""

    def detect(self, frame: Frame) -> list[Face]:
        """Return the faces of a frame."""
        ...

    def detect_near(self, frame: Frame, expected: Sequence[FaceBox]) -> list[Face] | None:
        """Return the face at each of the expected places, or None where one is not found there."""
        ...


class Encoding(Protocol):
    """Face embedder; see `vision.embedding.FaceEncoder`."""

    def encode(self, frame: Frame, face: Face) -> Embedding:
        """Return the embedding [128] of one face of a frame."""
        ...


class Measuring(Protocol):
    """Geometry of a face; see `vision.geometry.reader.GeometryReader`."""

    def read(self, frame: Frame, face: Face, *, wants_contour: WantsContour | None = None) -> FaceGeometry | None:
        """Measure one face of a frame, or return None where no face is seen.

        `wants_contour`: whether the contour of plainly open eyes is wanted in a pose.
        """
        ...


class Expressing(Protocol):
    """Expression model; see `vision.expression.ExpressionModel`."""

    def estimate(
        self,
        frame_bgr: Frame,
        left_eye: Point,
        right_eye: Point,
        *,
        reference: ExpressionReference | None = None,
        turn: int | None = None,
    ) -> ExpressionEstimate:
        """Estimate the expression of one face of a frame, relative to `reference` if there is one.

        `turn`: number of this reading of the face, where many are averaged.
        """
        ...


@dataclass(frozen=True)
class Models:
    """The networks of a pipeline; without `expression`, only fatigue is reported."""

    detector: Detecting
    encoder: Encoding
    geometry: Measuring
    expression: Expressing | None


def load_models(settings: Settings) -> Models:
    """Load every network.

    A missing eye or expression model is logged and left out.

    Raises:
        ModelUnavailable: If the face detector, the face encoder, the mesh or the eye contour network is missing.
    """
    return Models(FaceDetector(), FaceEncoder(), GeometryReader(_load_lids(settings)), _load_expression(settings))


def _load_lids(settings: Settings) -> LidModel | None:
    try:
        return LidModel(settings.models_dir / "eyes.tflite", settings.models_dir / "eyes.json")
    except ModelUnavailable as error:
        log.error("eye model not loaded: closed eyes are detected from the eye contour only", reason=error.message.en)
        return None


def _load_expression(settings: Settings) -> Expressing | None:
    try:
        return ExpressionModel(settings.models_dir / "expression.tflite", settings.models_dir / "expression.json")
    except ModelUnavailable as error:
        log.error("expression model not loaded: only fatigue is reported", reason=error.message.en)
        return None
