"""Training of the network that classifies eyes as closed or open, and its test on people not in the training set."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from stressvision.training.augmentation import distort_pictures
from stressvision.training.data import FloatArray, standardise
from stressvision.training.eyes.pictures import EyePictures, fold_people
from stressvision.training.network import NetworkShape, ResidualNetwork, predict_logits

SHAPE = NetworkShape(widths=(16, 24, 32), depths=(1, 1, 1), dropout=0.2)
SMOOTHING = 0.02
"""Labels are taken as right in 98 of 100 cases: some eyes of the folders are half closed."""


@dataclass(frozen=True)
class EyePlan:
    """Everything a run depends on besides the pictures."""

    epochs: int = 40
    batch: int = 64
    seed: int = 7
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2


def train_eyes(plan: EyePlan, pictures: EyePictures) -> ResidualNetwork:
    """Train on all pictures; logit [N,1] above zero: closed."""
    torch.manual_seed(plan.seed)
    random = np.random.default_rng(plan.seed)
    network = ResidualNetwork(SHAPE, 1)
    steps = len(pictures) // plan.batch
    optimiser = torch.optim.AdamW(network.parameters(), plan.learning_rate, weight_decay=plan.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.learning_rate, total_steps=plan.epochs * steps)
    network.train()
    for _ in range(plan.epochs):
        order = random.permutation(len(pictures))[: steps * plan.batch].reshape(steps, plan.batch)
        for chosen in order:
            inputs = as_tensor(standardise(distort_pictures(pictures.images[chosen], random)))
            wanted = torch.from_numpy(pictures.closed[chosen]).float() * (1 - 2 * SMOOTHING) + SMOOTHING
            loss = functional.binary_cross_entropy_with_logits(network(inputs)[0][:, 0], wanted)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
            optimiser.step()
            schedule.step()
    network.eval()
    return network


def as_tensor(pictures: FloatArray) -> Tensor:
    """Return standardised pictures [N,H,W] as a network wants them [N,1,H,W]."""
    return torch.from_numpy(pictures)[:, None]


def cross_validate(plan: EyePlan, pictures: EyePictures, folds: int) -> FloatArray:
    """Return the logit [N] of each picture from a network that was trained without its group."""
    fold = fold_people(pictures.person, folds, plan.seed)
    logits = np.zeros(len(pictures), np.float32)
    for index in range(folds):
        held_out = fold == index
        network = train_eyes(plan, pictures.select(~held_out))
        logits[held_out] = predict_logits(network, as_tensor(standardise(pictures.images[held_out])))[:, 0].numpy()
    return logits
