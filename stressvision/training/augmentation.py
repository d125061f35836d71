"""What a webcam does to a face: light, blur, noise, compression, distance, framing, things in front of it."""

import cv2
import numpy as np

from stressvision.training.data import FloatArray, UInt8Array

FACE_WIDTH = 48
"""Pixels a face is wide where a distance is given in pixels of a face."""


def distort_pictures(images: UInt8Array, random: np.random.Generator) -> FloatArray:
    """Distort pictures uint8 [N,H,W], each its own way; float32 [N,H,W], still 0-255."""
    return np.stack([distort_picture(image, random) for image in images])


def distort_picture(image: UInt8Array, random: np.random.Generator) -> FloatArray:
    """One picture uint8 [H,W] as another camera, light and framing would have shown it, float32 0-255."""
    picture = reframe(image, random)
    chance = random.random(7)
    if chance[0] < 0.2:
        picture = lower_resolution(picture, random)
    if chance[1] < 0.15:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.3)), np.uint8)
    if chance[2] < 0.05:
        picture = smear(picture, random)
    pixels = picture.astype(np.float32)
    if chance[3] < 0.5:
        pixels = relight(pixels, random)
    if chance[4] < 0.25:
        pixels = pixels + random.normal(0, random.uniform(1, 9), pixels.shape).astype(np.float32)
    if chance[5] < 0.15:
        pixels = compress(pixels, random)
    if chance[6] < 0.25:
        occlude(pixels, random)
    return np.clip(pixels, 0, 255)


def reframe(image: UInt8Array, random: np.random.Generator) -> UInt8Array:
    """Mirror, turn, scale, stretch and move, as a face detector and eye points do that err a little."""
    angle = np.deg2rad(random.normal(0, 7))
    scale = np.exp(random.normal(0.02, 0.08))
    stretch = np.exp(random.normal(0, 0.04))
    mirror = -1.0 if random.random() < 0.5 else 1.0
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[cos * stretch * mirror, -sin], [sin * stretch * mirror, cos]])
    shift = random.normal(0, 1.7, 2)
    height, width = image.shape
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.column_stack([linear, centre + shift - linear @ centre])
    moved = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def lower_resolution(picture: UInt8Array, random: np.random.Generator) -> UInt8Array:
    """A face of 48 pixels that was only 18 to 40 pixels wide."""
    share = int(random.integers(18, 41)) / FACE_WIDTH
    height, width = picture.shape
    small = cv2.resize(picture, (round(width * share), round(height * share)), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.uint8)


def smear(picture: UInt8Array, random: np.random.Generator) -> UInt8Array:
    """Motion blur over 3 pixels, sideways or upwards."""
    kernel = np.zeros((3, 3), np.float32)
    if random.random() < 0.5:
        kernel[1, :] = 1 / 3
    else:
        kernel[:, 1] = 1 / 3
    return np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8)


def relight(pixels: FloatArray, random: np.random.Generator) -> FloatArray:
    """Gamma, contrast, and light that falls from one side."""
    bent = 255 * (pixels / 255) ** np.exp(random.normal(0, 0.3))
    slope = random.normal(0, 0.18, 2)
    across, down = (np.linspace(-1, 1, size, dtype=np.float32) for size in (pixels.shape[1], pixels.shape[0]))
    shade = 1 + slope[0] * across[None, :] + slope[1] * down[:, None]
    return np.asarray(np.clip(bent * shade * random.uniform(0.7, 1.3), 0, 255), np.float32)


def compress(pixels: FloatArray, random: np.random.Generator) -> FloatArray:
    """JPEG, quality 30 to 80."""
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
