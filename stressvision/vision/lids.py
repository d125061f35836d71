"""Classification of an eye as closed or open: a small dedicated network, trained with `stressvision.training eyes`.

Its file and its card (`models/eyes.tflite`, `models/eyes.json`) belong together, as the expression model's do.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from stressvision.core.errors import Message, ModelUnavailable
from stressvision.vision.faces import Face, Point
from stressvision.vision.networks import Frame, GreyNetwork

EYE_WIDTH, EYE_HEIGHT = 32, 24
EYE_SPAN = 0.75
"""Width of the region around an eye, in distances between the eyes: the lids and a little of what is around them."""


def cut_eye(frame: Frame, face: Face, centre: Point) -> Frame:
    """Return the region around an eye point, upright by the eyes; grey [24,32]."""
    axis = complex(*face.right_eye) - complex(*face.left_eye)
    step = axis * EYE_SPAN / EYE_WIDTH
    across, down = (EYE_WIDTH - 1) / 2, (EYE_HEIGHT - 1) / 2
    matrix = np.array(
        [
            [step.real, -step.imag, centre[0] - across * step.real + down * step.imag],
            [step.imag, step.real, centre[1] - across * step.imag - down * step.real],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    region = cv2.warpAffine(frame, matrix, (EYE_WIDTH, EYE_HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(region, cv2.COLOR_BGR2GRAY), np.uint8)


@dataclass(frozen=True)
class LidCard:
    """Content of the card: the hash of its file, and how an eye is prepared."""

    sha256: str
    smallest_deviation: float


def read_lid_card(path: Path) -> LidCard:
    """Read the eye model's card.

    Raises ModelUnavailable where it is missing, is not JSON, or describes another kind of model.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if (content["input"]["width"], content["input"]["height"], content["input"]["span"]) != (
            EYE_WIDTH,
            EYE_HEIGHT,
            EYE_SPAN,
        ):
            raise ValueError(f"input {content['input']}")
        return LidCard(str(content["sha256"]), float(content["input"]["smallest_deviation"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(
            Message(
                f"No se puede usar la ficha del modelo de los ojos {path}: {error!r}",
                f"The eye model's card {path} cannot be used: {error!r}",
            )
        ) from error


class LidModel:
    """The shipped eye network, well under 0.1 ms an eye. Not for several threads at once."""

    def __init__(self, model_path: Path, card_path: Path) -> None:
        """Open the model that the card describes.

        Raises ModelUnavailable where either file is missing, or the model is not the card's.
        """
        card = read_lid_card(card_path)
        self._network = GreyNetwork(model_path, card.sha256, card.smallest_deviation)

    def estimate(self, frame: Frame, face: Face) -> float:
        """Return the probability that the eyes of a face are closed, 0-1: the mean of both."""
        left, right = (self._answer(cut_eye(frame, face, eye)) for eye in (face.left_eye, face.right_eye))
        return (left + right) / 2

    def _answer(self, grey: Frame) -> float:
        logit = float(self._network.run(grey)[0])
        return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))
