import cv2
import numpy as np
import pytest

from stressvision.vision.scaling import halve_towards, reduce_part


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


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (640, 480, (192, 144)),
        (1280, 720, (192, 108)),
        (1920, 1080, (192, 108)),
        (480, 640, (144, 192)),
        (641, 487, (192, 146)),
        (854, 480, (192, 108)),
        (120, 100, (192, 160)),
    ],
)
def test_a_part_is_the_same_to_the_last_bit_as_of_the_whole_picture_reduced(
    width: int, height: int, size: tuple[int, int]
) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    whole = cv2.resize(halve_towards(picture, *size), size, interpolation=cv2.INTER_LINEAR)

    for across in (range(96), range(32, 128), range(size[0] - 77, size[0])):
        for down in (range(72), range(8, 104), range(size[1] - 41, size[1])):
            part = reduce_part(picture, size, across, down)
            assert np.array_equal(part, whole[down.start : down.stop, across.start : across.stop])
