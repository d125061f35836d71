"""Measures a finished model on the archive or on any labelled folder, and says so as a table and a picture."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.counterpart import group_answers, run_counterpart
from stressvision.training.data import STATES, FloatArray, IntArray, UInt8Array, read_archive, standardise
from stressvision.training.diagram import draw_reliability
from stressvision.training.evaluation import ExpressionFigures, measure_probabilities, merge_views
from stressvision.training.folder import parse_map, read_folder
from stressvision.training.inference import InferenceRun, run_model
from stressvision.vision.expression import ExpressionCard, read_card
from stressvision.vision.networks import read_verified


@dataclass(frozen=True)
class Candidate:
    """One measured model: what it is called, its figures, its size in bytes and its time a picture."""

    name: str
    figures: ExpressionFigures
    size: int
    run: InferenceRun


def evaluate(data: Path, mapping: str, models: Path, report: Path | None, against: Path | None = None) -> None:
    """Measure the model of `models`, and the one of `fer` beside it, on the validation pictures or a folder."""
    card = read_card(models / "expression.json")
    shipped = models / "expression.tflite"
    content = read_verified(shipped, card.sha256)
    images, truth = read_pictures(data, mapping, card)
    chosen = (truth >= 0) & (truth < len(STATES))
    images, truth = images[chosen], truth[chosen]
    count, views, height, width = images.shape
    flat = images.reshape(count * views, height, width)
    run = run_model(content, shipped.name, standardise(flat))
    candidates = [measure("shipped", merge_views(by_picture(run, count), card.temperature), truth, len(content), run)]
    if against is not None:
        run = run_counterpart(against, flat)
        answers = group_answers(run.logits).reshape(count, views, -1).mean(axis=1)
        candidates.append(measure(against.stem, answers, truth, against.stat().st_size, run))
    for candidate in candidates:
        print_figures(candidate)
        if report is not None:
            write_report(candidate, report)


def by_picture(run: InferenceRun, count: int) -> FloatArray:
    """The logits of a run over [N*V] crops, by picture [N,V,C]."""
    return run.logits.reshape(count, -1, run.logits.shape[1])


def measure(name: str, answers: FloatArray, truth: IntArray, size: int, run: InferenceRun) -> Candidate:
    """A model's figures from its state probabilities [N,4] and the true states [N]."""
    return Candidate(name, measure_probabilities(answers, truth), size, run)


def read_pictures(data: Path, mapping: str, card: ExpressionCard) -> tuple[UInt8Array, IntArray]:
    """Grey faces [N,V,48,48] in V views, and their states [N], -1 or 4 where there is none of the four.

    The archive's pictures are face crops already: one view. Raises InvalidInput where there is nothing, or where
    `mapping` does not fit it.
    """
    if not data.exists():
        raise InvalidInput(Message(f"No existe {data}", f"{data} does not exist"), field="data")
    if data.is_file():
        valid = read_archive(data).valid
        return valid.images[:, None], valid.majority
    faces = read_folder(data, parse_map(mapping), card)
    print(f"{len(faces.states)} pictures, {faces.aligned} aligned by their eyes")
    return faces.images, faces.states


def print_figures(candidate: Candidate) -> None:
    """The table a person reads."""
    figures, run = candidate.figures, candidate.run
    print(f"{candidate.name}: pictures {figures.pictures}   accuracy {figures.accuracy:.4f}")
    print(f"balanced accuracy {figures.balanced_accuracy:.4f}")
    print(f"ECE {figures.calibration_error:.4f}   mean confidence {figures.mean_confidence:.4f}")
    print(f"{candidate.size} bytes   {run.median_ms:.2f} ms a view (95th percentile {run.slow_ms:.2f})")
    print(f"{'true / called':14}" + "".join(f"{state:>9}" for state in STATES) + "   recall")
    for state, row, recall in zip(STATES, figures.confusion, figures.recall, strict=True):
        print(f"{state:14}" + "".join(f"{count:9d}" for count in row) + f"   {recall:.4f}")


def write_report(candidate: Candidate, folder: Path) -> None:
    """Figures as JSON and the reliability diagram, named by the model. Raises InvalidInput where `folder` is none."""
    make_folder(folder)
    written = asdict(candidate.figures) | {"median_ms": candidate.run.median_ms, "bytes": candidate.size}
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
