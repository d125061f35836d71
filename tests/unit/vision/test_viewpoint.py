from collections.abc import Callable

import cv2
import numpy as np
import pytest

from stressvision.vision.networks import Frame
from stressvision.vision.viewpoint import MOVED_MINUTES, SAMPLE_SECONDS, SAMPLES, ViewWatch
from tests.faces import make_face, make_frame

MINUTE = SAMPLES * SAMPLE_SECONDS
WIDTH, HEIGHT = 640, 480


@pytest.fixture(scope="module")
def room() -> Frame:
    """Return a picture larger than the view, with edges of every direction and length."""
    random = np.random.default_rng(7)
    picture = np.full((900, 1200, 3), 110, np.uint8)
    for _ in range(90):
        x, y, w, h = (int(value) for value in random.integers((0, 0, 30, 30), (1100, 800, 260, 220)))
        colour = [int(value) for value in random.integers(40, 190, 3)]
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour, -1)
    return picture


def look(room: Frame, right: int = 0, down: int = 0, *, degrees: float = 0.0, zoom: float = 1.0) -> Frame:
    matrix = cv2.getRotationMatrix2D((600, 450), degrees, zoom)
    turned = cv2.warpAffine(room, matrix, (1200, 900))
    return np.ascontiguousarray(turned[200 + down : 200 + down + HEIGHT, 280 + right : 280 + right + WIDTH])


def light(frame: Frame, factor: float, side: float = 0.0, noise: float = 2.0) -> Frame:
    slope = 1 + side * np.linspace(-1, 1, WIDTH)[None, :, None]
    grain = np.random.default_rng(1).normal(0, noise, frame.shape)
    return np.clip(frame * factor * slope + grain, 0, 255).astype(np.uint8)


class Minutes:
    """Minutes before one camera."""

    def __init__(self, first: Frame) -> None:
        self.watch, self.at = ViewWatch(), 0.0
        self.show(2, lambda _: first)

    def show(self, minutes: int, frame_at: Callable[[int], Frame]) -> bool | None:
        for number in range(minutes * SAMPLES):
            self.watch.observe(frame_at(number), self.at)
            self.at += SAMPLE_SECONDS
        return self.watch.moved


@pytest.mark.parametrize(
    "change",
    [
        {"right": WIDTH // 20},
        {"right": -WIDTH // 8},
        {"down": HEIGHT // 10},
        {"degrees": 12.0},
        {"zoom": 1.3},
    ],
)
def test_a_moved_camera_is_noticed_after_three_minutes_and_not_before(room: Frame, change: dict[str, float]) -> None:
    minutes = Minutes(look(room))
    moved = look(room, **change)  # type: ignore[arg-type]
    assert not minutes.show(MOVED_MINUTES - 1, lambda _: moved)
    assert minutes.show(1, lambda _: moved)
    # Until it is put back, or its new view is taken for the right one.
    assert minutes.show(6, lambda _: moved)
    back = look(room)
    assert not minutes.show(1, lambda _: back)
    minutes.show(MOVED_MINUTES, lambda _: moved)
    minutes.watch.restart()
    assert not minutes.show(MOVED_MINUTES + 1, lambda _: moved)


@pytest.mark.parametrize(
    ("factor", "side", "noise"), [(0.15, 0.0, 4.0), (0.4, 0.0, 2.0), (1.6, 0.0, 2.0), (0.9, 0.7, 2.0), (0.9, -0.7, 2.0)]
)
def test_light_does_not_move_a_camera(room: Frame, factor: float, side: float, noise: float) -> None:
    minutes = Minutes(look(room))
    lit = light(look(room), factor, side, noise)
    assert not minutes.show(MOVED_MINUTES + 1, lambda _: lit)


def test_neither_people_nor_darkness_move_a_camera(room: Frame) -> None:
    minutes = Minutes(look(room))

    frames = []
    for number in range(7):
        faces = ((make_face(100 + 41 * (number * place % 11), 240, side=170), place) for place in (1, 2, 3))
        painted = make_frame(*faces)
        frames.append(np.where(painted == 128, look(room), painted).astype(np.uint8))
    dark = light(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 1.0, noise=3.0)

    assert not minutes.show(10, lambda number: frames[number % 7])
    assert not minutes.show(10, lambda _: dark)


def test_a_lorry_before_the_camera_for_two_minutes_is_no_move(room: Frame) -> None:
    before, hidden = look(room), look(room, 200, 100)
    minutes = Minutes(before)
    for _ in range(5):
        assert not minutes.show(MOVED_MINUTES - 1, lambda _: hidden)
        assert not minutes.show(1, lambda _: before)


def test_a_restarted_watch_does_not_report_its_first_view_as_right(room: Frame) -> None:
    moved, before = look(room, 60), look(room)
    restarted = Minutes(moved)
    assert restarted.show(5, lambda _: moved) is None
    # A move that it sees itself begins and ends as usual.
    assert restarted.show(MOVED_MINUTES - 1, lambda _: before) is None
    assert restarted.show(1, lambda _: before) is True
    assert restarted.show(1, lambda _: moved) is False
