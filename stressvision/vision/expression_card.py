"""The card of an expression model: how a face is cut out, what the network's classes mean, how it is calibrated."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stressvision.core.errors import Message, ModelUnavailable

STATES = ("neutral", "happy", "stress", "sad")
CLASSES = (*STATES, "other")
MOST_CLASSES = 32


@dataclass(frozen=True)
class View:
    """Where a crop has the eyes, in its pixels (whole numbers are pixel centres), the image-left one first."""

    left_eye: tuple[float, float]
    right_eye: tuple[float, float]


@dataclass(frozen=True)
class Baseline:
    """How a person's reference is subtracted: `strength` times its distance from the `typical` relaxed face.

    `typical` holds the mean logits of relaxed pictures of many persons; no component moves by more than `bound`.
    """

    typical: tuple[float, ...]
    strength: float
    bound: float


@dataclass(frozen=True)
class ExpressionCard:
    """Preparation of a face as the card describes it: the crops to read, their side in pixels, and the calibration.

    `groups` has for each of the network's classes the index into CLASSES that its probability is added to, `offsets`
    what is added to its logit after the division by `temperature`.
    """

    sha256: str
    size: int
    views: tuple[View, ...]
    smallest_deviation: float
    temperature: float
    offsets: tuple[float, ...]
    groups: tuple[int, ...]
    baseline: Baseline


def read_card(path: Path) -> ExpressionCard:
    """Read a model's card.

    Raises ModelUnavailable where it is missing, is not JSON, or describes another kind of model.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        groups = _read_groups(content["classes"])
        views = tuple(
            View(
                (float(view["left_eye"][0]), float(view["left_eye"][1])),
                (float(view["right_eye"][0]), float(view["right_eye"][1])),
            )
            for view in content["views"]
        )
        if not views:
            raise ValueError("no views")
        offsets = tuple(float(value) for value in content["offsets"])
        if len(offsets) != len(groups):
            raise ValueError(f"offsets {offsets}")
        return ExpressionCard(
            sha256=str(content["sha256"]),
            size=int(content["input"]["size"]),
            views=views,
            smallest_deviation=float(content["input"]["smallest_deviation"]),
            temperature=float(content["temperature"]),
            offsets=offsets,
            groups=groups,
            baseline=_read_baseline(content["baseline"], len(groups)),
        )
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelUnavailable(
            Message(
                f"No se puede usar la ficha del modelo de expresión {path}: {error!r}",
                f"The expression model's card {path} cannot be used: {error!r}",
            )
        ) from error


def _read_groups(classes: Mapping[str, str]) -> tuple[int, ...]:
    """Return the index into CLASSES of each of the network's classes; each of CLASSES has to occur."""
    groups = tuple(CLASSES.index(group) for group in classes.values())
    if set(groups) != set(range(len(CLASSES))) or len(groups) > MOST_CLASSES:
        raise ValueError(f"classes {classes}")
    return groups


def _read_baseline(content: Mapping[str, Any], classes: int) -> Baseline:
    baseline = Baseline(
        tuple(float(value) for value in content["typical"]), float(content["strength"]), float(content["bound"])
    )
    if len(baseline.typical) != classes or not 0 <= baseline.strength <= 1 or not 0 <= baseline.bound < math.inf:
        raise ValueError(f"baseline {content}")
    return baseline


def shift_for(reference: npt.NDArray[np.float64], baseline: Baseline) -> npt.NDArray[np.float64]:
    """Return what is subtracted from the logits of a person whose relaxed face reads as `reference` [..., C]."""
    distance = baseline.strength * (reference - np.asarray(baseline.typical, np.float64))
    return np.asarray(np.clip(distance, -baseline.bound, baseline.bound), np.float64)
