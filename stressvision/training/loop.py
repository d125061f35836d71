"""The training loop: soft labels, balanced classes, a cosine schedule, averaged weights, and a way to go on later."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.augmentation import distort_pictures
from stressvision.training.data import ExpressionPictures, FloatArray, IntArray, standardise
from stressvision.training.evaluation import measure_logits
from stressvision.training.network import ExpressionNetwork, NetworkShape, predict_logits


@dataclass(frozen=True)
class TrainingPlan:
    """Everything a run depends on besides the pictures. The same plan and seed give the same run.

    The learning rate follows a cosine that would end after `horizon` epochs, brought down further from epoch
    `cooling_from` on, as if to reach zero at `cooling_to`. Training ends before it does: the last epochs of a longer
    run fitted the training pictures better and the validation pictures no better.
    """

    epochs: int = 28
    horizon: int = 48
    cooling_from: int = 16
    cooling_to: int = 32
    batch: int = 128
    seed: int = 7
    learning_rate: float = 0.1
    warm_up_epochs: float = 1.0
    weight_decay: float = 5e-4
    averaging: float = 0.998
    mixing: float = 0.3
    emotion_weight: float = 0.4
    sampling_power: float = 0.5
    shape: NetworkShape = field(default_factory=NetworkShape)


@dataclass
class TrainingState:
    """What a checkpoint holds."""

    network: nn.Module
    average: nn.Module
    optimiser: torch.optim.Optimizer
    epoch: int


def weigh_pictures(pictures: ExpressionPictures, power: float) -> FloatArray:
    """How likely each picture is drawn [N], summing to one: rarer classes more often, by `power` (0 not, 1 evenly)."""
    frequency = pictures.class_share.mean(axis=0)
    weights = pictures.class_share @ (1 / frequency) ** power
    return np.asarray(weights / weights.sum(), np.float32)


def adjust_for_frequency(pictures: ExpressionPictures, weights: FloatArray) -> Tensor:
    """The logarithm of how often each class is drawn [5].

    Added to the logits while training, it makes the network answer as if all classes were equally frequent
    (Menon et al. 2021), which is what balanced accuracy asks for.
    """
    return torch.from_numpy(np.log(weights @ pictures.class_share))


def make_batch(
    pictures: ExpressionPictures, chosen: IntArray, mixing: float, random: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Distorted, standardised pictures [B,1,48,48] with class shares [B,5] and emotion shares [B,10], partly mixed."""
    pixels = standardise(distort_pictures(pictures.images[chosen], random))
    inputs = torch.from_numpy(pixels)[:, None].contiguous(memory_format=torch.channels_last)
    classes = torch.from_numpy(pictures.class_share[chosen])
    emotions = torch.from_numpy(pictures.emotion_share[chosen])
    if random.random() < mixing:
        part = float(random.beta(0.4, 0.4))
        inputs = part * inputs + (1 - part) * inputs.flip(0)
        classes = part * classes + (1 - part) * classes.flip(0)
        emotions = part * emotions + (1 - part) * emotions.flip(0)
    return inputs, classes, emotions


def schedule_rate(plan: TrainingPlan, progress: float) -> float:
    """The learning rate after `progress` epochs: a linear start, a cosine, and a linear descent."""
    if progress < plan.warm_up_epochs:
        return plan.learning_rate * (0.05 + 0.95 * progress / plan.warm_up_epochs)
    rest = (progress - plan.warm_up_epochs) / max(plan.horizon - plan.warm_up_epochs, 1e-9)
    cosine = 0.5 * (1 + math.cos(math.pi * min(rest, 1.0)))
    cooled = (plan.cooling_to - progress) / (plan.cooling_to - plan.cooling_from)
    return plan.learning_rate * cosine * min(1.0, max(0.0, cooled))


def start_state(plan: TrainingPlan) -> TrainingState:
    """A fresh network and its optimiser; weights that scale or shift a channel do not decay."""
    torch.manual_seed(plan.seed)
    network = ExpressionNetwork(plan.shape)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, unused-ignore]
    matrices = [p for p in network.parameters() if p.ndim > 1]
    vectors = [p for p in network.parameters() if p.ndim <= 1]
    optimiser = torch.optim.SGD(
        [{"params": matrices, "weight_decay": plan.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
        lr=plan.learning_rate,
        momentum=0.9,
        nesterov=True,
    )
    return TrainingState(network, copy.deepcopy(network), optimiser, 0)


def save_state(state: TrainingState, plan: TrainingPlan, path: Path) -> None:
    """Write a checkpoint beside its final place and move it there, so that a stop never leaves half a file."""
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "network": state.network.state_dict(),
            "average": state.average.state_dict(),
            "optimiser": state.optimiser.state_dict(),
            "epoch": state.epoch,
            "plan": asdict(plan),
        },
        partial,
    )
    partial.replace(path)


def load_state(plan: TrainingPlan, path: Path) -> TrainingState:
    """Go on from a checkpoint if there is one, else start.

    Raises InvalidInput where the checkpoint belongs to another plan: neither may overwrite the other.
    """
    state = start_state(plan)
    if not path.exists():
        return state
    saved = torch.load(path, weights_only=True)
    if saved["plan"] != asdict(plan):
        raise InvalidInput(
            Message(f"{path} es de otro plan de entrenamiento", f"{path} belongs to another training plan"),
            field="work",
        )
    state.network.load_state_dict(saved["network"])
    state.average.load_state_dict(saved["average"])
    state.optimiser.load_state_dict(saved["optimiser"])
    state.epoch = int(saved["epoch"])
    return state


def load_average(path: Path) -> ExpressionNetwork:
    """The averaged network of a checkpoint, for calibration and export. Raises InvalidInput where there is none."""
    if not path.exists():
        raise InvalidInput(Message(f"Falta {path}: ejecute train", f"{path} is missing: run train"), field="work")
    saved = torch.load(path, weights_only=True)
    shape = saved["plan"]["shape"]
    network = ExpressionNetwork(NetworkShape(shape["widths"], shape["depths"], shape["dropout"]))
    network.load_state_dict(saved["average"])
    network.eval()
    return network


def average_weights(average: nn.Module, network: nn.Module, keep: float) -> None:
    """Move the averaged weights a little towards the present ones, in place."""
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.mul_(keep).add_(value, alpha=1 - keep)
            else:
                mean.copy_(value)


def train_network(
    plan: TrainingPlan,
    train: ExpressionPictures,
    valid: ExpressionPictures,
    checkpoint: Path,
    report: Callable[[str], None],
) -> nn.Module:
    """Train to the end of the plan, one checkpoint an epoch; returns the averaged network."""
    state = load_state(plan, checkpoint)
    weights = weigh_pictures(train, plan.sampling_power)
    adjustment = adjust_for_frequency(train, weights)
    probability = weights.astype(np.float64) / weights.astype(np.float64).sum()
    held_out = torch.from_numpy(standardise(valid.images))[:, None]
    steps = len(train) // plan.batch
    while state.epoch < plan.epochs:
        started = time.monotonic()
        # One generator an epoch, so that a run that was stopped goes on as if it had not been.
        random = np.random.default_rng([plan.seed, state.epoch])
        torch.manual_seed(plan.seed * 1000 + state.epoch)
        order = random.choice(len(train), size=(steps, plan.batch), p=probability)
        state.network.train()
        total = 0.0
        for step, chosen in enumerate(order):
            for group in state.optimiser.param_groups:
                group["lr"] = schedule_rate(plan, state.epoch + step / steps)
            inputs, classes, emotions = make_batch(train, chosen, plan.mixing, random)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                class_logits, emotion_logits = state.network(inputs)
            loss = functional.cross_entropy(class_logits.float() + adjustment, classes)
            loss = loss + plan.emotion_weight * functional.cross_entropy(emotion_logits.float(), emotions)
            state.optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
            state.optimiser.step()
            done = state.epoch * steps + step
            # The first averages forget quickly, or they would remember the untrained weights for long.
            average_weights(state.average, state.network, min(plan.averaging, (1 + done) / (10 + done)))
            total += float(loss.detach())
        state.epoch += 1
        save_state(state, plan, checkpoint)
        figures = measure_logits(predict_logits(state.average, held_out).numpy(), valid.majority)
        recall = " ".join(f"{value:.3f}" for value in figures.recall)
        report(
            f"epoch {state.epoch}/{plan.epochs} loss {total / steps:.4f} "
            f"balanced {figures.balanced_accuracy:.4f} recall {recall} "
            f"ece {figures.calibration_error:.3f} {time.monotonic() - started:.0f} s"
        )
    return state.average
