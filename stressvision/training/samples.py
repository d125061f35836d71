"""Faces of several sets for training and measurement: pictures, eye points, raters' votes, and the person of each.

FER+ is one set; the others are archives of eye-aligned crops with a person each (`images` uint8 [N,112,112], `label`,
`subject`, and `votes` with `vote_names` where there are raters). Sets are split by person, never by picture.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import CLASSES, FloatArray, IntArray, UInt8Array, read_archive

EMOTIONS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown")
"""What the network answers: the emotions that FER+ raters choose from, less `not-a-face`."""

GROUP_OF_EMOTION = {
    "neutral": "neutral",
    "happiness": "happy",
    "surprise": "other",
    "sadness": "sad",
    "anger": "stress",
    "disgust": "stress",
    "fear": "stress",
    "contempt": "other",
    "unknown": "other",
}
GROUPS = np.array([CLASSES.index(GROUP_OF_EMOTION[emotion]) for emotion in EMOTIONS])

_EMOTION_OF_LABEL = {"happy": "happiness", "sad": "sadness"}

# Share of a set's target that is the actor's intention where there are also raters' votes.
INTENTION = 0.6
# Share of a single rater's label that is spread over all emotions.
DOUBT = 0.1

Eyes = tuple[tuple[float, float], tuple[float, float]]
FERPLUS_EYES: Eyes = ((14.9, 18.7), (32.1, 18.7))
"""Where BlazeFace sees the eyes in FER2013 pictures: medians over 1,327 found faces of a sample of 1,500, symmetric."""

ALIGNED_EYES: Eyes = ((38.5, 46.5), (73.5, 46.5))
"""Where the eyes lie in the aligned archives."""

TAIWAN_STRETCH = 4 / 3
"""How many times too wide the pictures of taiwan are, as portraits of 3:4 made square would be. By the face mesh,
width over height of a relaxed face is 1.01 there, 0.86 in london, and 0.98 in london stretched by 1.25."""
TAIWAN_EYES: Eyes = ((26.2, 48.1), (57.8, 48.1))
"""Where BlazeFace sees the eyes in pictures of taiwan once they are narrowed: medians over all 1,222."""


@dataclass(frozen=True)
class FaceSet:
    """N faces of one set, all with the eyes at the same place.

    images uint8 [N,H,W]; targets float32 [N,9], rows summing to one; state int64 [N], index into CLASSES or -1 where
    raters disagree; person [N]: a name, or the picture's number where the set has none.
    """

    name: str
    images: UInt8Array
    eyes: Eyes
    targets: FloatArray
    state: IntArray
    person: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.images)

    def select(self, chosen: npt.NDArray[np.bool_] | IntArray) -> "FaceSet":
        """Return the faces that a mask [N] or indices pick."""
        return FaceSet(
            self.name,
            self.images[chosen],
            self.eyes,
            self.targets[chosen],
            self.state[chosen],
            self.person[chosen],
        )


def read_ferplus(path: Path) -> tuple[FaceSet, FaceSet]:
    """FER+ training pictures, and validation pictures that repeat none. Raises InvalidInput for another file."""
    splits = read_archive(path)
    sets = []
    for kind, pictures in (("train", splits.train), ("valid", splits.valid)):
        targets = pictures.emotion_share[:, : len(EMOTIONS)].copy()
        targets[:, EMOTIONS.index("unknown")] += pictures.emotion_share[:, len(EMOTIONS) :].sum(axis=1)
        person = np.array([f"{kind}-{index}" for index in range(len(pictures))])
        sets.append(FaceSet("ferplus", pictures.images, FERPLUS_EYES, targets, pictures.majority, person))
    return sets[0], sets[1]


def read_people(
    path: Path, states: Mapping[str, str] | None = None, eyes: Eyes = ALIGNED_EYES, stretch: float = 1.0
) -> FaceSet:
    """Read one archive of aligned crops. Raises InvalidInput where the file is none.

    Args:
        path: The archive.
        states: State of each label where the labels are none of ours; other labels then have no state, and nothing
            can be learnt from the set.
        eyes: Where the eyes lie in every picture, after narrowing.
        stretch: How many times too wide the pictures are; they are narrowed by it.
    """
    try:
        with np.load(path) as archive:
            content = {name: archive[name] for name in archive.files}
        images, labels, person = narrow_pictures(content["images"], stretch), content["label"], content["subject"]
        if states is not None:
            classes = [CLASSES.index(states[label]) if label in states else -1 for label in labels.tolist()]
            blank = np.zeros((len(labels), len(EMOTIONS)), np.float32)
            return FaceSet(path.stem, images, eyes, blank, np.array(classes, np.int64), person.astype(str))
        emotions = np.array([EMOTIONS.index(_EMOTION_OF_LABEL.get(label, label)) for label in labels.tolist()])
    except (OSError, ValueError, KeyError) as error:
        raise InvalidInput(
            Message(f"No se puede leer {path}: {error!r}", f"{path} cannot be read: {error!r}"), field="people"
        ) from error
    sure = np.eye(len(EMOTIONS), dtype=np.float32)[emotions]
    if "votes" in content:
        names = [_EMOTION_OF_LABEL.get(name, name) for name in content["vote_names"].tolist()]
        seen = np.zeros_like(sure)
        seen[:, [EMOTIONS.index(name) for name in names]] = content["votes"]
        # Raters had no `neutral` to choose.
        expressive = emotions != EMOTIONS.index("neutral")
        mixed = INTENTION * sure + (1 - INTENTION) * seen / np.maximum(seen.sum(axis=1, keepdims=True), 1e-6)
        targets = np.where(expressive[:, None], mixed, sure)
    else:
        targets = (1 - DOUBT) * sure + DOUBT / len(EMOTIONS)
    return FaceSet(path.stem, images, eyes, targets.astype(np.float32), GROUPS[emotions], person.astype(str))


def narrow_pictures(images: UInt8Array, stretch: float) -> UInt8Array:
    """Return pictures [N,H,W] with their width divided by `stretch`."""
    if stretch == 1.0:
        return images
    height, width = images.shape[1:]
    size = round(width / stretch), height
    return np.stack([np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.uint8) for each in images])


def fold_of(name: str, folds: int) -> int:
    """Return the fold of a person: the same on every machine and in every set."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % folds


def hold_out(faces: FaceSet, fold: int, folds: int) -> npt.NDArray[np.bool_]:
    """Return which faces [N] belong to persons of one fold. Persons are dealt in turn: folds differ by one at most."""
    order = sorted(set(faces.person.tolist()), key=lambda name: (fold_of(name, 1 << 30), name))
    held = set(order[fold::folds])
    return np.array([name in held for name in faces.person.tolist()])


def draw_chances(sets: Sequence[FaceSet], shares: Mapping[str, float], power: float) -> npt.NDArray[np.float64]:
    """Return each face's chance of a draw over all sets, summing to one: by its set's share, rare emotions more."""
    chances = []
    for faces in sets:
        frequency = faces.targets.mean(axis=0)
        weights = (faces.targets @ (1 / np.maximum(frequency, 1e-3)) ** power).astype(np.float64)
        chances.append(shares[faces.name] * weights / weights.sum())
    joined = np.concatenate(chances)
    return np.asarray(joined / joined.sum(), np.float64)


def adjust_for_frequency(targets: FloatArray, chances: npt.NDArray[np.float64]) -> FloatArray:
    """Return what to add to logits while training [9], for answers as if all states were equally frequent.

    Menon et al. 2021, "Long-tail learning via logit adjustment". Equally frequent are the five groups; within one,
    its emotions.
    """
    drawn = chances @ targets
    wanted = 1 / (len(CLASSES) * np.bincount(GROUPS)[GROUPS])
    return np.asarray(np.log(np.maximum(drawn, 1e-6) / wanted), np.float32)


def write_faces(faces: FaceSet, path: Path) -> None:
    """Write a set for `read_faces`."""
    np.savez(
        path,
        name=np.array(faces.name),
        images=faces.images,
        eyes=np.array(faces.eyes),
        targets=faces.targets,
        state=faces.state,
        person=faces.person,
    )


def read_faces(path: Path) -> FaceSet:
    """Read what `write_faces` wrote."""
    with np.load(path) as archive:
        (left, right) = archive["eyes"].tolist()
        return FaceSet(
            str(archive["name"]),
            archive["images"],
            ((left[0], left[1]), (right[0], right[1])),
            archive["targets"],
            archive["state"],
            archive["person"],
        )
