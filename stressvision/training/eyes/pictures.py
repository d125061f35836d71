"""Pictures of single eyes, open and closed, in groups of people: no person is in both the training and the test set.

Two sources: an archive of eye crops without names (`images_bgr` uint8 [N,H,W,3], `open` 0/1), and two folders of
faces, `eyes_open` and `eyes_closed`, whose eyes are cut out as at run time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import IntArray, UInt8Array, describe_pictures
from stressvision.vision.faces import FaceDetector
from stressvision.vision.geometry.eyes import LEAST_EYE_DISTANCE
from stressvision.vision.lids import EYE_HEIGHT, EYE_WIDTH, cut_eye
from stressvision.vision.quality import turn_of
from stressvision.vision.recognition.embedding import FaceEncoder

GREATEST_TURN = 0.6
"""Faces turned further than this by their points are left out."""
SAME_PERSON = 0.45
"""Distance of embeddings below which two faces may be the same person's: far below the 0.6 of dlib's own authors,
because pictures are chained; no person of one group is nearer than this to a person of another."""
SAME_PICTURE = 0.97
"""Correlation of two crops, as they are or mirrored, blurred, above which they show the same eyes."""
BLOCK = 20
"""Crops without names that follow each other stay together: the two eyes of a face do, mostly side by side."""


@dataclass(frozen=True)
class EyePictures:
    """Grey eyes uint8 [N,24,32], whether they are closed [N], and the group of people each belongs to [N].

    `from_faces` [N]: cut from a face at run-time framing, two rows in turn a face; else from the archive.
    """

    images: UInt8Array
    closed: npt.NDArray[np.bool_]
    person: IntArray
    from_faces: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.images)

    def select(self, chosen: npt.NDArray[np.bool_] | IntArray) -> "EyePictures":
        """Return the pictures that a boolean mask [N] or indices pick."""
        return EyePictures(self.images[chosen], self.closed[chosen], self.person[chosen], self.from_faces[chosen])


def link_groups(together: npt.NDArray[np.bool_]) -> IntArray:
    """Return group numbers [N]: what a chain of pairs of `together` [N,N] joins is one group."""
    group = np.arange(len(together))
    for first, second in zip(*np.nonzero(np.triu(together, 1)), strict=True):
        group[group == group[second]] = group[first]
    return np.asarray(np.unique(group, return_inverse=True)[1], np.int64)


def read_crops(path: Path) -> EyePictures:
    """Read the archive of eye crops. Raises InvalidInput where the file is none."""
    try:
        with np.load(path) as archive:
            pictures, opened = archive["images_bgr"], archive["open"]
    except (OSError, ValueError, KeyError) as error:
        raise InvalidInput(
            Message(f"No se puede leer {path}: {error}", f"{path} cannot be read: {error}"), field="crops"
        ) from error
    size = (EYE_WIDTH, EYE_HEIGHT)
    grey = [cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) for picture in pictures]
    images = np.stack([cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in grey])
    vectors = describe_pictures(images)
    mirrored = describe_pictures(np.ascontiguousarray(images[:, :, ::-1]))
    alike = (vectors @ vectors.T > SAME_PICTURE) | (vectors @ mirrored.T > SAME_PICTURE)
    block = np.arange(len(images)) // BLOCK
    person = link_groups(alike | (block[:, None] == block[None, :]))
    return EyePictures(images, opened == 0, person, np.zeros(len(images), np.bool_))


def read_faces(folder: Path) -> EyePictures:
    """Read both eyes of every face in `eyes_open` and `eyes_closed` that the device would measure: large, not turned.

    Raises InvalidInput where there is none, ModelUnavailable without the detector or the encoder.
    """
    detector, encoder = FaceDetector(), FaceEncoder()
    images: list[UInt8Array] = []
    closed: list[bool] = []
    embeddings = []
    for name in ("eyes_open", "eyes_closed"):
        for path in sorted((folder / name).glob("*.jpg")):
            picture = np.asarray(cv2.imread(str(path)), np.uint8)
            room = picture.shape[0] // 2
            bordered = cv2.copyMakeBorder(picture, room, room, room, room, cv2.BORDER_REPLICATE)
            frame = np.asarray(bordered, np.uint8)
            faces = detector.detect(frame)
            if not faces or faces[0].eye_distance < LEAST_EYE_DISTANCE or turn_of(faces[0]) > GREATEST_TURN:
                continue
            embeddings.append(encoder.encode(frame, faces[0]))
            images += [cut_eye(frame, faces[0], eye) for eye in (faces[0].left_eye, faces[0].right_eye)]
            closed += [name == "eyes_closed"] * 2
    if not embeddings:
        raise InvalidInput(Message(f"No hay caras en {folder}", f"There are no faces in {folder}"), field="faces")
    known = np.array(embeddings)
    distances = np.linalg.norm(known[:, None] - known[None], axis=2)
    person = np.repeat(link_groups(distances < SAME_PERSON), 2)
    return EyePictures(np.stack(images), np.array(closed), person, np.ones(len(images), np.bool_))


def join_sources(sources: Sequence[EyePictures]) -> EyePictures:
    """Join the pictures of all sources; groups of different sources are different people."""
    offsets = np.cumsum([0, *(int(source.person.max()) + 1 for source in sources)])
    return EyePictures(
        np.concatenate([source.images for source in sources]),
        np.concatenate([source.closed for source in sources]),
        np.concatenate([source.person + offset for source, offset in zip(sources, offsets, strict=False)]),
        np.concatenate([source.from_faces for source in sources]),
    )


def fold_people(person: IntArray, folds: int, seed: int) -> IntArray:
    """Return each picture's fold [N], by people in an order drawn from the seed, each put where there is most room."""
    sizes = np.bincount(person)
    room = np.zeros(folds)
    fold_of = np.zeros(len(sizes), np.int64)
    order = np.random.default_rng(seed).permutation(len(sizes))
    for one in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of[one] = room.argmin()
        room[fold_of[one]] += sizes[one]
    return fold_of[person]
