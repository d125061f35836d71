"""Measures a finished model on the archive or on any labelled folder, and says so as a table and a picture."""

import json
from dataclasses import asdict
from pathlib import Path

from stressvision.training.data import STATES, IntArray, UInt8Array, read_archive, standardise
from stressvision.training.diagram import draw_reliability
from stressvision.training.evaluation import ExpressionFigures, measure_probabilities, soften, spread_other
from stressvision.training.folder import parse_map, read_folder
from stressvision.training.inference import InferenceRun, run_model
from stressvision.vision.expression import read_card
from stressvision.vision.networks import read_verified


def evaluate(data: Path, mapping: str, models: Path, report: Path | None) -> None:
    """Measure the model of `models` on the archive's validation pictures or on a labelled folder, and print it."""
    card_path = models / "expression.json"
    card = read_card(card_path)
    content = read_verified(models / "expression.tflite", card.sha256)
    images, truth = read_pictures(data, mapping, models)
    count, views, height, width = images.shape
    run = run_model(content, standardise(images.reshape(count * views, height, width)))
    chosen = (truth >= 0) & (truth < len(STATES))
    shares = soften(run.logits, card.temperature).reshape(count, views, -1).mean(axis=1)
    figures = measure_probabilities(spread_other(shares[chosen]), truth[chosen])
    print_figures(figures, run, len(content))
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
        written = asdict(figures) | {"median_ms": run.median_ms, "bytes": len(content), "sha256": card.sha256}
        (report / "figures.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        draw_reliability(figures, report / "reliability.png")


def read_pictures(data: Path, mapping: str, models: Path) -> tuple[UInt8Array, IntArray]:
    """Grey faces [N,V,48,48] in V views, and their states [N], -1 or 4 where there is none of the four.

    The archive's pictures are face crops already: one view.
    """
    if data.is_file():
        valid = read_archive(data).valid
        return valid.images[:, None], valid.majority
    faces = read_folder(data, parse_map(mapping), read_card(models / "expression.json"))
    print(f"{len(faces.states)} pictures, {faces.aligned} aligned by their eyes")
    return faces.images, faces.states


def print_figures(figures: ExpressionFigures, run: InferenceRun, size: int) -> None:
    """The table a person reads."""
    print(f"pictures {figures.pictures}   accuracy {figures.accuracy:.4f}")
    print(f"balanced accuracy {figures.balanced_accuracy:.4f}")
    print(f"ECE {figures.calibration_error:.4f}   mean confidence {figures.mean_confidence:.4f}")
    print(f"{size} bytes   {run.median_ms:.2f} ms a view (95th percentile {run.slow_ms:.2f})")
    print(f"{'true / called':14}" + "".join(f"{state:>9}" for state in STATES) + "   recall")
    for state, row, recall in zip(STATES, figures.confusion, figures.recall, strict=True):
        print(f"{state:14}" + "".join(f"{count:9d}" for count in row) + f"   {recall:.4f}")
