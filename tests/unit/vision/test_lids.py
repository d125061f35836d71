"""The eye network: which file it accepts, what it says of open and closed eyes, and what fatigue makes of that."""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import ModelUnavailable
from stressvision.vision.faces import Face, FaceBox, FaceDetector
from stressvision.vision.fatigue.monitor import FatigueMonitor
from stressvision.vision.lids import EYE_HEIGHT, EYE_WIDTH, LidModel, cut_eye
from stressvision.vision.networks import Frame
from tests.faces import make_geometry

MODELS = PROJECT_ROOT / "models"
MODEL, CARD = MODELS / "eyes.tflite", MODELS / "eyes.json"
STEP = 0.2
OPEN, LOWERED, SHUT = 0.31, 0.19, 0.06


@pytest.fixture(scope="module")
def lids() -> LidModel:
    return LidModel(MODEL, CARD)


@pytest.fixture(scope="module")
def looking() -> tuple[Frame, Face]:
    frame = np.asarray(cv2.imread(str(next((PROJECT_ROOT / "demo" / "enrol" / "EMP001").glob("*.jpg")))), np.uint8)
    return frame, FaceDetector().detect(frame)[0]


def test_open_eyes_are_seen_open_in_any_light_and_size(lids: LidModel, looking: tuple[Frame, Face]) -> None:
    frame, face = looking
    dim = (frame * 0.4).astype(np.uint8)

    assert lids.estimate(frame, face) < 0.2
    assert lids.estimate(dim, face) < 0.2


def test_eyes_painted_over_as_lids_are_seen_closed(lids: LidModel, looking: tuple[Frame, Face]) -> None:
    frame, face = looking
    shut = frame.copy()
    for x, y in (face.left_eye, face.right_eye):
        reach = round(0.25 * face.eye_distance)
        skin = tuple(int(value) for value in np.median(frame[round(y) + reach, round(x) - 5 : round(x) + 5], axis=0))
        cv2.ellipse(shut, (round(x), round(y)), (reach, reach // 2), 0, 0, 360, skin, cv2.FILLED)
        cv2.ellipse(shut, (round(x), round(y) + 1), (reach, reach // 4), 0, 10, 170, (30, 30, 40), 2, cv2.LINE_AA)

    assert lids.estimate(cv2.GaussianBlur(shut, (0, 0), 1).astype(np.uint8), face) > 0.5


def test_the_region_is_centred_and_upright_by_the_eyes() -> None:
    frame = np.zeros((200, 200, 3), np.uint8)
    left, right = (60.0, 80.0), (120.0, 110.0)
    cv2.line(frame, (60 - 12, 80 - 6), (60 + 12, 80 + 6), (255, 255, 255), 3)
    face = Face(FaceBox(20, 20, 140, 140), 0.9, left, right, (90, 120), (80, 140), (30, 70), (150, 130))

    region = cut_eye(frame, face, left)

    assert region.shape == (EYE_HEIGHT, EYE_WIDTH)
    rows, columns = np.nonzero(region > 128)
    assert abs(rows.mean() - (EYE_HEIGHT - 1) / 2) < 1
    assert abs(columns.mean() - (EYE_WIDTH - 1) / 2) < 1
    assert np.ptp(rows) < 5 < np.ptp(columns)


def test_another_file_or_card_is_not_used(tmp_path: Path) -> None:
    other = tmp_path / "eyes.tflite"
    other.write_bytes(MODEL.read_bytes()[:-1] + b"\x00\x01")
    content = json.loads(CARD.read_text(encoding="utf-8"))
    content["input"]["width"] = 64
    card = tmp_path / "eyes.json"
    card.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ModelUnavailable, match="SHA-256"):
        LidModel(other, CARD)
    with pytest.raises(ModelUnavailable, match=r"eyes\.json"):
        LidModel(MODEL, card)
    with pytest.raises(ModelUnavailable, match=r"nowhere\.tflite"):
        LidModel(tmp_path / "nowhere.tflite", CARD)


@pytest.mark.parametrize("name", ["expression", "eyes"])
def test_each_shipped_file_is_the_one_its_card_names(name: str) -> None:
    content = (MODELS / f"{name}.tflite").read_bytes()
    digest = hashlib.sha256(content).hexdigest()

    assert json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))["sha256"] == digest
    assert digest in (MODELS / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert len(content) <= 3_000_000


def watch(eyes: float, closed: float | None) -> FatigueMonitor:
    """Four seconds of open eyes, then three of these."""
    monitor = FatigueMonitor()
    for index in range(35):
        at = index * STEP
        opened = make_geometry(OPEN, closed=None if closed is None else 0.01)
        monitor.observe(at, opened if at < 4 else make_geometry(eyes, closed=closed))
    return monitor


@pytest.mark.parametrize(
    ("eyes", "closed", "tired"),
    [
        (SHUT, None, True),
        (LOWERED, None, False),
        (LOWERED, 0.9, True),
        (LOWERED, 0.1, False),
        (OPEN, 0.9, False),
        (SHUT, 0.1, True),
    ],
)
def test_network_and_contour_decide_together(eyes: float, closed: float | None, tired: bool) -> None:
    assert (watch(eyes, closed).estimate().probability > 0.5) is tired
