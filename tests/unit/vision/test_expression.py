"""The wrapper of the shipped expression model: which file it accepts, how it crops, what its answer promises."""

import hashlib
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.errors import InvalidInput, ModelUnavailable
from stressvision.vision.expression import (
    STATES,
    ExpressionCard,
    ExpressionModel,
    ExpressionReference,
    StateProbabilities,
    align_face,
    read_card,
    shift_for,
)

DEMO = Path(__file__).parents[3] / "demo"
MODELS = Path(__file__).parents[3] / "models"
MODEL = MODELS / "expression.tflite"
CARD = MODELS / "expression.json"


@pytest.fixture(scope="module")
def model() -> ExpressionModel:
    return ExpressionModel(MODEL, CARD)


@pytest.fixture
def card() -> ExpressionCard:
    return read_card(CARD)


def draw_eyes(left: tuple[int, int], right: tuple[int, int], radius: int) -> np.ndarray:
    """A grey frame [480,640,3] with two white discs where the eyes are."""
    y, x = np.mgrid[:480, :640]
    frame = np.full((480, 640, 3), 60, np.uint8)
    for eye_x, eye_y in (left, right):
        frame[(x - eye_x) ** 2 + (y - eye_y) ** 2 <= radius**2] = 255
    return frame


def find_discs(grey: np.ndarray) -> list[tuple[float, float]]:
    """Centres (x, y) of the bright spot in the left and in the right half."""
    weight = np.clip(grey.astype(float) - 70, 0, None)
    half = grey.shape[1] // 2
    centres = []
    for start, part in ((0, weight[:, :half]), (half, weight[:, half:])):
        y, x = np.mgrid[: part.shape[0], : part.shape[1]]
        centres.append((start + (x * part).sum() / part.sum(), (y * part).sum() / part.sum()))
    return centres


@pytest.mark.parametrize(
    ("left", "right", "radius"),
    [((300, 200), (340, 200), 4), ((200, 150), (380, 150), 18), ((250, 260), (310, 220), 7)],
    ids=["small", "near", "tilted"],
)
def test_eyes_come_to_lie_where_the_card_says(
    card: ExpressionCard, left: tuple[int, int], right: tuple[int, int], radius: int
) -> None:
    for view in card.views:
        grey = align_face(draw_eyes(left, right, radius), left, right, view, card.size)
        assert grey.shape == (card.size, card.size)
        found_left, found_right = find_discs(grey)
        assert found_left == pytest.approx(view.left_eye, abs=0.5)
        assert found_right == pytest.approx(view.right_eye, abs=0.5)


def test_a_face_at_the_edge_of_the_frame_is_still_cropped(card: ExpressionCard) -> None:
    grey = align_face(draw_eyes((4, 3), (30, 3), 3), (4, 3), (30, 3), card.views[0], card.size)
    assert grey.shape == (card.size, card.size)


@pytest.mark.parametrize("right_eye", [(300.0, 200.0), (302.0, 201.0), (float("nan"), 200.0)])
def test_eyes_that_mean_nothing_are_refused(card: ExpressionCard, right_eye: tuple[float, float]) -> None:
    with pytest.raises(InvalidInput):
        align_face(np.zeros((480, 640, 3), np.uint8), (300.0, 200.0), right_eye, card.views[0], card.size)


def test_probabilities_keep_their_order_and_sum_to_one(model: ExpressionModel) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    estimate = model.estimate(noise, (280.0, 220.0), (350.0, 225.0))
    assert tuple(estimate.probabilities) == STATES
    assert sum(estimate.probabilities.values()) == pytest.approx(1, abs=1e-6)
    assert min(estimate.probabilities.values()) >= estimate.other / len(STATES) - 1e-9
    assert estimate.confidence == max(estimate.probabilities.values())


def test_the_same_face_gets_the_same_answer_whatever_the_light(model: ExpressionModel) -> None:
    side = model.card.size
    face = np.random.default_rng(5).integers(60, 160, (side, side)).astype(np.uint8)
    brighter = (face + 60).astype(np.uint8)
    first, second = model.estimate_aligned(face), model.estimate_aligned(brighter)
    assert dict(first.probabilities) == pytest.approx(dict(second.probabilities), abs=1e-4)


def test_the_views_are_averaged(model: ExpressionModel) -> None:
    frame = np.random.default_rng(11).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    eyes = (300.0, 200.0), (335.0, 204.0)
    single = [model.estimate_aligned(align_face(frame, *eyes, view, model.card.size)) for view in model.card.views]
    mean = np.mean([list(estimate.probabilities.values()) for estimate in single], axis=0)
    assert list(model.estimate(frame, *eyes).probabilities.values()) == pytest.approx(mean.tolist())


def test_the_views_take_turns_where_readings_are_numbered(model: ExpressionModel) -> None:
    frame = np.random.default_rng(11).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    eyes = (300.0, 200.0), (335.0, 204.0)
    single = [model.estimate_aligned(align_face(frame, *eyes, view, model.card.size)) for view in model.card.views]

    turns = [model.estimate(frame, *eyes, turn=turn) for turn in range(2 * len(single))]

    assert turns == [*single, *single]


def test_a_blank_picture_does_not_break_the_numbers(model: ExpressionModel) -> None:
    estimate = model.estimate_aligned(np.full((model.card.size, model.card.size), 90, np.uint8))
    assert sum(estimate.probabilities.values()) == pytest.approx(1, abs=1e-6)


def test_a_model_that_is_not_the_cards_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "expression.tflite"
    content = bytearray(MODEL.read_bytes())
    content[-1] ^= 1
    other.write_bytes(bytes(content))
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        ExpressionModel(other, CARD)


def test_a_missing_model_says_which(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="nowhere"):
        ExpressionModel(tmp_path / "nowhere.tflite", CARD)


@pytest.mark.parametrize(
    "fault", ["missing", "no json", "other classes", "no temperature", "no views", "baseline too short", "no bound"]
)
def test_a_card_that_cannot_be_used_is_refused(tmp_path: Path, fault: str) -> None:
    card = tmp_path / "expression.json"
    content = json.loads(CARD.read_text(encoding="utf-8"))
    if fault == "other classes":
        content["classes"] = {"happy": "happy", "neutral": "calm"}
    if fault == "no views":
        content["views"] = []
    if fault == "no temperature":
        del content["temperature"]
    if fault == "baseline too short":
        content["baseline"]["typical"].pop()
    if fault == "no bound":
        content["baseline"]["bound"] = float("inf")
    if fault != "missing":
        card.write_text("{" if fault == "no json" else json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="ficha"):
        ExpressionModel(MODEL, card)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "expression.tflite"
    broken.write_bytes(b"not a model at all, whatever its name says")
    card = tmp_path / "expression.json"
    content = json.loads(CARD.read_text(encoding="utf-8"))
    content["sha256"] = hashlib.sha256(broken.read_bytes()).hexdigest()
    card.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="carga"):
        ExpressionModel(broken, card)


def test_the_model_is_opened_from_anywhere(tmp_path: Path) -> None:
    for path in (MODEL, CARD):
        shutil.copy(path, tmp_path / path.name)
    ExpressionModel(tmp_path / MODEL.name, tmp_path / CARD.name)


@pytest.fixture
def face(card: ExpressionCard) -> np.ndarray:
    coarse = np.random.default_rng(5).integers(60, 160, (8, 8)).astype(np.uint8)
    return cv2.resize(coarse, (card.size, card.size))


def test_a_typical_reference_changes_nothing(model: ExpressionModel, face: np.ndarray) -> None:
    typical = ExpressionReference(model.card.sha256, model.card.baseline.typical, 2)
    without, referenced = model.estimate_aligned(face), model.estimate_aligned(face, reference=typical)
    assert referenced.referenced
    assert not without.referenced
    assert list(referenced.probabilities.values()) == pytest.approx(list(without.probabilities.values()), abs=1e-6)


def test_the_reference_makes_the_persons_relaxed_face_more_neutral(model: ExpressionModel, face: np.ndarray) -> None:
    typical = list(model.card.baseline.typical)
    neutral = model.card.groups.index(STATES.index("neutral"))
    typical[neutral] -= 1
    stern = ExpressionReference(model.card.sha256, tuple(typical), 1)
    without, referenced = model.estimate_aligned(face), model.estimate_aligned(face, reference=stern)
    assert referenced.probabilities["neutral"] > without.probabilities["neutral"]
    assert referenced.logits == without.logits


def test_no_reference_moves_a_logit_further_than_the_bound(model: ExpressionModel) -> None:
    bound = model.card.baseline.bound
    extreme = np.array(model.card.baseline.typical) + np.linspace(-90, 90, len(model.card.groups))
    shift = shift_for(extreme, model.card.baseline)
    assert np.abs(shift).max() == pytest.approx(bound)


def test_a_reference_of_another_model_is_ignored(model: ExpressionModel, face: np.ndarray) -> None:
    foreign = ExpressionReference("0" * 64, tuple(range(len(model.card.groups))), 3)
    assert model.estimate_aligned(face, reference=foreign) == model.estimate_aligned(face)


def test_a_reference_is_the_mean_of_its_pictures(model: ExpressionModel, face: np.ndarray) -> None:
    first, second = model.estimate_aligned(face), model.estimate_aligned(255 - face)
    reference = model.make_reference([first, second])
    assert reference.model == model.card.sha256
    assert reference.pictures == 2
    assert reference.logits == pytest.approx(tuple(np.mean([first.logits, second.logits], axis=0)))
    assert sum(reference.logits) == pytest.approx(0, abs=1e-6)
    with pytest.raises(InvalidInput):
        model.make_reference([])


def test_a_reference_survives_its_json(model: ExpressionModel, face: np.ndarray) -> None:
    reference = model.make_reference([model.estimate_aligned(face)])
    again = ExpressionReference.from_json(reference.to_json())
    assert again.logits == pytest.approx(reference.logits, abs=1e-4)
    assert (again.model, again.pictures) == (reference.model, reference.pictures)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps({"model": "0" * 64, "logits": [0.0], "pictures": 0}),
        json.dumps({"model": "0" * 63, "logits": [0.0], "pictures": 1}),
        json.dumps({"model": "0" * 64, "logits": [], "pictures": 1}),
        json.dumps({"model": "0" * 64, "logits": [float("nan")], "pictures": 1}),
        json.dumps({"model": "0" * 64, "logits": ["x"], "pictures": 1}),
        json.dumps({"model": "0" * 64, "logits": [0.0] * 400, "pictures": 1}),
        json.dumps({"model": "0" * 64, "logits": [0.0], "pictures": 1, "name": "Ana"}),
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        ExpressionReference.from_json(text)


def test_an_unknown_state_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        StateProbabilities(0.25, 0.25, 0.25, 0.25)["other"]


def test_the_shipped_model_is_small_and_honest_enough() -> None:
    content = json.loads(CARD.read_text(encoding="utf-8"))
    assert MODEL.stat().st_size <= 3_000_000
    measured = {each["set"]: each["balanced_accuracy"] for each in content["measured"]}
    lowest = {"FER+ validation": 0.84, "taiwan": 0.80, "radiate": 0.85, "lfw": 0.70, "london": 0.90}
    assert {name for name, least in lowest.items() if measured[name] < least} == set()
    assert measured["taiwan, baseline"] > measured["taiwan, same faces"] + 0.02


@pytest.mark.parametrize(
    ("still", "left_eye", "right_eye", "state"),
    [
        ("EMP001/1.jpg", (279.4, 214.7), (358.6, 218.1), "neutral"),
        ("EMP001/5.jpg", (283.9, 203.4), (364.1, 207.7), "happy"),
        ("EMP002/5.jpg", (285.3, 209.5), (367.1, 213.7), "happy"),
        ("EMP003/1.jpg", (274.3, 220.2), (359.4, 217.2), "neutral"),
        ("EMP003/5.jpg", (283.6, 205.9), (365.9, 211.7), "happy"),
        ("EMP004/1.jpg", (281.6, 215.9), (355.5, 218.3), "neutral"),
        ("EMP004/5.jpg", (288.8, 205.3), (363.8, 207.8), "happy"),
    ],
)
def test_the_enrolment_stills_are_named_right(
    model: ExpressionModel, still: str, left_eye: tuple[float, float], right_eye: tuple[float, float], state: str
) -> None:
    picture = cv2.imread(str(DEMO / "enrol" / still))
    assert picture is not None
    estimate = model.estimate(np.asarray(picture, np.uint8), left_eye, right_eye)
    assert estimate.state == state
    assert estimate.confidence > 0.5


@pytest.mark.parametrize(
    ("second", "left_eye", "right_eye", "state"),
    [
        (3, (276.9, 209.3), (356.6, 213.1), "happy"),
        (12, (272.3, 211.2), (353.8, 214.3), "stress"),
        (17, (275.5, 212.9), (356.7, 214.6), "stress"),
    ],
)
def test_the_recording_is_named_right_beside_the_persons_relaxed_face(
    model: ExpressionModel,
    second: int,
    left_eye: tuple[float, float],
    right_eye: tuple[float, float],
    state: str,
) -> None:
    relaxed = cv2.imread(str(DEMO / "enrol" / ("EMP001" if state == "happy" else "EMP002") / "1.jpg"))
    eyes = ((279.4, 214.7), (358.6, 218.1)) if state == "happy" else ((278.0, 222.0), (359.4, 224.0))
    reference = model.make_reference([model.estimate(np.asarray(relaxed, np.uint8), *eyes)])
    recording = cv2.VideoCapture(str(DEMO / "turno.mp4"))
    recording.set(cv2.CAP_PROP_POS_FRAMES, second * 15)
    found, frame = recording.read()
    recording.release()
    assert found
    estimate = model.estimate(np.asarray(frame, np.uint8), left_eye, right_eye, reference=reference)
    assert estimate.state == state
    assert estimate.confidence > 0.5
