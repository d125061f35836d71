import numpy as np
import pytest

from stressvision.vision.scaling import halve_towards


@pytest.mark.parametrize(
    ("size", "asked", "expected"),
    [
        ((480, 640), (192, 144), (240, 320)),
        ((1080, 1920), (192, 108), (135, 240)),
        ((209, 211), (64, 64), (104, 105)),
        ((100, 100), (64, 64), (100, 100)),
        ((100, 1000), (64, 64), (100, 1000)),
    ],
)
def test_a_picture_is_halved_while_it_stays_large_enough(
    size: tuple[int, int], asked: tuple[int, int], expected: tuple[int, int]
) -> None:
    picture = np.zeros((*size, 3), np.uint8)

    assert halve_towards(picture, *asked).shape == (*expected, 3)


def test_a_halving_averages_four_pixels() -> None:
    picture = np.array([[0, 40, 200, 200], [80, 120, 200, 200]], np.uint8)[:, :, None].repeat(3, axis=2)

    assert halve_towards(picture, 2, 1)[0, :, 0].tolist() == [60, 200]
