"""Measurement of a finished model on the archive or a labelled folder, as a table and a picture."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import PICTURE_SIZE, STATES, IntArray, read_archive
from stressvision.training.measure.counterpart import group_answers, run_counterpart
from stressvision.training.measure.diagram import draw_reliability
from stressvision.training.measure.figures import ExpressionFigures, measure_probabilities
from stressvision.training.measure.folder import PlacedFace, parse_map, place_crop, read_folder
from stressvision.training.samples import FERPLUS_EYES
from stressvision.vision.expression import ExpressionModel, View, align_face


@dataclass(frozen=True)
class Candidate:
    """One measured model: its name, its figures, its size in bytes, its time a face (median, 95th percentile)."""

    name: str
    figures: ExpressionFigures
    size: int
    median_ms: float
    slow_ms: float


def evaluate(data: Path, mapping: str, models: Path, report: Path | None, against: Path | None = None) -> None:
    """Measure the model of `models`, and the one of `fer` beside it, on the validation pictures or a folder."""
    model = ExpressionModel(models / "expression.tflite", models / "expression.json")
    faces, truth = read_pictures(data, mapping)
    chosen = (truth >= 0) & (truth < len(STATES))
    faces, truth = [face for face, kept in zip(faces, chosen, strict=True) if kept], truth[chosen]
    candidates = [measure_shipped(model, faces, truth, (models / "expression.tflite").stat().st_size)]
    if against is not None:
        (left, right), size = FERPLUS_EYES, PICTURE_SIZE
        view = View(left, right)
        crops = np.stack([align_face(each.frame, each.left_eye, each.right_eye, view, size) for each in faces])
        run = run_counterpart(against, crops)
        figures = measure_probabilities(group_answers(run.logits), truth)
        candidates.append(Candidate(against.stem, figures, against.stat().st_size, run.median_ms, run.slow_ms))
    for candidate in candidates:
        print_figures(candidate)
        if report is not None:
            write_report(candidate, report)


def measure_shipped(model: ExpressionModel, faces: Sequence[PlacedFace], truth: IntArray, size: int) -> Candidate:
    """Read every face as the device does, with all views, and time it."""
    answers, durations = [], []
    for face in faces:
        started = time.perf_counter()
        estimate = model.estimate(face.frame, face.left_eye, face.right_eye)
        durations.append((time.perf_counter() - started) * 1000)
        answers.append(list(estimate.probabilities.values()))
    figures = measure_probabilities(np.array(answers, np.float32), truth)
    return Candidate("shipped", figures, size, float(np.median(durations)), float(np.percentile(durations, 95)))


def read_pictures(data: Path, mapping: str) -> tuple[list[PlacedFace], IntArray]:
    """Return faces and their states [N], -1 or 4 where there is none of the four.

    Raises InvalidInput where there is nothing, or where `mapping` does not fit it.
    """
    if not data.exists():
        raise InvalidInput(Message(f"No existe {data}", f"{data} does not exist"), field="data")
    if data.is_file():
        valid = read_archive(data).valid
        return [place_crop(np.repeat(image[:, :, None], 3, axis=2)) for image in valid.images], valid.majority
    found = read_folder(data, parse_map(mapping))
    print(f"{len(found.states)} pictures, {found.aligned} aligned by their eyes")
    return list(found.faces), found.states


def print_figures(candidate: Candidate) -> None:
    """Print the figures as a table."""
    figures = candidate.figures
    print(f"{candidate.name}: pictures {figures.pictures}   accuracy {figures.accuracy:.4f}")
    print(f"balanced accuracy {figures.balanced_accuracy:.4f}")
    print(f"ECE {figures.calibration_error:.4f}   mean confidence {figures.mean_confidence:.4f}")
    print(f"{candidate.size} bytes   {candidate.median_ms:.2f} ms a face (95th percentile {candidate.slow_ms:.2f})")
    print(f"{'true / called':14}" + "".join(f"{state:>9}" for state in STATES) + "   recall")
    for state, row, recall in zip(STATES, figures.confusion, figures.recall, strict=True):
        print(f"{state:14}" + "".join(f"{count:9d}" for count in row) + f"   {recall:.4f}")


def write_report(candidate: Candidate, folder: Path) -> None:
    """Write figures (JSON) and reliability diagram, named by the model. Raises InvalidInput if `folder` is none."""
    make_folder(folder)
    written = asdict(candidate.figures) | {"median_ms": candidate.median_ms, "bytes": candidate.size}
    (folder / f"{candidate.name}.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    draw_reliability(candidate.figures, folder / f"{candidate.name}-reliability.png")


def make_folder(folder: Path) -> None:
    """Make a folder for a report. Raises InvalidInput where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            Message(
                f"No se puede escribir en {folder}: {error.strerror}", f"{folder} cannot be written: {error.strerror}"
            ),
            field="report",
        ) from error
