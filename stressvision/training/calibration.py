"""Parameters set after training, on faces of persons outside the training set: offsets, a temperature, a baseline.

The offsets move the borders between the states to where all sets and states count alike. The temperature makes a
confidence a probability (Guo et al. 2017). The baseline defines how a person's own relaxed face is subtracted.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stressvision.training.data import CLASSES, STATES, FloatArray, IntArray
from stressvision.training.samples import EMOTIONS, GROUPS
from stressvision.vision.expression import Baseline, centre_logits, shift_for

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
BOUNDS = (0.5, 1.0, 1.5, 2.0, 3.0)
LOSS_ALLOWED = 0.02
LIFTS = np.linspace(0.0, 0.6, 13)

# Keeps the offsets near zero where few faces speak for more.
RELUCTANCE = 0.02


@dataclass(frozen=True)
class Answers:
    """What a network answered for N faces of one set, in V views: logits [N,V,C], true states [N], persons [N]."""

    name: str
    logits: FloatArray
    state: IntArray
    person: npt.NDArray[np.str_]

    def select(self, chosen: npt.NDArray[np.bool_]) -> "Answers":
        """Return the faces that a mask picks."""
        return Answers(self.name, self.logits[chosen], self.state[chosen], self.person[chosen])


@dataclass(frozen=True)
class Calibration:
    """Logits are divided by `temperature`, then `offsets` [C] are added, then comes the softmax."""

    temperature: float
    offsets: tuple[float, ...]


def fit_calibration(sets: Sequence[Answers]) -> Calibration:
    """Return the temperature and the states' offsets under which the true states are likeliest.

    Every set counts alike, and in it every state. Faces of none of the four states do not count.
    """
    # Only this needs PyTorch; evaluating a model does not.
    import torch

    views, states, weights = [], [], []
    for answers in sets:
        known = (answers.state >= 0) & (answers.state < len(STATES))
        truth = answers.state[known]
        share = 1 / np.maximum(np.bincount(truth, minlength=len(STATES)), 1)[truth]
        views.append(torch.from_numpy(answers.logits[known].astype(np.float64)))
        states.append(torch.from_numpy(truth))
        weights.append(torch.from_numpy(share / share.sum()))
    sharpness = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    offsets = torch.zeros(len(STATES), dtype=torch.float64, requires_grad=True)
    grouping = torch.eye(len(CLASSES), dtype=torch.float64)[torch.from_numpy(GROUPS)]

    def measure() -> torch.Tensor:
        padded = torch.cat([offsets, torch.zeros(1, dtype=torch.float64)])[torch.from_numpy(GROUPS)]
        total = RELUCTANCE * (offsets**2).sum()
        for logits, truth, weight in zip(views, states, weights, strict=True):
            grouped = torch.softmax(logits * sharpness.exp() + padded, dim=2).mean(dim=1) @ grouping
            shares = grouped[:, : len(STATES)] + grouped[:, len(STATES) :] / len(STATES)
            total = total - (weight * torch.log(shares[torch.arange(len(truth)), truth] + 1e-9)).sum() / len(views)
        return total

    optimiser = torch.optim.LBFGS([sharpness, offsets], max_iter=60, line_search_fn="strong_wolfe")

    def close() -> torch.Tensor:
        optimiser.zero_grad()
        loss = measure()
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        return loss

    optimiser.step(close)  # type: ignore[no-untyped-call, unused-ignore]
    found = [*offsets.detach().tolist(), 0.0]
    return Calibration(float((-sharpness).exp().detach()), tuple(round(found[group], 4) for group in GROUPS))


def lift_states(calibration: Calibration, sets: Sequence[Answers]) -> Calibration:
    """Raise the offsets of neutral and stress to the highest balanced accuracy plus lowest recall, added over `sets`.

    The likelihood favours *sad*, which raters and network confuse most with neutral; the least such lifts.
    """
    known = [each.select((each.state >= 0) & (each.state < len(STATES))) for each in sets]
    best, chosen = -1.0, calibration
    for neutral, stress in itertools.product(LIFTS, LIFTS):
        moves = np.array([neutral, 0.0, stress, 0.0, 0.0])[GROUPS]
        offsets = tuple(round(float(value), 4) for value in np.asarray(calibration.offsets) + moves)
        moved = Calibration(calibration.temperature, offsets)
        score = 0.0
        for answers in known:
            called = group_probabilities(apply_calibration(answers.logits, moved)).argmax(axis=1)
            truth = answers.state
            recall = [float((called[truth == state] == state).mean()) for state in np.unique(truth)]
            score += float(np.mean(recall)) + min(recall)
        if score > best + 1e-9:
            best, chosen = score, moved
    return chosen


def apply_calibration(logits: FloatArray, calibration: Calibration) -> npt.NDArray[np.float64]:
    """Return probabilities of the emotions [N,C] from logits [N,V,C]: the mean over the views, as at run time."""
    scaled = logits.astype(np.float64) / calibration.temperature + np.asarray(calibration.offsets)
    weights = np.exp(scaled - scaled.max(axis=2, keepdims=True))
    return np.asarray((weights / weights.sum(axis=2, keepdims=True)).mean(axis=1), np.float64)


def group_probabilities(probabilities: npt.NDArray[np.float64]) -> FloatArray:
    """Probabilities of emotions [N,C] to those of the four states [N,4], "other" shared out evenly."""
    grouped = probabilities @ np.eye(len(CLASSES))[GROUPS]
    return np.asarray(grouped[:, : len(STATES)] + grouped[:, len(STATES) :] / len(STATES), np.float32)


def find_typical(sets: Sequence[Answers], calibration: Calibration) -> tuple[float, ...]:
    """Return the relaxed face's logits: the mean over persons of each set, then over sets with relaxed faces."""
    means = []
    for answers in sets:
        relaxed = answers.select(answers.state == STATES.index("neutral"))
        if len(relaxed.state) == 0:
            continue
        logits = centre_logits(apply_calibration(relaxed.logits, calibration))
        persons = [logits[relaxed.person == name].mean(axis=0) for name in np.unique(relaxed.person)]
        means.append(np.mean(persons, axis=0))
    return tuple(round(float(value), 3) for value in np.mean(means, axis=0)) if means else (0.0,) * len(EMOTIONS)


@dataclass(frozen=True)
class Referenced:
    """Faces whose person has a reference: centred logits [N,C], each one's reference [N,C], state and person [N]."""

    logits: npt.NDArray[np.float64]
    reference: npt.NDArray[np.float64]
    state: IntArray
    person: npt.NDArray[np.str_]

    def select(self, chosen: npt.NDArray[np.bool_]) -> "Referenced":
        """Return the faces that a mask picks."""
        return Referenced(self.logits[chosen], self.reference[chosen], self.state[chosen], self.person[chosen])


def refer(answers: Answers, calibration: Calibration) -> Referenced:
    """Take one relaxed picture of each person as the reference and keep that person's other pictures of the states."""
    logits = centre_logits(apply_calibration(answers.logits, calibration))
    neutral = STATES.index("neutral")
    kept: list[int] = []
    references = []
    for name in np.unique(answers.person):
        own = np.flatnonzero(answers.person == name)
        relaxed = own[answers.state[own] == neutral]
        if len(relaxed) == 0:
            continue
        for index in own:
            if index != relaxed[0] and 0 <= answers.state[index] < len(STATES):
                kept.append(int(index))
                references.append(logits[relaxed[0]])
    chosen = np.array(kept, np.int64)
    empty = np.zeros((0, logits.shape[1]))
    return Referenced(
        logits[chosen], np.array(references) if kept else empty, answers.state[chosen], answers.person[chosen]
    )


def subtract(faces: Referenced, baseline: Baseline) -> FloatArray:
    """Return state probabilities [N,4] after each person's reference was subtracted."""
    shifted = faces.logits - shift_for(faces.reference, baseline)
    weights = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    return group_probabilities(np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64))


def choose_baseline(faces: Referenced, typical: Sequence[tuple[float, ...]]) -> Baseline:
    """Return the strength, bound and typical face of the highest score under which no state is recognised less often.

    `typical` are candidates. The smallest strength and bound of equal ones; strength 0 where nothing helps.
    """
    best = Baseline(typical[0], 0.0, 0.0)
    plain = recall_states(faces, best)
    highest = score_baseline(faces, best)
    for strength, bound, face in itertools.product(STRENGTHS, BOUNDS, typical):
        baseline = Baseline(face, strength, bound)
        lost = float((plain - recall_states(faces, baseline)).max())
        score = score_baseline(faces, baseline)
        if lost <= LOSS_ALLOWED and score > highest + 1e-4:
            best, highest = baseline, score
    return best


def recall_states(faces: Referenced, baseline: Baseline) -> npt.NDArray[np.float64]:
    """Return the recall of each state that there is."""
    right = subtract(faces, baseline).argmax(axis=1) == faces.state
    return np.array([right[faces.state == state].mean() for state in np.unique(faces.state)])


def score_baseline(faces: Referenced, baseline: Baseline) -> float:
    """Return balanced accuracy plus a tenth of the balanced log-likelihood."""
    probabilities = subtract(faces, baseline)
    sure = np.log(probabilities[np.arange(len(faces.state)), faces.state] + 1e-9)
    likelihood = [sure[faces.state == state].mean() for state in np.unique(faces.state)]
    return float(recall_states(faces, baseline).mean()) + 0.1 * float(np.mean(likelihood))
