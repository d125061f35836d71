"""Estimation of the expression of one face in one frame, aligned by the eyes, as calibrated probabilities.

The model file and its card (`models/expression.tflite`, `models/expression.json`) belong together; the card
names the file's SHA-256 and everything that has to happen to a picture before and after the network.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.core.errors import InvalidInput, Message
from stressvision.vision.expression_card import (
    CLASSES,
    MOST_CLASSES,
    STATES,
    Baseline,
    ExpressionCard,
    View,
    read_card,
    shift_for,
)
from stressvision.vision.networks import GreyNetwork

__all__ = [
    "CLASSES",
    "STATES",
    "Baseline",
    "ExpressionCard",
    "ExpressionEstimate",
    "ExpressionModel",
    "ExpressionReference",
    "StateProbabilities",
    "View",
    "align_face",
    "centre_logits",
    "read_card",
    "shift_for",
]

# Eyes closer than this carry no expression: the face is under 12 pixels wide.
SMALLEST_EYE_DISTANCE = 4.0

SMALLEST_PROBABILITY = 1e-4
"""Below it a probability carries no further information, and its logarithm would outweigh all others."""


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
    """Expression of one face in one frame.

    `other` is the probability of an expression outside the four states (surprise, contempt); it is already
    shared out evenly over `probabilities`, so that such a face answers with low confidence.
    `logits` are the model's answer before any reference was subtracted, one number a class of its card, summing to
    zero: what `ExpressionModel.make_reference` averages. `referenced`: whether a reference was subtracted.
    """

    probabilities: StateProbabilities
    other: float
    logits: tuple[float, ...] = ()
    referenced: bool = False

    @property
    def state(self) -> str:
        """Return the most probable of the four states."""
        return max(STATES, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """Return the probability of that state, 0-1."""
        return self.probabilities[self.state]


@dataclass(frozen=True)
class ExpressionReference:
    """How one person's relaxed face reads: the mean of `logits` over `pictures` pictures, for one model only.

    `model` is the SHA-256 of the model that read them; another model ignores the reference. A few numbers, from
    which no picture can be made again; personal data all the same.
    """

    model: str
    logits: tuple[float, ...]
    pictures: int

    def __post_init__(self) -> None:
        """Raise InvalidInput where a field cannot be a model's result."""
        if not re.fullmatch(r"[0-9a-f]{64}", self.model):
            raise _refuse_reference("model")
        if not 1 <= len(self.logits) <= MOST_CLASSES or not all(math.isfinite(value) for value in self.logits):
            raise _refuse_reference("logits")
        if self.pictures < 1:
            raise _refuse_reference("pictures")

    def to_json(self) -> str:
        """Return one line of JSON that `from_json` reads."""
        logits = [round(value, 4) for value in self.logits]
        return json.dumps({"model": self.model, "logits": logits, "pictures": self.pictures})

    @classmethod
    def from_json(cls, text: str) -> "ExpressionReference":
        """Read what `to_json` wrote. Raises InvalidInput for anything else."""
        try:
            content = json.loads(text)
            if set(content) != {"model", "logits", "pictures"} or not isinstance(content["model"], str):
                raise ValueError(content)
            return cls(content["model"], tuple(float(each) for each in content["logits"]), int(content["pictures"]))
        except (ValueError, TypeError) as error:
            raise _refuse_reference("json") from error


def _refuse_reference(field: str) -> InvalidInput:
    return InvalidInput(
        Message(f"La referencia de expresión no es válida: {field}", f"The expression reference is not valid: {field}"),
        field=field,
    )


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
    """The shipped expression network, 1.3 to 2 milliseconds a view. Not for several threads at once."""

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
        *,
        reference: ExpressionReference | None = None,
        turn: int | None = None,
    ) -> ExpressionEstimate:
        """Estimate the expression of one face of a frame: the mean of what the card's views answer.

        Several views, because eye points err by a pixel and the answer should not hang on that. Where many readings of
        one face are averaged anyway, `turn` numbers them, and each costs one view: the views take turns.

        Args:
            frame_bgr: BGR picture, uint8 [H, W, 3].
            left_eye: Pixels of the frame, the image-left eye.
            right_eye: The image-right eye.
            reference: The person's relaxed face; ignored where another model made it.
            turn: Number of this reading of the face; None for all views.

        Raises:
            InvalidInput: The eyes are too close together.
        """
        size = self.card.size
        views = self.card.views if turn is None else (self.card.views[turn % len(self.card.views)],)
        crops = [align_face(frame_bgr, left_eye, right_eye, view, size) for view in views]
        answers = [self._answer(crop) for crop in crops]
        answer = answers[0] if len(answers) == 1 else np.mean(answers, axis=0)
        return self._conclude(centre_logits(answer), reference)

    def estimate_aligned(
        self, grey: npt.NDArray[np.uint8], *, reference: ExpressionReference | None = None
    ) -> ExpressionEstimate:
        """Estimate the expression of an aligned grey face, uint8 [size, size]."""
        return self._conclude(centre_logits(self._answer(grey)), reference)

    def refer(self, estimate: ExpressionEstimate, reference: ExpressionReference | None) -> ExpressionEstimate:
        """Return the same estimate with a reference subtracted, or with none."""
        return self._conclude(np.asarray(estimate.logits, np.float64), reference)

    def make_reference(self, estimates: Sequence[ExpressionEstimate]) -> ExpressionReference:
        """Average this model's estimates of one person's relaxed pictures. Raises InvalidInput where there is none."""
        if not estimates:
            raise _refuse_reference("pictures")
        if any(len(each.logits) != len(self.card.groups) for each in estimates):
            raise _refuse_reference("logits")
        mean = np.mean([each.logits for each in estimates], axis=0)
        return ExpressionReference(self.card.sha256, tuple(float(value) for value in mean), len(estimates))

    def _answer(self, grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Return the calibrated probabilities of the network's classes."""
        logits = np.asarray(self._network.run(grey), np.float64)
        return _soften(logits / self.card.temperature + np.asarray(self.card.offsets))

    def _conclude(self, logits: npt.NDArray[np.float64], reference: ExpressionReference | None) -> ExpressionEstimate:
        """Subtract the reference from the logits of the network's classes and add their probabilities up to states."""
        fits = (
            reference is not None
            and reference.model == self.card.sha256
            and len(reference.logits) == len(self.card.groups)
        )
        shifted = logits
        if reference is not None and fits:
            shifted = logits - shift_for(np.asarray(reference.logits, np.float64), self.card.baseline)
        grouped = np.bincount(self.card.groups, _soften(shifted), len(CLASSES))
        other = float(grouped[-1])
        spread = [float(share) + other / len(STATES) for share in grouped[:-1]]
        return ExpressionEstimate(StateProbabilities(*spread), other, tuple(float(value) for value in logits), fits)


def centre_logits(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the logarithms of probabilities [..., C], summing to zero; the least counted is SMALLEST_PROBABILITY."""
    logits = np.log(np.maximum(probabilities, SMALLEST_PROBABILITY))
    return np.asarray(logits - logits.mean(axis=-1, keepdims=True), np.float64)


def _soften(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    weights = np.exp(logits - logits.max())
    return np.asarray(weights / weights.sum(), np.float64)
