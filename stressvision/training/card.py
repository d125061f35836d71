"""A model file and the card beside it, by which the run-time wrapper recognises the file and prepares faces."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.augmentation import canonical_eyes
from stressvision.training.calibration import Calibration
from stressvision.training.data import SMALLEST_DEVIATION
from stressvision.training.samples import EMOTIONS, GROUP_OF_EMOTION
from stressvision.vision.expression import Baseline, View

# The run-time views: 3 % of a side up and down, because a detector's eye points err.
NEARER = 1.03
APART = 0.03


def place_views(size: int) -> tuple[View, ...]:
    """Return the views of a model of `size`: canonical eye points moved apart by NEARER, and up and down by APART."""
    (left, height), (right, _) = canonical_eyes(size)
    middle, reach = (left + right) / 2, (right - left) / 2 * NEARER
    return tuple(
        View(
            (round(middle - reach, 2), round(height + move * size, 2)),
            (round(middle + reach, 2), round(height + move * size, 2)),
        )
        for move in (-APART, APART)
    )


def describe_model(size: int, calibration: Calibration, baseline: Baseline, dated: date) -> dict[str, object]:
    """Return the content of a card except the file's name and hash."""
    return {
        "dated": dated.isoformat(),
        "input": {
            "size": size,
            "channels": f"grey, 0-255, float32 [1,{size},{size},1]",
            "normalisation": "(x - mean) / max(standard deviation, smallest_deviation), each face by itself",
            "smallest_deviation": SMALLEST_DEVIATION,
        },
        "views": [{"left_eye": view.left_eye, "right_eye": view.right_eye} for view in place_views(size)],
        "views_meaning": "similarity transforms that put the detector's eye points here, in pixels, image-left eye "
        "first; the probabilities of all views are averaged",
        "classes": {name: GROUP_OF_EMOTION[name] for name in EMOTIONS},
        "output": "logits, divided by the temperature, plus the offsets",
        "temperature": round(calibration.temperature, 4),
        "offsets": list(calibration.offsets),
        "baseline": {
            "typical": list(baseline.typical),
            "strength": baseline.strength,
            "bound": baseline.bound,
        },
    }


def write_with_card(model: Path, content: bytes, description: Mapping[str, object]) -> None:
    """Write a model, and beside it its card: the file's name, its SHA-256, and the content of `description`."""
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_bytes(content)
    card = {"model": model.name, "sha256": hashlib.sha256(content).hexdigest(), **description}
    text = json.dumps(card, indent=2, ensure_ascii=False)
    model.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Description:
    """Content of a future card, and the calibration in it."""

    content: dict[str, object]
    temperature: float
    offsets: tuple[float, ...]


def write_description(content: Mapping[str, object], path: Path) -> None:
    """Write what `describe_model` returned for `read_description`."""
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_description(path: Path) -> Description:
    """Read what `write_description` wrote. Raises InvalidInput where it has not run."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidInput(
            Message(f"Falta {path}: ejecute calibrate", f"{path} is missing: run calibrate"), field="work"
        ) from error
    offsets = tuple(float(value) for value in content["offsets"])
    return Description(content, float(content["temperature"]), offsets)
