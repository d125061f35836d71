"""What is fitted after training (temperature, offsets, baseline), the head, and the conversion of towers and head."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from stressvision.training.calibration import (
    Answers,
    Calibration,
    apply_calibration,
    choose_baseline,
    find_typical,
    fit_calibration,
    group_probabilities,
    lift_states,
    refer,
    subtract,
)
from stressvision.training.data import STATES
from stressvision.training.export import convert_expression, convert_towers
from stressvision.training.features import FaceFeatures, run_towers
from stressvision.training.folding import FoldedBlock, FoldedConvolution, FoldedNetwork
from stressvision.training.head import (
    ClassifierHead,
    HeadPlan,
    describe_columns,
    read_head,
    select_features,
    train_head,
    write_head,
)
from stressvision.training.inference import run_model
from stressvision.training.samples import ALIGNED_EYES, EMOTIONS, GROUPS, FaceSet
from stressvision.training.towers import SIZE, STRIDES, MobileLayer, Towers, shift_kernel
from stressvision.vision.expression import Baseline
from stressvision.vision.networks import Network

EMOTION_OF_STATE = np.array([EMOTIONS.index(name) for name in ("neutral", "happiness", "anger", "sadness")])
NOTHING = Calibration(1.0, (0.0,) * len(EMOTIONS))


def make_answers(count: int, stretch: float, lifted: float = 0.0) -> Answers:
    """Logits of which the true state is drawn, then stretched, and the one of neutral lifted."""
    random = np.random.default_rng(6)
    honest = random.normal(0, 1.5, (count, 1, len(EMOTIONS))).astype(np.float32)
    honest[:, :, [EMOTIONS.index(name) for name in ("surprise", "contempt", "unknown")]] = -20
    shares = group_probabilities(apply_calibration(honest, NOTHING)).astype(np.float64)
    state = np.array([random.choice(len(STATES), p=row / row.sum()) for row in shares])
    logits = honest.copy()
    logits[:, :, 0] += lifted
    person = np.array([f"p{index % 20:02d}" for index in range(count)])
    return Answers("made", (logits * stretch).astype(np.float32), state, person)


def test_the_temperature_of_overconfident_answers_is_found() -> None:
    assert fit_calibration([make_answers(4000, 2.0)]).temperature == pytest.approx(2, rel=0.15)


def test_an_offset_undoes_a_lifted_state() -> None:
    straight, lifted = make_answers(4000, 1.0), make_answers(4000, 1.0, lifted=1.0)
    before, after = fit_calibration([straight]), fit_calibration([lifted])
    moved = (after.offsets[0] - after.offsets[1]) - (before.offsets[0] - before.offsets[1])
    assert moved == pytest.approx(-1, abs=0.25)


def test_small_sets_count_as_much_as_large_ones() -> None:
    large, small = make_answers(4000, 1.0), make_answers(300, 4.0)
    both = fit_calibration([large, small]).temperature
    assert fit_calibration([large]).temperature * 1.2 < both < fit_calibration([small]).temperature


def make_persons(count: int) -> Answers:
    """Persons whose relaxed face reads as anger, each by another amount; everything else adds to that."""
    random = np.random.default_rng(2)
    state = np.tile(np.repeat(np.arange(4), 6), count)
    person = np.repeat([f"p{index:02d}" for index in range(count)], 24)
    logits = random.normal(0, 0.4, (len(state), 1, len(EMOTIONS))).astype(np.float32)
    logits[np.arange(len(state)), 0, EMOTION_OF_STATE[state]] += 2.5
    logits[:, 0, EMOTIONS.index("anger")] += np.repeat(random.uniform(-2.5, 2.5, count), 24)
    return Answers("taiwan", logits, state.astype(np.int64), person)


def test_the_baseline_gives_a_stern_person_back_the_relaxed_face() -> None:
    answers = make_persons(12)
    faces = refer(answers, NOTHING)
    assert len(faces.state) == 12 * 23
    chosen = choose_baseline(faces, [find_typical([answers], NOTHING)])
    assert chosen.strength > 0

    def share(baseline: Baseline) -> float:
        return float((subtract(faces, baseline).argmax(axis=1) == faces.state).mean())

    assert share(chosen) > share(Baseline(chosen.typical, 0.0, 0.0)) + 0.05


def test_a_baseline_that_costs_a_state_is_not_chosen() -> None:
    answers = make_persons(12)
    faces = refer(answers, NOTHING)
    wrong = tuple(3.0 * (name == "happiness") for name in EMOTIONS)
    assert choose_baseline(faces, [wrong]).strength == 0


def test_neutral_is_lifted_where_it_fares_worst() -> None:
    lifted = lift_states(NOTHING, [make_answers(4000, 1.0, lifted=-0.8)])
    assert 0.3 < lifted.offsets[0] <= 0.6
    assert lifted.offsets[EMOTIONS.index("happiness")] == 0
    anger, fear = (lifted.offsets[EMOTIONS.index(name)] for name in ("anger", "fear"))
    assert anger == fear


def test_persons_without_a_relaxed_picture_have_no_reference() -> None:
    answers = make_persons(4)
    stern = answers.select((answers.person != "p00") | (answers.state != 0))
    assert "p00" not in refer(stern, NOTHING).person


def make_set(count: int) -> tuple[FaceSet, FaceFeatures]:
    """Faces whose state can be read off four of 2,944 features."""
    random = np.random.default_rng(8)
    state = np.arange(count) % 4
    features = random.normal(0, 1, (count, 20)).astype(np.float16)
    features[np.arange(count), state] += 3
    targets = np.eye(len(EMOTIONS), dtype=np.float32)[EMOTION_OF_STATE[state]]
    person = np.array([str(index) for index in range(count)])
    images = np.zeros((count, 1, 1), np.uint8)
    faces = FaceSet("made", images, ALIGNED_EYES, targets, state.astype(np.int64), person)
    return faces, FaceFeatures(features, np.arange(count, dtype=np.int64))


def test_the_head_learns_and_does_so_again_the_same_way() -> None:
    faces, features = make_set(400)
    plan = HeadPlan(hidden=8, members=2, steps=150, batch=64, dropout=0.1, shares=(("made", 1.0),))
    head = train_head(plan, {"made": faces}, {"made": features})
    assert head.hidden.shape == (20, 16)
    logits = head.answer(features.features.astype(np.float32))
    answered = group_probabilities(apply_calibration(logits[:, None], NOTHING)).argmax(axis=1)
    assert (answered == faces.state).mean() > 0.85
    again = train_head(plan, {"made": faces}, {"made": features})
    assert np.array_equal(head.hidden, again.hidden)


def test_columns_are_described_as_by_torch() -> None:
    rows = torch.from_numpy(np.random.default_rng(3).normal(5, 3, (5000, 6)).astype(np.float16))
    mean, spread = describe_columns(rows)
    assert torch.allclose(mean, rows.float().mean(0), atol=1e-4)
    assert torch.allclose(spread, rows.float().std(0) + 1e-3, atol=1e-4)


def test_features_of_chosen_faces_are_counted_anew() -> None:
    content = FaceFeatures(np.arange(6, dtype=np.float16)[:, None], np.array([0, 1, 2, 0, 1, 2]))
    kept = select_features(content, np.array([True, False, True]))
    assert kept.features[:, 0].tolist() == [0, 2, 3, 5]
    assert kept.face.tolist() == [0, 1, 0, 1]


def test_the_last_kernel_is_cut_where_the_eyes_lie() -> None:
    kernel = np.zeros((1, 1, 7, 7), np.float32)
    kernel[0, 0, 2, 3] = 1
    same = shift_kernel(kernel, ((38.3 - 8, 51.6 - 16), (73.5 - 8, 51.6 - 16)))
    assert same.shape == (1, 1, SIZE // 16, SIZE // 16)
    assert same[0, 0, 1, 2:4] == pytest.approx([0.5 * (7 / 6) ** 2] * 2)


def make_towers() -> Towers:
    """Towers of the real shape with few channels."""
    random = np.random.default_rng(5)

    def layer(
        inputs: int, outputs: int, side: int, stride: int = 1, deep: bool = False, bent: bool = True
    ) -> MobileLayer:
        kernel = random.normal(0, 0.4, (outputs, 1 if deep else inputs, side, side)).astype(np.float32)
        slopes = random.uniform(-0.5, 0.7, outputs).astype(np.float32) if bent else None
        return MobileLayer(kernel, np.full(outputs, 0.1, np.float32), stride, outputs if deep else 1, slopes)

    layers = [layer(1, 4, 3, 2), layer(4, 4, 3, deep=True)]
    for stride in STRIDES:
        layers += [layer(4, 6, 1), layer(6, 6, 3, stride, deep=True), layer(6, 4, 1, bent=False)]
    layers += [layer(4, 8, 1), layer(8, 8, SIZE // 16, deep=True, bent=False), layer(8, 8, 1, bent=False)]

    def folded(inputs: int, outputs: int, side: int, stride: int) -> FoldedConvolution:
        kernel = random.normal(0, 0.3, (side, side, inputs, outputs)).astype(np.float32)
        return FoldedConvolution(kernel, np.zeros(outputs, np.float32), stride)

    blocks = (FoldedBlock(folded(3, 5, 3, 2), folded(5, 5, 3, 1), folded(3, 5, 1, 1), 2),)
    residual = FoldedNetwork(folded(1, 3, 5, 2), blocks, np.zeros((5, 5), np.float32), np.zeros(5, np.float32))
    return Towers(tuple(layers), residual)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_whole_network_is_the_head_over_the_towers() -> None:
    pytest.importorskip("tensorflow")
    towers, random = make_towers(), np.random.default_rng(7)
    pictures = random.normal(0, 1, (3, SIZE, SIZE)).astype(np.float32)
    network = Network(convert_towers(towers, "float32", pictures), "towers")
    features = np.stack([run_towers(network, picture) for picture in pictures])
    assert features.shape == (3, 8 + 5 + 36 + 36)
    shapes = ((features.shape[1], 12), (12,), (12, len(EMOTIONS)), (len(EMOTIONS),))
    head = ClassifierHead(*(random.normal(0, 0.3, shape).astype(np.float32) for shape in shapes))
    run = run_model(convert_expression(towers, head, "float32", pictures), "whole", pictures)
    assert run.logits == pytest.approx(head.answer(features), abs=1e-3, rel=1e-3)


def test_a_head_survives_its_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("head") / "head.npz"
    head = ClassifierHead(*(np.full(shape, 0.5, np.float32) for shape in ((2, 3), (3,), (3, 9), (9,))))
    write_head(head, path)
    assert read_head(path).answer(np.ones((1, 2), np.float32)) == pytest.approx(np.full((1, 9), 3 * 1.5 * 0.5 + 0.5))


def test_groups_cover_every_state() -> None:
    assert set(GROUPS[EMOTION_OF_STATE]) == {0, 1, 2, 3}
