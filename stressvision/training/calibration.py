"""One temperature, so that a confidence is a probability (Guo et al. 2017)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stressvision.training.data import STATES, FloatArray, IntArray
from stressvision.training.evaluation import ExpressionFigures, measure_logits, soften, spread_other

TEMPERATURES = np.exp(np.linspace(np.log(0.25), np.log(4.0), 161))


@dataclass(frozen=True)
class Calibration:
    """A temperature fitted on one half of the validation pictures, and figures from the other half."""

    temperature: float
    before: ExpressionFigures
    after: ExpressionFigures


def split_in_halves(count: int, seed: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Two masks [N] that share the pictures out evenly, drawn from the seed."""
    order = np.random.default_rng(seed).permutation(count)
    first = np.zeros(count, np.bool_)
    first[order[: count // 2]] = True
    return first, ~first


def score_states(logits: FloatArray, majority: IntArray, temperature: float) -> float:
    """Mean negative log-likelihood of the true states, "other" shared out as at run time."""
    chosen = (majority >= 0) & (majority < len(STATES))
    probabilities = spread_other(soften(logits[chosen], temperature))
    return float(-np.log(probabilities[np.arange(len(probabilities)), majority[chosen]] + 1e-9).mean())


def fit_temperature(logits: FloatArray, majority: IntArray) -> float:
    """The temperature under which the true states of pictures [N] are likeliest, 0.25 to 4."""
    scores = [score_states(logits, majority, float(value)) for value in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(scores))])


def calibrate_logits(logits: FloatArray, majority: IntArray, seed: int) -> Calibration:
    """Fit on one half of logits [N,5], measure on the other."""
    fitting, reporting = split_in_halves(len(logits), seed)
    temperature = fit_temperature(logits[fitting], majority[fitting])
    return Calibration(
        temperature,
        measure_logits(logits[reporting], majority[reporting]),
        measure_logits(logits[reporting], majority[reporting], temperature),
    )
