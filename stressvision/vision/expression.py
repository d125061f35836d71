"""Names the expression of one face in one frame: aligned by the eyes, answered with calibrated probabilities.

The model file and its card (`models/expression.tflite`, `models/expression.json`) belong together; the card
names the file's SHA-256 and everything that has to happen to a picture before and after the network.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.core.errors import InvalidInput, Message, ModelUnavailable
from stressvision.vision.networks import GreyNetwork

STATES = ("neutral", "happy", "stress", "sad")
CLASSES = (*STATES, "other")

# Eyes closer than this carry no expression: the face is under 12 pixels wide.
SMALLEST_EYE_DISTANCE = 4.0


@dataclass(frozen=True)
class StateProbabilities(Mapping[str, float]):
    """The probability of each state, always in the order of STATES, summing to one."""

    neutral: float
    happy: float
    stress: float
    sad: float

    def __getitem__(self, state: str) -> float:
        if state not in STATES:
            raise KeyError(state)
        return float(getattr(self, state))

    def __iter__(self) -> Iterator[str]:
        return iter(STATES)

    def __len__(self) -> int:
        return len(STATES)


@dataclass(frozen=True)
class ExpressionEstimate:
    """What one frame says about one face.

    `other` is the probability of an expression outside the four states (surprise, contempt); it is already
    shared out evenly over `probabilities`, so that such a face answers with low confidence.
    """

    probabilities: StateProbabilities
    other: float

    @property
    def state(self) -> str:
        """The most probable of the four states."""
        return max(STATES, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """The probability of that state, 0-1."""
        return self.probabilities[self.state]


@dataclass(frozen=True)
class View:
    """Where a crop has the eyes, in its pixels (whole numbers are pixel centres), the image-left one first."""

    left_eye: tuple[float, float]
    right_eye: tuple[float, float]


@dataclass(frozen=True)
class ExpressionCard:
    """What the card says about preparing a face: the crops to look at, their side in pixels, and the calibration."""

    sha256: str
    size: int
    views: tuple[View, ...]
    smallest_deviation: float
    temperature: float


def read_card(path: Path) -> ExpressionCard:
    """Read a model's card.

    Raises ModelUnavailable where it is missing, is no JSON, or describes another kind of model.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if tuple(content["classes"]) != CLASSES:
            raise ValueError(f"classes {content['classes']}")
        views = tuple(
            View(
                (float(view["left_eye"][0]), float(view["left_eye"][1])),
                (float(view["right_eye"][0]), float(view["right_eye"][1])),
            )
            for view in content["views"]
        )
        if not views:
            raise ValueError("no views")
        return ExpressionCard(
            sha256=str(content["sha256"]),
            size=int(content["input"]["size"]),
            views=views,
            smallest_deviation=float(content["input"]["smallest_deviation"]),
            temperature=float(content["temperature"]),
        )
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelUnavailable(
            Message(
                f"No se puede usar la ficha del modelo de expresión {path}: {error!r}",
                f"The expression model's card {path} cannot be used: {error!r}",
            )
        ) from error


def align_face(
    frame_bgr: npt.NDArray[np.uint8],
    left_eye: tuple[float, float],
    right_eye: tuple[float, float],
    view: View,
    size: int,
) -> npt.NDArray[np.uint8]:
    """Turn, scale and move a frame [H,W,3] so that the eyes lie where the view has them; grey [size,size].

    Eye points are pixels of the frame, the image-left one first. What lies beyond the frame repeats its edge.
    Raises InvalidInput where the eyes are not finite or too close together to mean anything.
    """
    source = complex(*right_eye) - complex(*left_eye)
    distance = abs(source)
    if not math.isfinite(distance) or distance < SMALLEST_EYE_DISTANCE:
        raise InvalidInput(
            Message(
                "Los ojos están demasiado juntos para leer una expresión",
                "The eyes are too close to read an expression",
            )
        )
    target = complex(*view.right_eye) - complex(*view.left_eye)
    # A larger canvas that is averaged down afterwards: bilinear sampling alone would skip pixels of a near face.
    enlargement = max(1, min(8, math.ceil(distance / abs(target))))
    factor = target / source * enlargement
    centre = (enlargement - 1) / 2
    origin = complex(*view.left_eye) * enlargement + complex(centre, centre) - factor * complex(*left_eye)
    matrix = np.array([[factor.real, -factor.imag, origin.real], [factor.imag, factor.real, origin.imag]], np.float64)
    side = size * enlargement
    canvas = cv2.warpAffine(frame_bgr, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.cvtColor(canvas, cv2.COLOR_BGR2GRAY)
    if enlargement > 1:
        grey = cv2.resize(grey, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


class ExpressionModel:
    """The shipped expression network, under a millisecond a face. Not for several threads at once."""

    def __init__(self, model_path: Path, card_path: Path) -> None:
        """Open the model that the card describes.

        Raises ModelUnavailable where either file is missing, or the model is not the card's.
        """
        self.card = read_card(card_path)
        self._network = GreyNetwork(model_path, self.card.sha256, self.card.smallest_deviation)

    def estimate(
        self,
        frame_bgr: npt.NDArray[np.uint8],
        left_eye: tuple[float, float],
        right_eye: tuple[float, float],
    ) -> ExpressionEstimate:
        """Estimate the expression of one face of a frame [H,W,3]: the mean of what the card's views answer.

        Several views, because eye points err by a pixel and the answer should not hang on that. Eye points are
        pixel coordinates in the frame, the image-left eye first. Raises InvalidInput where they are too close
        together.
        """
        size = self.card.size
        crops = [align_face(frame_bgr, left_eye, right_eye, view, size) for view in self.card.views]
        return _spread(np.mean([self._answer(crop) for crop in crops], axis=0))

    def estimate_aligned(self, grey: npt.NDArray[np.uint8]) -> ExpressionEstimate:
        """Estimate the expression of an aligned grey face [size,size], 0-255."""
        return _spread(self._answer(grey))

    def _answer(self, grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities [5] of CLASSES."""
        logits = np.asarray(self._network.run(grey), np.float64) / self.card.temperature
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum(), np.float64)


def _spread(shares: npt.NDArray[np.float64]) -> ExpressionEstimate:
    """Probabilities [5] of CLASSES, "other" shared out evenly over the four states."""
    other = float(shares[len(STATES)])
    spread = [float(share) + other / len(STATES) for share in shares[: len(STATES)]]
    return ExpressionEstimate(StateProbabilities(*spread), other)
