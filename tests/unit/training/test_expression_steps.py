"""How the expression model is made: people held out, distortion, calibration, baseline, head, conversion, suite."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.errors import InvalidInput
from stressvision.training.__main__ import main
from stressvision.training.augmentation import canonical_eyes, distort_face, place
from stressvision.training.data import CLASSES, STATES
from stressvision.training.measure.suite import Reading, format_rows, make_rows, read_set, read_suite
from stressvision.training.samples import (
    ALIGNED_EYES,
    EMOTIONS,
    FERPLUS_EYES,
    GROUPS,
    TAIWAN_EYES,
    TAIWAN_STRETCH,
    FaceSet,
    adjust_for_frequency,
    draw_chances,
    hold_out,
    read_faces,
    read_people,
    write_faces,
)

MODELS = Path(__file__).parents[3] / "models"


def make_faces(persons: int, each: int, name: str = "made") -> FaceSet:
    """Smooth pictures of the four states in turn; `each` of every person."""
    random = np.random.default_rng(3)
    count = persons * each
    coarse = random.integers(0, 256, (count, 8, 8)).astype(np.uint8)
    images = np.stack([cv2.resize(picture, (112, 112), interpolation=cv2.INTER_CUBIC) for picture in coarse])
    emotion = np.array([EMOTIONS.index(each_) for each_ in ("neutral", "happiness", "anger", "sadness")])
    chosen = emotion[np.arange(count) % 4]
    targets = np.eye(len(EMOTIONS), dtype=np.float32)[chosen]
    person = np.repeat([f"p{index:02d}" for index in range(persons)], each)
    return FaceSet(name, images, ALIGNED_EYES, targets, GROUPS[chosen], person)


def write_people(path: Path, faces: FaceSet, **more: np.ndarray) -> Path:
    names = np.array(["neutral", "happy", "anger", "sad"])[np.arange(len(faces)) % 4]
    content = {"images": faces.images, "label": names, "subject": faces.person} | more
    np.savez(path, allow_pickle=False, **content)
    return path


def test_every_person_is_held_out_once() -> None:
    faces = make_faces(10, 4)
    held = np.stack([hold_out(faces, fold, 3) for fold in range(3)])
    assert held.sum(axis=0).tolist() == [1] * len(faces)
    for name in np.unique(faces.person):
        assert len(np.unique(held[:, faces.person == name].argmax(axis=0))) == 1
    assert held.any(axis=1).all()


def test_people_are_read_with_their_states(tmp_path: Path) -> None:
    made = make_faces(3, 4)
    faces = read_people(write_people(tmp_path / "taiwan.npz", made))
    assert faces.name == "taiwan"
    assert [CLASSES[state] for state in faces.state[:4]] == ["neutral", "happy", "stress", "sad"]
    assert faces.targets.sum(axis=1) == pytest.approx(np.ones(12), abs=1e-6)
    assert faces.targets[0, 0] > 0.9


def test_votes_soften_what_an_actor_meant_but_not_a_relaxed_face(tmp_path: Path) -> None:
    votes = np.tile(np.array([[0.0, 0.5, 0.5]], np.float32), (12, 1))
    path = write_people(
        tmp_path / "voted.npz", make_faces(3, 4), votes=votes, vote_names=np.array(["happy", "sad", "anger"])
    )
    faces = read_people(path)
    assert faces.targets[0, EMOTIONS.index("neutral")] == pytest.approx(1)
    assert faces.targets[2, EMOTIONS.index("anger")] == pytest.approx(0.6 + 0.4 * 0.5)
    assert faces.targets[2, EMOTIONS.index("sadness")] == pytest.approx(0.4 * 0.5)


def test_a_foreign_set_is_read_through_its_map(tmp_path: Path) -> None:
    path = write_people(tmp_path / "foreign.npz", make_faces(2, 4))
    faces = read_people(path, {"anger": "stress", "sad": "sad"})
    assert faces.state.tolist() == [-1, -1, STATES.index("stress"), STATES.index("sad")] * 2


def test_pictures_that_are_too_wide_are_narrowed(tmp_path: Path) -> None:
    made = make_faces(1, 4)
    round_face = np.zeros((112, 112), np.uint8)
    cv2.circle(round_face, (42, 56), 30, 255, -1)
    wide = cv2.resize(round_face[:, :84], (112, 112), interpolation=cv2.INTER_LINEAR)
    path = write_people(tmp_path / "wide.npz", replace(made, images=np.stack([wide] * 4)))
    faces = read_people(path, eyes=TAIWAN_EYES, stretch=TAIWAN_STRETCH)
    assert faces.images.shape == (4, 112, 84)
    assert faces.eyes == TAIWAN_EYES
    height, width = [int(np.ptp(each)) for each in np.nonzero(faces.images[0] > 128)]
    assert width == pytest.approx(height, abs=1)


def test_the_shipped_suite_reads_taiwan_as_the_training_does() -> None:
    (taiwan,) = [each for each in read_suite(MODELS / "suite.toml", Path()) if each.name == "taiwan"]
    assert taiwan.stretch == pytest.approx(TAIWAN_STRETCH)
    assert taiwan.eyes == TAIWAN_EYES


def test_what_is_no_archive_of_people_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "empty.npz", images=np.zeros((1, 4, 4), np.uint8))
    with pytest.raises(InvalidInput):
        read_people(tmp_path / "empty.npz")


def test_a_set_survives_its_file(tmp_path: Path) -> None:
    made = make_faces(2, 4)
    write_faces(made, tmp_path / "made.npz")
    again = read_faces(tmp_path / "made.npz")
    assert again.eyes == made.eyes
    assert np.array_equal(again.images, made.images)
    assert again.person.tolist() == made.person.tolist()


def test_sets_are_drawn_by_their_share_and_rare_emotions_more() -> None:
    large, small = make_faces(20, 4, "large"), make_faces(2, 4, "small")
    common = large.select(np.flatnonzero((large.state == 0) | (np.arange(80) < 8)))
    chances = draw_chances([common, small], {"large": 0.75, "small": 0.25}, 0.5)
    assert chances.sum() == pytest.approx(1)
    assert chances[len(common) :].sum() == pytest.approx(0.25)
    assert chances[common.state.tolist().index(2)] > chances[common.state.tolist().index(0)]


def test_the_adjustment_is_nothing_where_all_states_are_drawn_alike() -> None:
    wanted = 1 / (len(CLASSES) * np.bincount(GROUPS)[GROUPS])
    targets = np.eye(len(EMOTIONS), dtype=np.float32)
    assert adjust_for_frequency(targets, wanted) == pytest.approx(np.zeros(len(EMOTIONS)), abs=1e-5)


@pytest.mark.parametrize("eyes", [FERPLUS_EYES, ALIGNED_EYES])
def test_eyes_are_moved_to_where_the_network_sees_them(eyes: tuple[tuple[float, float], tuple[float, float]]) -> None:
    matrix = place(eyes, canonical_eyes(96))
    for source, target in zip(eyes, canonical_eyes(96), strict=True):
        assert matrix @ [*source, 1] == pytest.approx(target)


def test_a_face_is_distorted_the_same_way_for_the_same_seed() -> None:
    image = make_faces(1, 1).images[0]
    first = distort_face(image, ALIGNED_EYES, 96, True, np.random.default_rng(4))
    assert np.array_equal(first, distort_face(image, ALIGNED_EYES, 96, True, np.random.default_rng(4)))
    assert not np.array_equal(first, distort_face(image, ALIGNED_EYES, 96, True, np.random.default_rng(5)))
    assert first.shape == (96, 96)
    assert 0 <= first.min() <= first.max() <= 255


SUITE = """
[[set]]
name = "made"
data = "made.npz"
groups = { first = "p0[0-4]", second = "p0[5-9]" }

[[set]]
name = "mapped"
data = "made.npz"
map = { anger = "stress" }
"""


def test_a_suite_is_measured_by_group_with_and_without_the_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_people(tmp_path / "made.npz", make_faces(10, 8))
    (tmp_path / "suite.toml").write_text(SUITE, encoding="utf-8")
    arguments = ["evaluate", "--suite", str(tmp_path / "suite.toml"), "--root", str(tmp_path)]
    assert main([*arguments, "--models", str(MODELS), "--report", str(tmp_path / "report")]) == 0
    printed = capsys.readouterr().out
    rows = json.loads((tmp_path / "report" / "suite.json").read_text(encoding="utf-8"))
    assert {row["set"] for row in rows} == {
        "made",
        "made first",
        "made second",
        "made, same faces",
        "made, baseline",
        "mapped",
    }
    assert [row["balanced_accuracy"] for row in rows] == sorted(row["balanced_accuracy"] for row in rows)
    by_name = {row["set"]: row for row in rows}
    assert by_name["made"]["pictures"] == 80
    assert by_name["made, baseline"]["pictures"] == 70
    assert list(by_name["mapped"]["recall"]) == ["stress"]
    assert printed.count("made") == 5


def test_a_fold_is_read_by_its_own_model(tmp_path: Path) -> None:
    write_people(tmp_path / "made.npz", make_faces(4, 4))
    text = '[[set]]\nname = "made"\ndata = "made.npz"\nfolds = 2\nmodels = "MODELS{fold}"\n'
    for fold in range(2):
        (tmp_path / f"fold{fold}").symlink_to(MODELS)
    (tmp_path / "suite.toml").write_text(text.replace("MODELS", str(tmp_path / "fold")), encoding="utf-8")
    (wanted,) = read_suite(tmp_path / "suite.toml", tmp_path)
    assert len(read_set(wanted, tmp_path / "nowhere").state) == 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "set = 3",
        "[[set]]\nname = 'a'",
        "[[set]]\nname = 'a'\ndata = 'b'\ncolour = 'red'",
        "[[set]]\nname = 'a'\ndata = 'b'\nmap = { joy = 'delighted' }",
        "[[set]]\nname = 'a'\ndata = 'b'\ngroups = { one = '(' }",
        "[[set]]\nname = 'a'\ndata = 'b'\nkind = 'voices'",
        "[[set]]\nname = 'a'\ndata = 'b'\neyes = [[1, 2]]",
        "[[set]]\nname = 'a'\ndata = 'b'\nstretch = 3",
    ],
)
def test_what_is_no_suite_is_refused_in_one_sentence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "suite.toml").write_text(text, encoding="utf-8")
    assert main(["evaluate", "--suite", str(tmp_path / "suite.toml"), "--models", str(MODELS)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def make_reading(persons: int, right: float) -> Reading:
    """Each person has every state ten times; a share of the persons is always read right, the rest as neutral."""
    state = np.tile(np.repeat(np.arange(4), 10), persons)
    person = np.repeat([f"p{index:02d}" for index in range(persons)], 40)
    good = np.repeat(np.arange(persons) < right * persons, 40)
    called = np.where(good, state, 0)
    probabilities = np.eye(4, dtype=np.float32)[called] * 0.96 + 0.01
    none = np.zeros(len(state), np.bool_)
    return Reading("made", probabilities, probabilities, none, state, person)


def test_the_interval_over_persons_is_wider_than_over_pictures() -> None:
    (row,) = make_rows(make_reading(10, 0.5), None, seed=1)
    assert row.balanced_accuracy == pytest.approx(0.625)
    assert row.low < 0.5
    assert row.high > 0.75
    assert row.recall == pytest.approx((1.0, 0.5, 0.5, 0.5))
    (sure,) = make_rows(make_reading(10, 1.0), None, seed=1)
    assert (sure.low, sure.high) == (1, 1)


def test_the_worst_row_comes_first() -> None:
    rows = [*make_rows(make_reading(10, 1.0), None, 1), *make_rows(make_reading(10, 0.2), None, 1)]
    lines = format_rows(rows).splitlines()
    assert "0.400" in lines[1]
    assert "1.000" in lines[2]
