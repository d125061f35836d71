"""A still that does not serve is refused for what is wrong with it."""

import cv2
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.vision.networks import Frame
from stressvision.vision.recognition.verdicts import StillJudgement, judge_stills


def photo(code: str = "EMP001", number: int = 1) -> Frame:
    picture = cv2.imread(str(PROJECT_ROOT / "demo" / "enrol" / code / f"{number}.jpg"))
    assert picture is not None
    return np.asarray(picture, np.uint8)


def encode(picture: Frame) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def saved_again(picture: Frame, quality: int) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def beside(picture: Frame, scale: float) -> Frame:
    """The picture at this scale, in the middle of a grey one of its size."""
    canvas = np.full_like(picture, 127)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = ((whole - part) // 2 for whole, part in zip(canvas.shape[:2], small.shape[:2], strict=True))
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


@pytest.fixture(scope="module")
def verdicts() -> dict[str, StillJudgement]:
    own = photo()
    pictures: dict[str, Frame | bytes] = {
        **{f"good {number}": photo(number=number) for number in (1, 2, 3)},
        "other": photo("EMP002"),
        "wall": np.full((480, 640, 3), 127, np.uint8),
        "two": np.hstack([own, photo("EMP002")]),
        "file": b"\xff\xd8 not a picture",
        "empty": b"",
        "other format": cv2.imencode(".tiff", own)[1].tobytes(),
        "again": saved_again(own, 75),
        "blurred": np.asarray(cv2.GaussianBlur(own, (0, 0), 14), np.uint8),
        "dark": np.asarray(own * 0.12, np.uint8),
        "far": beside(own, 0.16),
    }
    encoded = (content if isinstance(content, bytes) else encode(content) for content in pictures.values())
    return dict(zip(pictures, judge_stills(encoded), strict=True))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("good 1", None),
        ("good 2", None),
        ("good 3", None),
        ("other", "somebody_else"),
        ("wall", "no_face"),
        ("two", "several_faces"),
        ("file", "unreadable"),
        ("empty", "unreadable"),
        ("other format", "unreadable"),
        ("again", "copy"),
        ("blurred", "blurred"),
        ("dark", "badly_lit"),
        ("far", "too_small"),
    ],
)
def test_each_picture_has_its_verdict(verdicts: dict[str, StillJudgement], name: str, fault: str | None) -> None:
    verdict = verdicts[name]
    assert verdict.fault == fault
    assert (verdict.sample is not None) == (fault is None)
