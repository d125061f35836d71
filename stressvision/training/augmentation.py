"""Distortions of a face by a webcam: light, blur, noise, compression, distance, framing, things in front of it."""

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.training.data import FloatArray, UInt8Array
from stressvision.training.samples import FERPLUS_EYES, Eyes

FACE_WIDTH = 48
"""Pixels a face is wide where a distance is given in pixels of a face."""


def scale_eyes(eyes: Eyes, ratio: float) -> Eyes:
    """Return eye points in a picture resized by `ratio` (whole numbers are pixel centres)."""
    (left, height), (right, lower) = eyes
    return (
        ((left + 0.5) * ratio - 0.5, (height + 0.5) * ratio - 0.5),
        ((right + 0.5) * ratio - 0.5, (lower + 0.5) * ratio - 0.5),
    )


def canonical_eyes(size: int) -> Eyes:
    """Return the network's eye points, in pixels of a picture of `size`: a FER2013 picture just fills it."""
    return scale_eyes(FERPLUS_EYES, size / FACE_WIDTH)


def place(source: Eyes, target: Eyes) -> npt.NDArray[np.float64]:
    """Return the similarity [2,3] that moves one pair of points onto another."""
    first, second = complex(*source[0]), complex(*source[1])
    factor = (complex(*target[1]) - complex(*target[0])) / (second - first)
    origin = complex(*target[0]) - factor * first
    return np.array([[factor.real, -factor.imag, origin.real], [factor.imag, factor.real, origin.imag]])


def distort_pictures(images: UInt8Array, random: np.random.Generator) -> FloatArray:
    """Distort pictures uint8 [N,H,W], each its own way; float32 [N,H,W], still 0-255."""
    still = np.eye(2, 3)
    return np.stack([spoil(reframe(image, still, image.shape, random), 0.2, random) for image in images])


def distort_face(image: UInt8Array, eyes: Eyes, size: int, detailed: bool, random: np.random.Generator) -> FloatArray:
    """Return one face as another camera, light and framing would show it, float32 [size,size], 0-255.

    `detailed` pictures lose resolution more often, so that the number of pixels does not reveal the set.
    """
    picture = reframe(image, place(eyes, canonical_eyes(size)), (size, size), random)
    return spoil(picture, 0.65 if detailed else 0.2, random)


def spoil(picture: UInt8Array, coarse: float, random: np.random.Generator) -> FloatArray:
    """Distort a picture uint8 [H,W] as optics, light and compression do; `coarse`: how often it loses resolution."""
    chance = random.random(7)
    if chance[0] < coarse:
        picture = lower_resolution(picture, random)
    if chance[1] < 0.15:
        sigma = random.uniform(0.4, 1.3) * picture.shape[1] / FACE_WIDTH
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)
    if chance[2] < 0.05:
        picture = smear(picture, random)
    pixels = picture.astype(np.float32)
    if chance[3] < 0.5:
        pixels = relight(pixels, random)
    if chance[4] < 0.25:
        pixels = pixels + add_noise(pixels.shape, random)
    if chance[5] < 0.15:
        pixels = compress(pixels, random)
    if chance[6] < 0.25:
        occlude(pixels, random)
    return np.clip(pixels, 0, 255)


def reframe(
    image: UInt8Array, matrix: npt.NDArray[np.float64], shape: tuple[int, ...], random: np.random.Generator
) -> UInt8Array:
    """Move by `matrix` [2,3] into a picture of `shape` (height, width), then as a detector that errs a little does.

    Mirror, turn, scale, stretch and shift.
    """
    angle = np.deg2rad(random.normal(0, 7))
    scale = np.exp(random.normal(0.02, 0.08))
    stretch = np.exp(random.normal(0, 0.04))
    mirror = -1.0 if random.random() < 0.5 else 1.0
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[cos * stretch * mirror, -sin], [sin * stretch * mirror, cos]])
    height, width = shape
    shift = random.normal(0, 1.7 * max(1.0, width / FACE_WIDTH), 2)
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    jitter = np.column_stack([linear, centre + shift - linear @ centre])
    whole = jitter @ np.vstack([matrix, [0, 0, 1]])
    moved = cv2.warpAffine(image, whole, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def lower_resolution(picture: UInt8Array, random: np.random.Generator) -> UInt8Array:
    """Lower the resolution so that every 48 pixels of a face were only 18 to 40."""
    share = int(random.integers(18, 41)) / max(FACE_WIDTH, picture.shape[1])
    height, width = picture.shape
    small = cv2.resize(picture, (round(width * share), round(height * share)), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_CUBIC if random.random() < 0.3 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(small, (width, height), interpolation=how), np.uint8)


def smear(picture: UInt8Array, random: np.random.Generator) -> UInt8Array:
    """Add motion blur over 3 pixels of a face of 48, sideways or upwards."""
    length = max(3, round(3 * picture.shape[1] / FACE_WIDTH) // 2 * 2 + 1)
    kernel = np.zeros((length, length), np.float32)
    if random.random() < 0.5:
        kernel[length // 2, :] = 1 / length
    else:
        kernel[:, length // 2] = 1 / length
    return np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8)


def relight(pixels: FloatArray, random: np.random.Generator) -> FloatArray:
    """Change gamma and contrast, and add light that falls from one side."""
    bent = 255 * (pixels / 255) ** np.exp(random.normal(0, 0.3))
    slope = random.normal(0, 0.18, 2)
    across, down = (np.linspace(-1, 1, size, dtype=np.float32) for size in (pixels.shape[1], pixels.shape[0]))
    shade = 1 + slope[0] * across[None, :] + slope[1] * down[:, None]
    return np.asarray(np.clip(bent * shade * random.uniform(0.7, 1.3), 0, 255), np.float32)


def add_noise(shape: tuple[int, ...], random: np.random.Generator) -> FloatArray:
    """Add noise of 1 to 9 grey levels, of single pixels or of pixels of a face of 48."""
    height, width = shape
    coarse = max(1.0, width / FACE_WIDTH) if random.random() < 0.5 else 1.0
    grains = round(height / coarse), round(width / coarse)
    noise = random.normal(0, random.uniform(1, 9), grains).astype(np.float32)
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def compress(pixels: FloatArray, random: np.random.Generator) -> FloatArray:
    """Compress as JPEG of quality 30 to 80."""
    quality = int(random.integers(30, 81))
    whole = np.clip(pixels, 0, 255).astype(np.uint8)
    _, encoded = cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)
    return np.asarray(decoded, np.float32)


def occlude(pixels: FloatArray, random: np.random.Generator) -> None:
    """Cover a rectangle of 6 to 18 pixels of a face a side, in place, with one grey or with noise."""
    height, width = random.integers(6, 19, 2) * pixels.shape[1] // FACE_WIDTH
    top = int(random.integers(0, pixels.shape[0] - height + 1))
    left = int(random.integers(0, pixels.shape[1] - width + 1))
    patch = random.uniform(0, 255)
    if random.random() < 0.5:
        pixels[top : top + height, left : left + width] = patch
    else:
        pixels[top : top + height, left : left + width] = random.uniform(0, 255, (height, width))
