"""The steps that make a model: each reads what the one before left in a folder of intermediate files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.alignment import measure_eyes
from stressvision.training.calibration import Calibration, calibrate_logits, split_in_halves
from stressvision.training.data import (
    CLASSES,
    STATES,
    ExpressionPictures,
    ExpressionSplits,
    read_archive,
    standardise,
)
from stressvision.training.evaluation import ExpressionFigures, measure_logits
from stressvision.training.export import (
    PRECISIONS,
    Precision,
    convert_network,
    fold_network,
    raise_neutral,
    write_model,
)
from stressvision.training.inference import run_model
from stressvision.training.loop import TrainingPlan, load_average, train_network
from stressvision.training.network import count_parameters, predict_logits

CHECKPOINT = "checkpoint.pt"
CALIBRATION = "calibration.json"
PREPARED = "pictures.npz"


def prepare(data: Path, work: Path, seed: int) -> None:
    """Write the training and validation pictures to `work`, and print what they are."""
    splits = read_archive(data)
    eyes = measure_eyes(splits.train.images, seed)
    work.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for name, pictures in (("train", splits.train), ("valid", splits.valid)):
        for field in ("images", "emotion_share", "class_share", "majority"):
            arrays[f"{name}_{field}"] = getattr(pictures, field)
        counts = np.bincount(pictures.majority + 1, minlength=len(CLASSES) + 1)
        table = ", ".join(f"{label} {count}" for label, count in zip(("no majority", *CLASSES), counts, strict=True))
        print(f"{name}: {len(pictures)} pictures ({table})")
    np.savez(work / PREPARED, allow_pickle=False, **arrays, duplicates_removed=np.int64(splits.duplicates_removed))
    print(f"validation pictures that repeat a training picture, left out: {splits.duplicates_removed}")
    print(f"eyes, median of {eyes.found} of {eyes.tried}: left {eyes.left_eye}, right {eyes.right_eye}")


def read_prepared(work: Path) -> ExpressionSplits:
    """What `prepare` wrote. Raises InvalidInput where it has not run."""
    path = work / PREPARED
    if not path.exists():
        raise InvalidInput(Message(f"Falta {path}: ejecute prepare", f"{path} is missing: run prepare"), field="work")
    with np.load(path) as archive:
        train, valid = (
            ExpressionPictures(
                archive[f"{name}_images"],
                archive[f"{name}_emotion_share"],
                archive[f"{name}_class_share"],
                archive[f"{name}_majority"],
            )
            for name in ("train", "valid")
        )
        return ExpressionSplits(train, valid, int(archive["duplicates_removed"]))


def train(work: Path, epochs: int | None, seed: int, threads: int) -> None:
    """Train, or go on training, and print one line an epoch."""
    splits = read_prepared(work)
    torch.set_num_threads(threads)
    plan = replace(TrainingPlan(), seed=seed)
    if epochs is not None:
        plan = replace(plan, epochs=epochs)
    network = train_network(plan, splits.train, splits.valid, work / CHECKPOINT, lambda line: print(line, flush=True))
    print(f"trained: {count_parameters(network)} parameters")


def calibrate(work: Path, seed: int) -> None:
    """Fit offset and temperature and write them beside the checkpoint."""
    splits = read_prepared(work)
    network = load_average(work / CHECKPOINT)
    inputs = torch.from_numpy(standardise(splits.valid.images))[:, None]
    result = calibrate_logits(predict_logits(network, inputs).numpy(), splits.valid.majority, seed)
    content = {"offset": result.offset, "temperature": result.temperature, "seed": seed}
    (work / CALIBRATION).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print_calibration(result)


def print_calibration(result: Calibration) -> None:
    """Two lines: what was fitted, and what it does on the half that did not take part."""
    recall = " ".join(f"{value:.3f}" for value in result.after.recall)
    print(f"neutral offset {result.offset:.3f}, temperature {result.temperature:.3f}; on the other half:")
    print(
        f"balanced accuracy {result.after.balanced_accuracy:.4f} (recall {recall}), "
        f"ECE {result.before.calibration_error:.4f} before the temperature, {result.after.calibration_error:.4f} after"
    )


def export(work: Path, models: Path, precision: Precision) -> None:
    """Convert in every precision, print how they compare, and write the chosen one with its card."""
    splits = read_prepared(work)
    try:
        calibration = json.loads((work / CALIBRATION).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        missing = work / CALIBRATION
        raise InvalidInput(
            Message(f"Falta {missing}: ejecute calibrate", f"{missing} is missing: run calibrate"), field="work"
        ) from error
    temperature, seed = float(calibration["temperature"]), int(calibration["seed"])
    folded = raise_neutral(fold_network(load_average(work / CHECKPOINT)), float(calibration["offset"]))
    pictures = standardise(splits.valid.images)
    _, reporting = split_in_halves(len(pictures), seed)
    for kind in PRECISIONS:
        content = convert_network(folded, kind, standardise(splits.train.images[::100]))
        run = run_model(content, f"expression, {kind}", pictures)
        figures = measure_logits(run.logits, splits.valid.majority, temperature)
        held_out = measure_logits(run.logits[reporting], splits.valid.majority[reporting], temperature)
        print(
            f"{kind}: {len(content)} bytes, {run.median_ms:.2f} ms, balanced accuracy {figures.balanced_accuracy:.4f}, "
            f"half not calibrated on: {held_out.balanced_accuracy:.4f}, ECE {held_out.calibration_error:.4f}"
        )
        if kind == precision:
            measured = {"all": describe_figures(figures), "not_calibrated_on": describe_figures(held_out)}
            write_model(content, temperature, measured, models)


def describe_figures(figures: ExpressionFigures) -> dict[str, object]:
    """The figures that go into a card, rounded."""
    return {
        "pictures": figures.pictures,
        "balanced_accuracy": round(figures.balanced_accuracy, 4),
        "recall": {state: round(value, 4) for state, value in zip(STATES, figures.recall, strict=True)},
        "calibration_error": round(figures.calibration_error, 4),
        "confusion": figures.confusion,
    }
