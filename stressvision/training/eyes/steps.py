"""The one step that makes the eye network: minutes, not hours, so there are no intermediate files."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from stressvision.training.card import write_with_card
from stressvision.training.data import SMALLEST_DEVIATION, FloatArray, standardise
from stressvision.training.export import PRECISIONS, Precision, convert_network
from stressvision.training.eyes.network import EyePlan, cross_validate, train_eyes
from stressvision.training.eyes.pictures import EyePictures, join_sources, read_crops, read_faces
from stressvision.training.folding import fold_network
from stressvision.training.inference import run_model
from stressvision.training.network import count_parameters
from stressvision.vision.lids import EYE_HEIGHT, EYE_SPAN, EYE_WIDTH

FOLDS = 5
SHIPPED: Precision = "int8"


def make_eyes(crops: Path, faces: Path, models: Path, seed: int, threads: int) -> None:
    """Test on people held out, print it, then train on all and write `eyes.tflite` and its card to `models`."""
    torch.set_num_threads(threads)
    pictures = join_sources([read_crops(crops), read_faces(faces)])
    plan = EyePlan(seed=seed)
    print(f"{len(pictures)} eyes of {len(np.unique(pictures.person))} groups of people, {FOLDS} folds", flush=True)
    measured = describe_folds(pictures, cross_validate(plan, pictures, FOLDS))
    print(json.dumps(measured, indent=2), flush=True)
    network = train_eyes(plan, pictures)
    print(f"trained on everybody: {count_parameters(network)} parameters")
    inputs = standardise(pictures.images)
    for kind in PRECISIONS:
        content = convert_network(fold_network(network), kind, inputs[::10])
        run = run_model(content, f"eyes, {kind}", inputs)
        right = float(((run.logits[:, 0] > 0) == pictures.closed).mean())
        print(f"{kind}: {len(content)} bytes, {run.median_ms:.3f} ms, right on what it was trained on {right:.4f}")
        if kind == SHIPPED:
            write_eyes(content, measured, models)


def describe_folds(pictures: EyePictures, logits: FloatArray) -> dict[str, dict[str, float]]:
    """Return the shares that are right: of crops, of eyes cut from faces, and of pairs of both eyes of a face."""
    faces = pictures.from_faces
    shares = 1 / (1 + np.exp(-logits[faces].reshape(-1, 2)))
    return {
        "crops": share_right(logits[~faces] > 0, pictures.closed[~faces]),
        "eyes_of_faces": share_right(logits[faces] > 0, pictures.closed[faces]),
        "faces": share_right(shares.mean(axis=1) > 0.5, pictures.closed[faces][::2]),
        "all_eyes": share_right(logits > 0, pictures.closed),
    }


def share_right(answers: npt.NDArray[np.bool_], closed: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Return how many there are, and which share is right: of all, of the open, of the closed."""
    right = answers == closed
    return {
        "count": len(right),
        "right": round(float(right.mean()), 4),
        "right_open": round(float(right[~closed].mean()), 4),
        "right_closed": round(float(right[closed].mean()), 4),
    }


def write_eyes(content: bytes, measured: dict[str, dict[str, float]], folder: Path) -> None:
    """Write the model and the card that the run-time wrapper checks it against."""
    description = {
        "input": {
            "width": EYE_WIDTH,
            "height": EYE_HEIGHT,
            "span": EYE_SPAN,
            "span_meaning": "width around an eye point in distances between the eyes, upright by the eyes",
            "channels": f"grey, 0-255, float32 [1,{EYE_HEIGHT},{EYE_WIDTH},1]",
            "normalisation": "(x - mean) / max(standard deviation, smallest_deviation), each eye by itself",
            "smallest_deviation": SMALLEST_DEVIATION,
        },
        "output": "logit, above zero: closed",
        "measured_on_people_not_trained_on": measured,
    }
    write_with_card(folder / "eyes.tflite", content, description)
