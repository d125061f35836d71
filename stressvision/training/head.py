"""The head over the towers' features, the one part that is trained: several small perceptrons side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import CLASSES, FloatArray
from stressvision.training.features import FaceFeatures
from stressvision.training.samples import EMOTIONS, GROUPS, FaceSet, adjust_for_frequency, draw_chances

CHUNK = 4096
"""Rows that are brought to higher precision at a time."""


@dataclass(frozen=True)
class HeadPlan:
    """Everything the head depends on besides the features. The same plan and seed give the same head."""

    hidden: int = 96
    members: int = 2
    steps: int = 1200
    batch: int = 512
    learning_rate: float = 3e-3
    weight_decay: float = 0.2
    dropout: float = 0.45
    state_weight: float = 0.5
    sampling_power: float = 0.5
    seed: int = 7
    shares: tuple[tuple[str, float], ...] = (
        ("ferplus", 0.50),
        ("taiwan", 0.20),
        ("radiate", 0.05),
        ("lfw", 0.18),
        ("london", 0.07),
    )


@dataclass(frozen=True)
class ClassifierHead:
    """relu(features @ hidden + hidden_bias) @ classes + classes_bias: [F,H], [H], [H,C], [C]."""

    hidden: FloatArray
    hidden_bias: FloatArray
    classes: FloatArray
    classes_bias: FloatArray

    def answer(self, features: FloatArray) -> FloatArray:
        """Return logits [N,C] of features [N,F]."""
        inner = np.maximum(features @ self.hidden + self.hidden_bias, 0)
        return np.asarray(inner @ self.classes + self.classes_bias, np.float32)


def measure_loss(logits: Tensor, targets: Tensor, adjustment: Tensor, state_weight: float) -> Tensor:
    """Return cross-entropy of the emotions, and of the states that they add up to."""
    answers = functional.log_softmax(logits + adjustment, dim=1)
    groups = torch.eye(len(CLASSES))[torch.from_numpy(GROUPS)]
    grouped = torch.log(answers.exp() @ groups + 1e-7)
    return -(targets * answers).sum(1).mean() - state_weight * ((targets @ groups) * grouped).sum(1).mean()


def train_head(plan: HeadPlan, sets: Mapping[str, FaceSet], features: Mapping[str, FaceFeatures]) -> ClassifierHead:
    """Train on the features of every face in `sets`; `features[name].face` counts the faces of `sets[name]`."""
    shares = dict(plan.shares)
    names = list(shares)
    rows = torch.from_numpy(np.concatenate([features[name].features for name in names]))
    starts = np.cumsum([0, *(len(sets[name]) for name in names)])
    face = np.concatenate([features[name].face + start for name, start in zip(names, starts, strict=False)])
    everyone = [sets[name] for name in names]
    targets = np.concatenate([each.targets for each in everyone])
    chances = draw_chances(everyone, shares, plan.sampling_power)
    adjustment = torch.from_numpy(adjust_for_frequency(targets, chances))
    drawn = torch.from_numpy(chances[face] / np.maximum(np.bincount(face, minlength=len(chances))[face], 1))
    mean, spread = describe_columns(rows)
    wanted = torch.from_numpy(targets[face])
    members = [
        _train_member(plan, plan.seed + place, rows, wanted, drawn, adjustment, mean, spread)
        for place in range(plan.members)
    ]
    hidden = torch.cat([first.weight.T / spread[:, None] for first, _ in members], dim=1)
    shifts = torch.cat([first.bias - (first.weight / spread) @ mean for first, _ in members])
    classes = torch.cat([second.weight.T for _, second in members]) / plan.members
    biases = torch.stack([second.bias for _, second in members]).mean(0)
    return ClassifierHead(*(each.detach().numpy().astype(np.float32) for each in (hidden, shifts, classes, biases)))


def describe_columns(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean and the spread of every column of float16 rows, without a copy of them all in float32."""
    total = torch.zeros(rows.shape[1], dtype=torch.float64)
    squares = torch.zeros_like(total)
    for part in rows.split(CHUNK):
        total += part.double().sum(0)
        squares += part.double().square().sum(0)
    mean = total / len(rows)
    variance = (squares - len(rows) * mean**2).clamp_min(0) / max(1, len(rows) - 1)
    return mean.float(), variance.sqrt().float() + 1e-3


def _train_member(
    plan: HeadPlan,
    seed: int,
    rows: Tensor,
    targets: Tensor,
    drawn: Tensor,
    adjustment: Tensor,
    mean: Tensor,
    spread: Tensor,
) -> tuple[nn.Linear, nn.Linear]:
    torch.manual_seed(seed)
    first, second = nn.Linear(rows.shape[1], plan.hidden), nn.Linear(plan.hidden, len(EMOTIONS))
    parameters = [*first.parameters(), *second.parameters()]
    optimiser = torch.optim.AdamW(parameters, plan.learning_rate, weight_decay=plan.weight_decay)
    # torch.multinomial takes no more than 2**24 rows, and is slow: inverse of the cumulative distribution instead.
    limits = torch.cumsum(drawn, 0)
    for step in range(plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.learning_rate * (1 - step / plan.steps)
        places = torch.rand(plan.batch, dtype=torch.float64) * limits[-1]
        chosen = torch.searchsorted(limits, places).clamp_max(len(limits) - 1)
        inputs = functional.dropout((rows[chosen].float() - mean) / spread, plan.dropout)
        inner = functional.dropout(functional.relu(first(inputs)), plan.dropout)
        loss = measure_loss(second(inner), targets[chosen], adjustment, plan.state_weight)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        optimiser.step()
    return first, second


def select_features(content: FaceFeatures, chosen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FaceFeatures:
    """Return the features of the faces that a mask picks, the faces counted anew as `FaceSet.select` does."""
    kept = chosen[content.face]
    place = np.cumsum(chosen) - 1
    return FaceFeatures(content.features[kept], place[content.face[kept]])


def write_head(head: ClassifierHead, path: Path) -> None:
    """Write a head for `read_head`."""
    np.savez(
        path,
        hidden=head.hidden,
        hidden_bias=head.hidden_bias,
        classes=head.classes,
        classes_bias=head.classes_bias,
    )


def read_head(path: Path) -> ClassifierHead:
    """Read what `write_head` wrote. Raises InvalidInput where it has not run."""
    if not path.exists():
        raise InvalidInput(Message(f"Falta {path}: ejecute train", f"{path} is missing: run train"), field="work")
    with np.load(path) as archive:
        return ClassifierHead(archive["hidden"], archive["hidden_bias"], archive["classes"], archive["classes_bias"])
