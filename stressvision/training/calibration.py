"""What is set after training, on half of the validation pictures: one offset and one temperature.

The offset moves the border between neutral and everything else to where the worst recognised state fares best:
raters and network disagree most there. The temperature makes a confidence a probability (Guo et al. 2017).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stressvision.training.data import STATES, FloatArray, IntArray
from stressvision.training.evaluation import ExpressionFigures, measure_logits, soften, spread_other

# Before the temperature, logits differ about half as much as they should: 0.35 takes neutral as twice as frequent.
OFFSETS = np.linspace(0.0, 0.35, 15)
TEMPERATURES = np.exp(np.linspace(np.log(0.25), np.log(4.0), 161))


@dataclass(frozen=True)
class Calibration:
    """What was fitted on one half of the validation pictures, and figures from the other half.

    `offset` is added to the neutral logit before all logits are divided by `temperature`; `before` has the
    offset but not the temperature.
    """

    offset: float
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


def offset_neutral(logits: FloatArray, offset: float) -> FloatArray:
    """Logits [N,5] with the neutral one raised."""
    raised = logits.copy()
    raised[:, STATES.index("neutral")] += np.float32(offset)
    return raised


def fit_offset(logits: FloatArray, majority: IntArray) -> float:
    """The offset under which the lowest recall of pictures [N] is highest; the smallest such one."""
    lowest = [min(measure_logits(offset_neutral(logits, float(value)), majority).recall) for value in OFFSETS]
    return float(OFFSETS[int(np.argmax(lowest))])


def calibrate_logits(logits: FloatArray, majority: IntArray, seed: int) -> Calibration:
    """Fit on one half of logits [N,5], measure on the other."""
    fitting, reporting = split_in_halves(len(logits), seed)
    offset = fit_offset(logits[fitting], majority[fitting])
    raised = offset_neutral(logits, offset)
    temperature = fit_temperature(raised[fitting], majority[fitting])
    return Calibration(
        offset,
        temperature,
        measure_logits(raised[reporting], majority[reporting]),
        measure_logits(raised[reporting], majority[reporting], temperature),
    )
