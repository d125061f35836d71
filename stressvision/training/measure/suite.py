"""Measurement of a model over many sets: a file names the sets, the result is one table, the worst group first.

A suite is TOML. Each `[[set]]` has a `name`, `data` (an archive of faces, relative to the root that the command gets),
`kind` ("people", the default, or "ferplus") and, where wanted:

- `map`: label = state; the default knows the labels of the training sets. Unmapped labels are left out.
- `stretch`: how many times too wide the pictures are; they are narrowed by it.
- `eyes`: where the eyes lie in every picture (narrowed), [[x, y], [x, y]], image-left first.
- `folds` and `models` ("training-run/fold{fold}"): the persons of each fold are read by that folder's model.
- `fold`: with `folds`, only the persons of this fold are measured, by the model itself.
- `groups`: name = regular expression of the person; each group gets a row of its own.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import STATES, IntArray
from stressvision.training.measure.assessment import make_folder
from stressvision.training.measure.figures import measure_probabilities
from stressvision.training.samples import ALIGNED_EYES, Eyes, FaceSet, hold_out, read_ferplus, read_people
from stressvision.vision.expression import ExpressionEstimate, ExpressionModel

RESAMPLED = 1000
"""Draws of persons for a confidence interval of 95 %."""

FEWEST_PICTURES = 10
"""A group of fewer pictures gets no row: its figures would mean nothing."""

REFERENCE_PICTURES = 1
"""Relaxed pictures of a person that make the reference; they are not measured."""


@dataclass(frozen=True)
class SuiteSet:
    """One set of a suite, as its file describes it."""

    name: str
    data: Path
    kind: str = "people"
    map: Mapping[str, str] | None = None
    eyes: Eyes | None = None
    stretch: float = 1.0
    folds: int = 1
    fold: int | None = None
    models: str | None = None
    groups: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Reading:
    """What was read of one set: state probabilities [N,4], true states [N], persons [N]; and with references.

    `referenced` [N,4] is without one where not `has_reference` [N]; pictures that made a reference have none.
    """

    name: str
    probabilities: npt.NDArray[np.float32]
    referenced: npt.NDArray[np.float32]
    has_reference: npt.NDArray[np.bool_]
    state: IntArray
    person: npt.NDArray[np.str_]


@dataclass(frozen=True)
class SuiteRow:
    """One line of the table. `low` and `high`: the balanced accuracy's 95 % interval over persons.

    `recall` has None where the set has no such face; `confusion[i][j]` counts faces of state i called state j.
    """

    name: str
    baseline: bool
    pictures: int
    persons: int
    balanced_accuracy: float
    low: float
    high: float
    recall: tuple[float | None, ...]
    confusion: tuple[tuple[int, ...], ...]
    stress_low: float | None
    stress_high: float | None
    calibration_error: float


def read_suite(path: Path, root: Path) -> list[SuiteSet]:
    """Read a suite's file. Raises InvalidInput where it is none, naming what is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        sets = [_read_set(entry, root) for entry in content["set"]]
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise InvalidInput(
            Message(
                f"La lista de conjuntos {path} no es válida: {error!r}", f"The suite {path} is not valid: {error!r}"
            ),
            field="suite",
        ) from error
    if not sets:
        raise InvalidInput(Message(f"{path} no tiene conjuntos", f"{path} has no sets"), field="suite")
    return sets


def _read_set(entry: Mapping[str, Any], root: Path) -> SuiteSet:
    if unknown := set(entry) - {field.name for field in fields(SuiteSet)}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    given = dict(entry)
    if wrong := set(given.get("map", {}).values()) - {*STATES, "other"}:
        raise ValueError(f"no state: {', '.join(sorted(wrong))}")
    for pattern in given.get("groups", {}).values():
        re.compile(pattern)
    if given.get("kind", "people") not in ("people", "ferplus"):
        raise ValueError(f"kind {given['kind']}")
    if not 0.5 <= given.get("stretch", 1.0) <= 2:
        raise ValueError(f"stretch {given['stretch']}")
    if "eyes" in given:
        (left, right) = given["eyes"]
        given["eyes"] = ((float(left[0]), float(left[1])), (float(right[0]), float(right[1])))
    return SuiteSet(**(given | {"data": root / str(given["data"])}))


def read_set(wanted: SuiteSet, models: Path) -> Reading:
    """Read every face of a set as the device would, without and with its person's reference."""
    parts = [_read_faces(wanted.name, faces, folder) for faces, folder in split_set(wanted, models)]
    return Reading(
        wanted.name,
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.referenced for part in parts]),
        np.concatenate([part.has_reference for part in parts]),
        np.concatenate([part.state for part in parts]),
        np.concatenate([part.person for part in parts]),
    )


def split_set(wanted: SuiteSet, models: Path) -> Iterator[tuple[FaceSet, Path]]:
    """Yield the faces to measure, by fold where there are folds, each part with the folder of the model to read it."""
    faces = _load_faces(wanted)
    if wanted.folds == 1:
        yield faces, models
        return
    for fold in range(wanted.folds) if wanted.fold is None else (wanted.fold,):
        folder = models if wanted.models is None else Path(wanted.models.format(fold=fold))
        yield faces.select(hold_out(faces, fold, wanted.folds)), folder


def _load_faces(wanted: SuiteSet) -> FaceSet:
    if wanted.kind == "ferplus":
        return read_ferplus(wanted.data)[1]
    return read_people(wanted.data, wanted.map, wanted.eyes or ALIGNED_EYES, wanted.stretch)


def _read_faces(name: str, faces: FaceSet, models: Path) -> Reading:
    model = ExpressionModel(models / "expression.tflite", models / "expression.json")
    known = faces.select((faces.state >= 0) & (faces.state < len(STATES)))
    estimates: list[ExpressionEstimate] = []
    probabilities, referenced = [], []
    for image in known.images:
        estimates.append(model.estimate(np.repeat(image[:, :, None], 3, axis=2), *known.eyes))
        probabilities.append(list(estimates[-1].probabilities.values()))
    neutral = STATES.index("neutral")
    references, spent = {}, np.zeros(len(known), np.bool_)
    for person in np.unique(known.person):
        relaxed = np.flatnonzero((known.person == person) & (known.state == neutral))[:REFERENCE_PICTURES]
        if len(relaxed):
            references[person] = model.make_reference([estimates[index] for index in relaxed])
            spent[relaxed] = True
    for estimate, person in zip(estimates, known.person, strict=True):
        shifted = model.refer(estimate, references.get(person))
        referenced.append(list(shifted.probabilities.values()))
    has_reference = np.array([person in references for person in known.person]) & ~spent
    return Reading(
        name,
        np.array(probabilities, np.float32).reshape(-1, len(STATES)),
        np.array(referenced, np.float32).reshape(-1, len(STATES)),
        has_reference,
        known.state,
        known.person,
    )


def make_rows(reading: Reading, groups: Mapping[str, str] | None, seed: int) -> list[SuiteRow]:
    """Return the rows of a set: all of it, its groups, and, with references, the same faces without and with them."""
    everyone = np.ones(len(reading.state), np.bool_)
    rows = [measure_row(reading.name, reading, everyone, False, seed)]
    for name, pattern in (groups or {}).items():
        member = np.array([re.search(pattern, person) is not None for person in reading.person])
        if member.sum() >= FEWEST_PICTURES:
            rows.append(measure_row(f"{reading.name} {name}", reading, member, False, seed))
    if reading.has_reference.sum() >= FEWEST_PICTURES:
        name = f"{reading.name}, same faces"
        rows.append(measure_row(name, reading, reading.has_reference, False, seed))
        rows.append(measure_row(f"{reading.name}, baseline", reading, reading.has_reference, True, seed))
    return rows


def measure_row(name: str, reading: Reading, chosen: npt.NDArray[np.bool_], baseline: bool, seed: int) -> SuiteRow:
    """Return figures of the chosen faces, with intervals over persons."""
    probabilities = (reading.referenced if baseline else reading.probabilities)[chosen]
    state, person = reading.state[chosen], reading.person[chosen]
    figures = measure_probabilities(probabilities, state)
    draws = resample(probabilities.argmax(axis=1), state, person, seed)
    stress = STATES.index("stress")
    present = np.unique(state)
    low, high = _interval(np.nanmean(draws[:, present], axis=1))
    stressed = _interval(draws[:, stress]) if stress in present else None
    return SuiteRow(
        name,
        baseline,
        len(state),
        len(np.unique(person)),
        figures.balanced_accuracy,
        low,
        high,
        tuple(value if index in present else None for index, value in enumerate(figures.recall)),
        tuple(tuple(int(count) for count in row) for row in figures.confusion),
        None if stressed is None else stressed[0],
        None if stressed is None else stressed[1],
        figures.calibration_error,
    )


def resample(called: IntArray, state: IntArray, person: npt.NDArray[np.str_], seed: int) -> npt.NDArray[np.float64]:
    """Return recalls [draws,4] over persons drawn with replacement; not a number where a draw has no such face."""
    names, place = np.unique(person, return_inverse=True)
    counts = np.zeros((len(names), len(STATES)))
    right = np.zeros((len(names), len(STATES)))
    np.add.at(counts, (place, state), 1)
    np.add.at(right, (place, state), called == state)
    random = np.random.default_rng(seed)
    weights = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLED).astype(np.float64)
    total = weights @ counts
    shares = np.divide(weights @ right, total, out=np.full(total.shape, np.nan), where=total > 0)
    return np.asarray(shares, np.float64)


def _interval(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def format_rows(rows: Sequence[SuiteRow]) -> str:
    """Return the table as text, the lowest balanced accuracy first."""
    width = max(len(row.name) for row in rows)
    head = f"{'set or group':{width}}  pictures persons balanced   95 %        " + "".join(
        f"{state:>8}" for state in STATES
    )
    lines = [head + "   stress 95 %      ECE"]
    for row in sorted(rows, key=lambda each: each.balanced_accuracy):
        recall = "".join("       -" if value is None else f"{value:8.3f}" for value in row.recall)
        stressed = "            -" if row.stress_low is None else f"{row.stress_low:.3f}-{row.stress_high:.3f}"
        lines.append(
            f"{row.name:{width}}  {row.pictures:8} {row.persons:7} {row.balanced_accuracy:8.3f}  "
            f"{row.low:.3f}-{row.high:.3f}  {recall}  {stressed:>13}  {row.calibration_error:.3f}"
        )
    return "\n".join(lines)


def run_suite(path: Path, root: Path, models: Path, report: Path | None, card: bool, seed: int = 7) -> None:
    """Measure the model of `models` on every set and print the table; write the rows as JSON where wanted.

    `report` is a folder for `suite.json`; with `card`, the rows become the `measured` of the model's card.
    """
    rows: list[SuiteRow] = []
    for wanted in read_suite(path, root):
        rows += make_rows(read_set(wanted, models), wanted.groups, seed)
    rows.sort(key=lambda each: each.balanced_accuracy)
    print(format_rows(rows))
    spread = [row.balanced_accuracy for row in rows if not row.baseline]
    print(f"worst to best without baseline: {spread[0]:.3f} to {spread[-1]:.3f}")
    written = [describe_row(row) for row in rows]
    if report is not None:
        make_folder(report)
        (report / "suite.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    if card:
        place = models / "expression.json"
        content = json.loads(place.read_text(encoding="utf-8")) | {"measured": written}
        place.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def describe_row(row: SuiteRow) -> dict[str, object]:
    """Return a row for JSON, rounded."""
    recall = {state: round(value, 4) for state, value in zip(STATES, row.recall, strict=True) if value is not None}
    interval = None if row.stress_low is None or row.stress_high is None else [row.stress_low, row.stress_high]
    return {
        "set": row.name,
        "baseline": row.baseline,
        "pictures": row.pictures,
        "persons": row.persons,
        "balanced_accuracy": round(row.balanced_accuracy, 4),
        "interval": [round(row.low, 4), round(row.high, 4)],
        "recall": recall,
        "confusion": [list(counts) for counts in row.confusion],
        "stress_interval": None if interval is None else [round(value, 4) for value in interval],
        "calibration_error": round(row.calibration_error, 4),
    }
