"""The steps that make the expression model: each reads what the step before wrote to a folder of intermediate files."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stressvision.core.clock import utc_now
from stressvision.core.errors import InvalidInput, Message
from stressvision.training.augmentation import canonical_eyes
from stressvision.training.calibration import (
    Answers,
    Calibration,
    Referenced,
    apply_calibration,
    choose_baseline,
    find_typical,
    fit_calibration,
    group_probabilities,
    lift_states,
    refer,
    subtract,
)
from stressvision.training.card import describe_model, place_views, read_description, write_description, write_with_card
from stressvision.training.data import STATES, FloatArray, standardise
from stressvision.training.export import PRECISIONS, Precision, convert_expression, convert_towers
from stressvision.training.features import extract, read_features, run_towers, write_features
from stressvision.training.head import ClassifierHead, HeadPlan, read_head, select_features, train_head, write_head
from stressvision.training.inference import run_model
from stressvision.training.measure.figures import measure_probabilities
from stressvision.training.samples import (
    TAIWAN_EYES,
    TAIWAN_STRETCH,
    FaceSet,
    hold_out,
    read_faces,
    read_ferplus,
    read_people,
    write_faces,
)
from stressvision.training.towers import SIZE, Towers, read_towers
from stressvision.vision.expression import View, align_face
from stressvision.vision.networks import Network

TOWERS = "towers.tflite"
DESCRIPTION = "description.json"

VARIANTS = {"ferplus": 6, "taiwan": 12, "radiate": 20, "lfw": 10, "london": 10}
"""Distortions of each face that the head learns from."""

FOLDS = 3
"""The sets that are tested person by person are split into this many parts."""

LIFTED = ("ferplus", "taiwan")
REFERENCED = "taiwan"
"""The set in which persons have relaxed pictures and all states: the baseline is chosen on it."""

FOLDED = ("taiwan", "radiate")
HELD_OUT = 5
"""Of the other sets of persons, every fifth person is never trained on."""

LARGE = ("lfw", "london")


def prepare(data: Path, people: Path, work: Path) -> None:
    """Write the faces of all sets to `work`, and print what they are."""
    work.mkdir(parents=True, exist_ok=True)
    train, valid = read_ferplus(data)
    sets = {"ferplus": train, "ferplus-valid": valid}
    sets |= {name: read_people(people / f"{name}.npz") for name in ("radiate", *LARGE)}
    sets["taiwan"] = read_people(people / "taiwan.npz", eyes=TAIWAN_EYES, stretch=TAIWAN_STRETCH)
    for name, faces in sets.items():
        write_faces(faces, work / f"{name}.npz")
        counts = np.bincount(faces.state + 1, minlength=len(STATES) + 2)
        table = ", ".join(
            f"{label} {count}" for label, count in zip(("no majority", *STATES, "other"), counts, strict=True)
        )
        print(f"{name}: {len(faces)} pictures of {len(np.unique(faces.person))} persons ({table})")


def read_prepared(work: Path, name: str) -> FaceSet:
    """Return one set that `prepare` wrote. Raises InvalidInput where it has not run."""
    path = work / f"{name}.npz"
    if not path.exists():
        raise InvalidInput(Message(f"Falta {path}: ejecute prepare", f"{path} is missing: run prepare"), field="work")
    return read_faces(path)


def learnt_from(name: str, faces: FaceSet, fold: int | None) -> npt.NDArray[np.bool_]:
    """Return which faces of a set are learnt from: not the persons of one fold, nor those that are never trained on."""
    if name in LARGE:
        return ~hold_out(faces, 0, HELD_OUT)
    if name in FOLDED and fold is not None:
        return ~hold_out(faces, fold, FOLDS)
    return np.ones(len(faces), np.bool_)


def train(work: Path, mobile: Path, residual: Path, seed: int, processes: int) -> None:
    """Convert the towers, read features, and train one head without each fold and one with all people."""
    path = work / TOWERS
    if not path.exists():
        path.write_bytes(convert_towers(read_both(mobile, residual), "int8", known_pictures(work)))
    model = path.read_bytes()
    print(f"towers: {len(model)} bytes", flush=True)
    for name, count in VARIANTS.items():
        kept = work / f"features-{name}.npz"
        if not kept.exists():
            write_features(extract(model, read_prepared(work, name), count, seed, processes, say), kept)
    folds = (None, *range(FOLDS))
    with ProcessPoolExecutor(min(processes, len(folds)), mp_context=get_context("spawn")) as pool:
        for line in pool.map(train_fold, [work] * len(folds), [seed] * len(folds), folds):
            say(line)


def train_fold(work: Path, seed: int, fold: int | None) -> str:
    """Train the head without one fold, or with all people; return a line that describes it."""
    sets = {name: read_prepared(work, name) for name in VARIANTS}
    chosen = {name: learnt_from(name, faces, fold) for name, faces in sets.items()}
    head = train_head(
        replace(HeadPlan(), seed=seed),
        {name: faces.select(chosen[name]) for name, faces in sets.items()},
        {name: select_features(read_features(work / f"features-{name}.npz"), chosen[name]) for name in sets},
    )
    folder = work / name_fold(fold)
    folder.mkdir(exist_ok=True)
    write_head(head, folder / "head.npz")
    return f"{folder.name}: trained on {sum(int(each.sum()) for each in chosen.values())} faces"


def read_both(mobile: Path, residual: Path) -> Towers:
    """Return the towers for our picture."""
    return read_towers(mobile, residual, canonical_eyes(SIZE))


def known_pictures(work: Path) -> FloatArray:
    """Return a few standardised pictures of every set [N,S,S], to set the int8 ranges by."""
    some = [read_prepared(work, name) for name in VARIANTS]
    return np.concatenate(
        [crop_views(faces.select(np.arange(0, len(faces), len(faces) // 60)))[:, 0] for faces in some]
    )


def name_fold(fold: int | None) -> str:
    """Return the folder of what was trained without one fold, or with all people."""
    return "everybody" if fold is None else f"fold{fold}"


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def crop_views(faces: FaceSet) -> FloatArray:
    """Return standardised pictures [N,V,S,S] as the run-time wrapper prepares them for the network."""
    views = place_views(SIZE)
    crops = np.array([[cut(image, faces, view) for view in views] for image in faces.images], np.uint8)
    return standardise(crops.reshape(-1, SIZE, SIZE)).reshape(len(faces), len(views), SIZE, SIZE)


def cut(image: npt.NDArray[np.uint8], faces: FaceSet, view: View) -> npt.NDArray[np.uint8]:
    """Return one face in one view."""
    return align_face(np.repeat(image[:, :, None], 3, axis=2), *faces.eyes, view, SIZE)


def answer(model: bytes, head: ClassifierHead, faces: FaceSet) -> Answers:
    """Return what towers and head answer for faces, as at run time."""
    network = Network(model, TOWERS)
    views = crop_views(faces)
    features = np.stack([run_towers(network, picture) for picture in views.reshape(-1, SIZE, SIZE)])
    return Answers(faces.name, head.answer(features).reshape(len(faces), views.shape[1], -1), faces.state, faces.person)


def answer_held_out(work: Path) -> list[Answers]:
    """Return answers for every set, each face by a head that was not trained on its person."""
    model = (work / TOWERS).read_bytes()
    shipped = read_head(work / name_fold(None) / "head.npz")
    sets = [answer(model, shipped, read_prepared(work, "ferplus-valid"))]
    for name in LARGE:
        faces = read_prepared(work, name)
        sets.append(answer(model, shipped, faces.select(hold_out(faces, 0, HELD_OUT))))
    for name in FOLDED:
        faces = read_prepared(work, name)
        held = [faces.select(hold_out(faces, fold, FOLDS)) for fold in range(FOLDS)]
        heads = [read_head(work / name_fold(fold) / "head.npz") for fold in range(FOLDS)]
        sets.append(join_answers([answer(model, head, part) for head, part in zip(heads, held, strict=True)]))
    return sets


def join_answers(parts: list[Answers]) -> Answers:
    """Return the answers of several parts of one set."""
    return Answers(
        parts[0].name,
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.state for part in parts]),
        np.concatenate([part.person for part in parts]),
    )


def export(work: Path, models: Path, mobile: Path, residual: Path, precision: Precision) -> None:
    """Convert in every precision, print how they compare, and write the model, and each fold's, with their cards."""
    towers, known = read_both(mobile, residual), known_pictures(work)
    description = read_description(work / DESCRIPTION)
    calibration = Calibration(float(description.temperature), tuple(description.offsets))
    valid = read_prepared(work, "ferplus-valid")
    pictures = crop_views(valid)
    for fold in (None, *range(FOLDS)):
        folder = work / name_fold(fold)
        head = read_head(folder / "head.npz")
        for kind in PRECISIONS if fold is None else (precision,):
            content = convert_expression(towers, head, kind, known)
            if fold is None:
                run = run_model(content, kind, pictures.reshape(-1, SIZE, SIZE))
                logits = run.logits.reshape(len(valid), pictures.shape[1], -1)
                say(f"{kind}: {len(content)} bytes, {run.median_ms:.2f} ms a view")
                print_figures(kind, [Answers(valid.name, logits, valid.state, valid.person)], calibration)
            if kind == precision:
                write_with_card(folder / "expression.tflite", content, description.content)
                if fold is None:
                    write_with_card(models / "expression.tflite", content, description.content)


def calibrate(work: Path) -> None:
    """Fit offsets, temperature and baseline on held-out persons and write the content of the card."""
    sets = answer_held_out(work)
    halves = [(each.select(half := hold_half(each.person)), each.select(~half)) for each in sets]
    print_figures(
        "fitted on half of the persons, the other half", [rest for _, rest in halves], fit([h for h, _ in halves])
    )
    calibration = fit(sets)
    say(f"fitted on all: temperature {calibration.temperature:.3f}, offsets {calibration.offsets}")
    print_figures("all", sets, calibration)
    posed = next(each for each in sets if each.name == REFERENCED)
    everywhere, there = find_typical(sets, calibration), find_typical([posed], calibration)
    between = tuple(round((first + second) / 2, 3) for first, second in zip(everywhere, there, strict=True))
    candidates = (everywhere, between, there)
    referenced = refer(posed, calibration)
    baseline = choose_baseline(referenced, candidates)
    say(f"baseline: strength {baseline.strength}, bound {baseline.bound}, typical {candidates.index(baseline.typical)}")
    print_states("without it", subtract(referenced, replace(baseline, strength=0.0)), referenced)
    print_states("with it", subtract(referenced, baseline), referenced)
    shares = np.zeros((len(referenced.state), len(STATES)), np.float32)
    for fold in range(FOLDS):
        held = hold_persons(referenced.person, fold)
        chosen = choose_baseline(referenced.select(~held), candidates)
        shares[held] = subtract(referenced.select(held), chosen)
    print_states("with one chosen on other persons", shares, referenced)
    write_description(describe_model(SIZE, calibration, baseline, utc_now().date()), work / DESCRIPTION)


def fit(sets: list[Answers]) -> Calibration:
    """Return temperature and offsets of all sets, lifted for the two that have many faces of every state."""
    return lift_states(fit_calibration(sets), [each for each in sets if each.name in LIFTED])


def hold_persons(person: npt.NDArray[np.str_], fold: int) -> npt.NDArray[np.bool_]:
    """Return which faces belong to the persons of one fold, dealt in the order of their names."""
    return np.isin(person, np.unique(person)[fold::FOLDS])


def print_states(what: str, probabilities: FloatArray, faces: Referenced) -> None:
    """Print one line: how well the states of faces with a reference are recognised."""
    figures = measure_probabilities(probabilities, faces.state)
    recall = " ".join(f"{value:.3f}" for value in figures.recall)
    say(f"{what}: {figures.balanced_accuracy:.4f} ({recall}), ECE {figures.calibration_error:.3f}")


def hold_half(
    person: np.ndarray[tuple[int, ...], np.dtype[np.str_]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which faces belong to every other person."""
    names = np.unique(person)
    return np.isin(person, names[::2])


def print_figures(what: str, sets: Iterable[Answers], calibration: Calibration) -> None:
    """Print one line a set."""
    for each in sets:
        known = (each.state >= 0) & (each.state < len(STATES))
        figures = measure_probabilities(
            group_probabilities(apply_calibration(each.logits[known], calibration)), each.state[known]
        )
        recall = " ".join(f"{value:.3f}" for value in figures.recall)
        print(
            f"{what}, {each.name}: {figures.pictures} pictures, balanced {figures.balanced_accuracy:.4f} "
            f"({recall}), ECE {figures.calibration_error:.3f}",
            flush=True,
        )
