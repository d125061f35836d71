"""Quality of a model: balanced accuracy, recalls, confusions and calibration of its confidence."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stressvision.training.data import STATES, FloatArray, IntArray

BINS = 15


@dataclass(frozen=True)
class ReliabilityBin:
    """The answers whose confidence lies in one fifteenth of 0-1: count, confidence and accuracy."""

    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class ExpressionFigures:
    """What was measured on pictures of the four states. confusion[i][j]: pictures of state i called state j."""

    pictures: int
    balanced_accuracy: float
    accuracy: float
    recall: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration_error: float
    mean_confidence: float
    bins: tuple[ReliabilityBin, ...]


def soften(logits: npt.NDArray[np.floating], temperature: float = 1.0) -> FloatArray:
    """Return softmax of logits [...,C] divided by a temperature."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    weights = np.exp(scaled)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), np.float32)


def spread_other(probabilities: FloatArray) -> FloatArray:
    """Turn class probabilities [N,5] into state probabilities [N,4], "other" shared out evenly.

    A surprised face so gets low confidence in every state, not a wrong name.
    """
    return np.asarray(probabilities[:, :-1] + probabilities[:, -1:] / len(STATES), np.float32)


def measure_probabilities(probabilities: FloatArray, truth: IntArray) -> ExpressionFigures:
    """Return figures of state probabilities [N,4] against the true states [N]."""
    answers = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    right = answers == truth
    confusion = np.zeros((len(STATES), len(STATES)), np.int64)
    np.add.at(confusion, (truth, answers), 1)
    recall = np.diag(confusion) / np.maximum(confusion.sum(axis=1), 1)
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = []
    error = 0.0
    for index in range(BINS):
        inside = place == index
        count = int(inside.sum())
        sure = float(confidence[inside].mean()) if count else 0.0
        hit = float(right[inside].mean()) if count else 0.0
        error += count / max(len(truth), 1) * abs(sure - hit)
        bins.append(ReliabilityBin(count, sure, hit))
    present = confusion.sum(axis=1) > 0
    return ExpressionFigures(
        pictures=len(truth),
        balanced_accuracy=float(recall[present].mean()),
        accuracy=float(right.mean()),
        recall=tuple(float(value) for value in recall),
        confusion=tuple(tuple(int(value) for value in row) for row in confusion),
        calibration_error=error,
        mean_confidence=float(confidence.mean()),
        bins=tuple(bins),
    )


def measure_logits(logits: FloatArray, majority: IntArray, temperature: float = 1.0) -> ExpressionFigures:
    """Return figures of class logits [N,5]; pictures whose majority is none of the four states are left out."""
    chosen = (majority >= 0) & (majority < len(STATES))
    return measure_probabilities(spread_other(soften(logits[chosen], temperature)), majority[chosen])
