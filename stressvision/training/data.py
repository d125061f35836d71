"""The pictures the expression model learns from, with the opinion of ten raters on each.

The archive is the one of FER2013 pictures with FER+ votes (Barsoum et al. 2016): `images` uint8 [N,48,48],
`votes` [N,10], `split` 0 train 1 valid, `ferplus_majority` (255 = no majority).
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.core.errors import InvalidInput, Message

UInt8Array = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

STATES = ("neutral", "happy", "stress", "sad")
CLASSES = (*STATES, "other")
EMOTIONS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "not-a-face",
)
NO_MAJORITY = 255
PICTURE_SIZE = 48

SMALLEST_DEVIATION = 8.0
"""Grey levels. A picture that varies less is not blown up to full contrast: it would be noise."""

# Surprise and contempt are no stress, and an unknown expression is no state at all.
CLASS_OF_EMOTION = (0, 1, 4, 3, 2, 2, 2, 4, 4, 4)

# Looked at by eye: pairs above 0.94 are nearly all the same photograph (other crop, other watermark), those
# below are mostly different people.
DUPLICATE_CORRELATION = 0.94


@dataclass(frozen=True)
class ExpressionPictures:
    """N pictures and what their raters saw.

    images uint8 [N,48,48]; emotion_share float32 [N,10], rows summing to one; class_share float32 [N,5]
    (the same votes added up per class); majority int64 [N], index into CLASSES or -1 where the raters
    have no majority.
    """

    images: UInt8Array
    emotion_share: FloatArray
    class_share: FloatArray
    majority: IntArray

    def __len__(self) -> int:
        return len(self.images)

    def select(self, chosen: npt.NDArray[np.bool_] | IntArray) -> "ExpressionPictures":
        """Return the pictures that a boolean mask [N] or indices pick."""
        return ExpressionPictures(
            self.images[chosen], self.emotion_share[chosen], self.class_share[chosen], self.majority[chosen]
        )


@dataclass(frozen=True)
class ExpressionSplits:
    """Training pictures, and validation pictures that no training picture repeats."""

    train: ExpressionPictures
    valid: ExpressionPictures
    duplicates_removed: int


def share_votes(votes: npt.NDArray[np.integer]) -> FloatArray:
    """Turn votes [N,10] into shares [N,10]; an emotion that a single rater saw is dropped.

    Barsoum et al. 2016 treat lone votes as outliers; the published majority labels are formed that way too.
    """
    kept = np.where(votes > 1, votes, 0).astype(np.float32)
    empty = kept.sum(axis=1) == 0
    kept[empty] = votes[empty]
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), np.float32)


def group_emotions(emotion_share: FloatArray) -> FloatArray:
    """Add emotion shares [N,10] up to class shares [N,5]."""
    grouped = np.zeros((len(emotion_share), len(CLASSES)), np.float32)
    for emotion, target in enumerate(CLASS_OF_EMOTION):
        grouped[:, target] += emotion_share[:, emotion]
    return grouped


def describe_pictures(images: UInt8Array) -> FloatArray:
    """Return unit vectors [N,576] whose dot product is the correlation of two blurred, halved pictures."""
    vectors = np.empty((len(images), 24 * 24), np.float32)
    for row, image in enumerate(images):
        small = cv2.resize(cv2.GaussianBlur(image, (0, 0), 1.5), (24, 24), interpolation=cv2.INTER_AREA)
        vector = small.astype(np.float32).ravel()
        vector -= vector.mean()
        vectors[row] = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return vectors


def find_duplicates(images: UInt8Array, reference: UInt8Array) -> npt.NDArray[np.bool_]:
    """Return which pictures [N,48,48] repeat one of `reference` [M,48,48], as it is or mirrored."""
    known = describe_pictures(reference).T
    best = np.full(len(images), -1.0, np.float32)
    for variant in (images, images[:, :, ::-1]):
        vectors = describe_pictures(np.ascontiguousarray(variant))
        for start in range(0, len(vectors), 512):
            block = slice(start, start + 512)
            best[block] = np.maximum(best[block], (vectors[block] @ known).max(axis=1))
    return best > DUPLICATE_CORRELATION


def read_archive(path: Path) -> ExpressionSplits:
    """Read the FER+ archive and set aside what must not be evaluated on.

    Raises InvalidInput where the file is not that archive.
    """
    required = {"images", "votes", "split", "ferplus_majority"}
    try:
        with np.load(path) as archive:
            content = {name: archive[name] for name in archive.files if name in required}
    except (OSError, ValueError) as error:
        raise InvalidInput(
            Message(f"No se puede leer {path}: {error}", f"{path} cannot be read: {error}"), field="data"
        ) from error
    if missing := required - set(content):
        names = ", ".join(sorted(missing))
        raise InvalidInput(Message(f"A {path} le falta {names}", f"{path} lacks {names}"), field="data")
    emotion_share = share_votes(content["votes"])
    emotion_of = content["ferplus_majority"]
    class_of = np.array(CLASS_OF_EMOTION, np.int64)
    majority = np.where(emotion_of == NO_MAJORITY, -1, class_of[np.minimum(emotion_of, len(EMOTIONS) - 1)])
    pictures = ExpressionPictures(content["images"], emotion_share, group_emotions(emotion_share), majority)
    faces = emotion_share[:, EMOTIONS.index("not-a-face")] < 0.5
    train = pictures.select((content["split"] == 0) & faces)
    valid = pictures.select(content["split"] == 1)
    repeated = find_duplicates(valid.images, pictures.images[content["split"] == 0])
    return ExpressionSplits(train, valid.select(~repeated), int(repeated.sum()))


def standardise(images: npt.NDArray[np.uint8] | FloatArray) -> FloatArray:
    """Standardise grey pictures [N,H,W], 0-255, to float32 [N,H,W] of mean 0 and deviation 1, each by itself.

    The deviation is taken as at least SMALLEST_DEVIATION, so that a blank picture stays blank.
    """
    pixels = images.astype(np.float32)
    pixels -= pixels.mean(axis=(1, 2), keepdims=True)
    return np.asarray(pixels / np.maximum(pixels.std(axis=(1, 2), keepdims=True), SMALLEST_DEVIATION), np.float32)
