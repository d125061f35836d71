"""The training's own arithmetic: votes, repeated pictures, figures, temperature, conversion, going on after a stop."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stressvision.core.errors import InvalidInput, ModelUnavailable
from stressvision.training.__main__ import main
from stressvision.training.augmentation import distort_pictures
from stressvision.training.card import write_with_card
from stressvision.training.data import (
    CLASSES,
    EMOTIONS,
    STATES,
    find_duplicates,
    group_emotions,
    read_archive,
    share_votes,
    standardise,
)
from stressvision.training.eyes.pictures import EyePictures, fold_people, link_groups, read_crops
from stressvision.training.measure.counterpart import group_answers, run_counterpart
from stressvision.training.measure.diagram import draw_reliability
from stressvision.training.measure.figures import measure_logits, measure_probabilities, spread_other
from stressvision.training.measure.folder import parse_map, read_folder
from stressvision.training.measure.recognition import Distances, draw_roc, rate
from stressvision.vision.expression import ExpressionModel
from stressvision.vision.lids import LidModel

MODELS = Path(__file__).parents[3] / "models"


def votes_for(**counts: int) -> np.ndarray:
    row = np.zeros(len(EMOTIONS), np.int64)
    for emotion, count in counts.items():
        row[EMOTIONS.index(emotion)] = count
    return row


def draw_pictures(count: int, seed: int = 1) -> np.ndarray:
    """Smooth random pictures uint8 [N,48,48] that do not resemble each other."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 8, 8)).astype(np.uint8)
    return np.stack([cv2.resize(picture, (48, 48), interpolation=cv2.INTER_CUBIC) for picture in coarse])


def write_archive(path: Path, **replaced: Any) -> Path:
    images = draw_pictures(12)
    content: dict[str, Any] = {
        "images": images,
        "votes": np.stack([votes_for(neutral=8, sadness=2)] * 12),
        "split": np.array([0] * 8 + [1] * 4, np.uint8),
        "ferplus_majority": np.array([0] * 11 + [255], np.uint8),
    } | replaced
    np.savez(path, **{name: value for name, value in content.items() if value is not None})
    return path


def test_a_lone_vote_is_dropped() -> None:
    shares = share_votes(np.stack([votes_for(neutral=6, sadness=3, fear=1)]))
    assert shares[0, EMOTIONS.index("fear")] == 0
    assert shares[0, EMOTIONS.index("neutral")] == pytest.approx(6 / 9)


def test_votes_that_are_all_lone_are_kept() -> None:
    shares = share_votes(np.stack([votes_for(neutral=1, sadness=1)]))
    assert shares[0, EMOTIONS.index("sadness")] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("emotion", "target"),
    [
        ("neutral", "neutral"),
        ("happiness", "happy"),
        ("anger", "stress"),
        ("fear", "stress"),
        ("disgust", "stress"),
        ("sadness", "sad"),
        ("surprise", "other"),
        ("contempt", "other"),
        ("unknown", "other"),
    ],
)
def test_emotions_fall_into_their_class(emotion: str, target: str) -> None:
    grouped = group_emotions(share_votes(np.stack([votes_for(**{emotion: 10})])))
    assert CLASSES[int(grouped[0].argmax())] == target
    assert grouped.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        lambda picture: picture[:, ::-1],
        lambda picture: (picture * 0.7 + 20).astype(np.uint8),
        lambda picture: cv2.putText(picture.copy(), "photo", (4, 40), cv2.FONT_HERSHEY_PLAIN, 0.6, 255),
    ],
    ids=["same", "mirrored", "darker", "watermark"],
)
def test_a_repeated_picture_is_recognised(change: Callable[[np.ndarray], np.ndarray]) -> None:
    known = draw_pictures(20)
    again = np.stack([np.ascontiguousarray(change(known[3]))])
    assert find_duplicates(again, known).tolist() == [True]


def test_another_picture_is_no_repetition() -> None:
    assert not find_duplicates(draw_pictures(20, seed=2), draw_pictures(20, seed=1)).any()


def test_the_archive_loses_its_repeated_validation_pictures(tmp_path: Path) -> None:
    images = draw_pictures(12)
    images[9] = images[2]
    splits = read_archive(write_archive(tmp_path / "faces.npz", images=images))
    assert splits.duplicates_removed == 1
    assert len(splits.train) == 8
    assert splits.valid.majority.tolist() == [0, 0, -1]


def test_a_picture_that_is_no_face_is_not_trained_on(tmp_path: Path) -> None:
    votes = np.stack([votes_for(neutral=8)] * 12)
    votes[0] = votes_for(neutral=2, **{"not-a-face": 8})
    assert len(read_archive(write_archive(tmp_path / "faces.npz", votes=votes)).train) == 7


def test_an_archive_without_votes_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="votes"):
        read_archive(write_archive(tmp_path / "faces.npz", votes=None))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "faces.npz").write_text("not an archive")
    with pytest.raises(InvalidInput):
        read_archive(tmp_path / "faces.npz")


def test_standardising_removes_light_and_contrast() -> None:
    pictures = draw_pictures(3)
    dimmed = (pictures.astype(np.float32) * 0.5 + 30).astype(np.float32)
    assert standardise(pictures) == pytest.approx(standardise(dimmed), abs=1e-3)


def test_distortion_is_repeatable_and_stays_in_range() -> None:
    pictures = draw_pictures(40)
    first = distort_pictures(pictures, np.random.default_rng(4))
    again = distort_pictures(pictures, np.random.default_rng(4))
    other = distort_pictures(pictures, np.random.default_rng(5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == pictures.shape
    assert first.min() >= 0
    assert first.max() <= 255


def test_figures_agree_with_a_count_by_hand() -> None:
    probabilities = np.array(
        [[0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1], [0.1, 0.1, 0.1, 0.7]],
        np.float32,
    )
    figures = measure_probabilities(probabilities, np.array([0, 0, 1, 2, 3]))
    assert figures.recall == pytest.approx((0.5, 1, 1, 1))
    assert figures.balanced_accuracy == pytest.approx(0.875)
    assert figures.accuracy == pytest.approx(0.8)
    assert figures.confusion[0] == (1, 1, 0, 0)
    assert figures.calibration_error == pytest.approx(0.1, abs=1e-6)


def test_pictures_of_no_state_are_not_counted() -> None:
    logits = np.zeros((4, len(CLASSES)), np.float32)
    assert measure_logits(logits, np.array([0, -1, 4, 3])).pictures == 2


def test_a_surprised_face_is_unsure_not_wrong() -> None:
    probabilities = spread_other(np.array([[0.04, 0.02, 0.03, 0.01, 0.9]], np.float32))
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities.max() < 0.3


def test_a_map_names_states() -> None:
    assert parse_map("angry=stress, joy=happy") == {"angry": "stress", "joy": "happy"}


@pytest.mark.parametrize("text", ["", "angry", "angry=furious", "=sad"])
def test_a_map_that_names_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_map(text)


def test_a_labelled_folder_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for label, count in (("joy", 2), ("angry", 3), ("ignored", 1)):
        (tmp_path / "faces" / label).mkdir(parents=True)
        for number, picture in enumerate(draw_pictures(count)):
            cv2.imwrite(str(tmp_path / "faces" / label / f"{number}.png"), picture)
    faces = read_folder(tmp_path / "faces", {"joy": "happy", "angry": "stress"})
    assert sorted(STATES[state] for state in faces.states) == ["happy"] * 2 + ["stress"] * 3
    arguments = ["evaluate", "--data", str(tmp_path / "faces"), "--map", "joy=happy,angry=stress"]
    assert main([*arguments, "--models", str(MODELS), "--report", str(tmp_path / "report")]) == 0
    assert "balanced accuracy" in capsys.readouterr().out
    assert (tmp_path / "report" / "shipped.json").exists()
    assert cv2.imread(str(tmp_path / "report" / "shipped-reliability.png")) is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "{folder}/nowhere"], "nowhere does not exist"),
        (["--data", "{folder}", "--map", ""], "is not label=state"),
        (["--data", "{folder}", "--map", "joy=happy,anger=stress"], "no folder 'anger'; it has: joy"),
        (["--data", "{folder}", "--map", "joy=delighted"], "'joy=delighted' is not label=state"),
        (["--data", "{folder}/joy/0.png"], "cannot be read"),
        (["--data", "{folder}", "--map", "joy=happy", "--against", "{folder}/no.tflite"], r"no.tflite cannot be read"),
        (
            ["--data", "{folder}", "--map", "joy=happy", "--against", "{models}/eyes.tflite"],
            "takes no pictures of 64x64",
        ),
        (["--data", "{folder}", "--map", "joy=happy", "--report", "{folder}/joy/0.png"], "cannot be written"),
        (["--identities", "{folder}"], "has no folder 'enrolled'"),
    ],
)
def test_what_cannot_be_evaluated_is_said_in_one_sentence(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "joy").mkdir()
    cv2.imwrite(str(tmp_path / "joy" / "0.png"), draw_pictures(1)[0])
    given = [argument.format(folder=tmp_path, models=MODELS) for argument in arguments]
    assert main(["evaluate", "--models", str(MODELS), *given]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(("name", "wrapper"), [("expression", ExpressionModel), ("eyes", LidModel)])
def test_a_model_is_written_with_the_card_that_its_wrapper_knows_it_by(
    tmp_path: Path, name: str, wrapper: Callable[[Path, Path], object]
) -> None:
    shipped = json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))
    description = {key: value for key, value in shipped.items() if key not in ("model", "sha256")}
    model = tmp_path / "made" / f"{name}.tflite"
    write_with_card(model, (MODELS / model.name).read_bytes(), description)

    wrapper(model, model.with_suffix(".json"))
    assert json.loads(model.with_suffix(".json").read_text(encoding="utf-8")) == shipped


def test_the_counterparts_seven_emotions_become_four_states() -> None:
    answers = np.zeros((3, 7), np.float32)
    answers[0, [0, 1, 2]] = (0.3, 0.2, 0.1)
    answers[0, 6] = 0.4
    answers[1, 5] = 1.0
    answers[2, 3] = 1.0
    states = group_answers(answers)
    assert states[0] == pytest.approx([0.4, 0.0, 0.6, 0.0])
    assert states[1] == pytest.approx([0.25] * 4)
    assert STATES[int(states[2].argmax())] == "happy"


def test_a_counterpart_that_is_no_model_is_called_by_its_own_name(tmp_path: Path) -> None:
    foreign = tmp_path / "emotion_model_quantized.tflite"
    foreign.write_bytes(b"not a model at all, whatever its name says")
    with pytest.raises(ModelUnavailable, match=r"emotion_model_quantized\.tflite"):
        run_counterpart(foreign, draw_pictures(1))


def test_strangers_accepted_and_names_missed_are_counted() -> None:
    distances = Distances(
        strangers=np.array([[0.45, 0.7], [0.6, 0.65]]),
        enrolled=np.array([[0.3, 0.8], [0.48, 0.49], [0.7, 0.2]]),
        own=np.array([0, 0, 0]),
        skipped=0,
    )
    rates = rate(distances, 0.5, 0.04)
    assert rates.accepted == pytest.approx(1 / 4)
    assert rates.strangers_named == pytest.approx(1 / 2)
    assert rates.rejected == pytest.approx(2 / 3)
    assert rates.mistaken == pytest.approx(1 / 3)
    assert "polyline" in draw_roc(distances, 0.04, 0.5)


def make_eyes() -> EyePictures:
    """Bright bars for closed eyes, bright discs for open ones; four people."""
    random = np.random.default_rng(3)
    closed = np.arange(64) % 2 == 0
    images = random.integers(0, 60, (64, 24, 32)).astype(np.uint8)
    for image, shut in zip(images, closed, strict=True):
        cv2.ellipse(image, (16, 12), (10, 1 if shut else 8), 0, 0, 360, 200, cv2.FILLED)
    return EyePictures(images, closed, np.arange(64) // 16, np.zeros(64, np.bool_))


def test_nobody_is_in_two_folds() -> None:
    person = np.array([0, 0, 0, 1, 1, 2, 3, 3, 4, 5])
    fold = fold_people(person, 3, seed=1)
    assert set(fold) == {0, 1, 2}
    for one in set(person):
        assert len(set(fold[person == one])) == 1


def test_a_chain_of_likeness_is_one_group() -> None:
    alike = np.zeros((5, 5), np.bool_)
    alike[0, 1] = alike[1, 3] = True
    group = link_groups(alike)
    assert group[0] == group[1] == group[3]
    assert len({int(group[0]), int(group[2]), int(group[4])}) == 3


def test_crops_without_names_keep_neighbours_and_repeats_together(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    coarse = random.integers(0, 256, (60, 5, 6, 3)).astype(np.uint8)
    images = np.stack([cv2.resize(picture, (80, 60), interpolation=cv2.INTER_CUBIC) for picture in coarse])
    images[59] = images[0, :, ::-1]
    np.savez(tmp_path / "eyes.npz", images_bgr=images, open=np.arange(60) % 2)
    eyes = read_crops(tmp_path / "eyes.npz")
    assert len(set(eyes.person[:20])) == 1
    assert eyes.person[59] == eyes.person[0] != eyes.person[25]
    assert eyes.closed[0]
    assert not eyes.closed[1]
    with pytest.raises(InvalidInput):
        read_crops(tmp_path / "nowhere.npz")


def test_the_eye_network_learns_and_answers_for_people_it_has_not_seen() -> None:
    torch = pytest.importorskip("torch")
    from stressvision.training.eyes.network import EyePlan, cross_validate

    torch.set_num_threads(1)
    eyes = make_eyes()
    logits = cross_validate(EyePlan(epochs=12, batch=16), eyes, folds=2)
    assert ((logits > 0) == eyes.closed).mean() > 0.8


def test_an_empty_folder_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "joy").mkdir()
    assert main(["evaluate", "--data", str(tmp_path), "--map", "joy=happy", "--models", str(MODELS)]) == 2
    assert "no pictures" in capsys.readouterr().err


def test_the_diagram_shows_a_bar_where_answers_are(tmp_path: Path) -> None:
    probabilities = np.tile(np.array([[0.97, 0.01, 0.01, 0.01]], np.float32), (20, 1))
    draw_reliability(measure_probabilities(probabilities, np.zeros(20, np.int64)), tmp_path / "bars.png")
    picture = cv2.imread(str(tmp_path / "bars.png"))
    assert picture is not None
    blue = (picture[:, :, 0].astype(int) - picture[:, :, 2]) > 60
    columns = np.flatnonzero(blue.any(axis=0))
    assert columns.min() > picture.shape[1] // 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_converted_network_answers_like_the_trained_one() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("tensorflow")
    from stressvision.training.export import convert_network
    from stressvision.training.folding import fold_network
    from stressvision.training.inference import run_model
    from stressvision.training.network import NetworkShape, ResidualNetwork, predict_logits

    torch.manual_seed(1)
    network = ResidualNetwork(NetworkShape((4, 6, 8), (2, 1, 1)), 5)
    for name, value in network.state_dict().items():
        if "norm" in name and value.is_floating_point():
            value.copy_(torch.rand_like(value) + 0.5)
    pictures = standardise(draw_pictures(6))
    expected = predict_logits(network, torch.from_numpy(pictures)[:, None]).numpy()
    run = run_model(convert_network(fold_network(network), "float32", pictures), "tiny", pictures)
    assert run.logits == pytest.approx(expected, abs=1e-3, rel=1e-3)
