"""A folder of labelled pictures, one subfolder a label, read as faces the model can answer for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.augmentation import scale_eyes
from stressvision.training.data import PICTURE_SIZE, STATES, IntArray, UInt8Array
from stressvision.training.samples import FERPLUS_EYES
from stressvision.vision.faces import FaceDetector

LARGEST_CROP = 64
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".pgm"}


@dataclass(frozen=True)
class PlacedFace:
    """A face in a BGR picture uint8 [H,W,3], and where its eyes lie, the image-left one first."""

    frame: UInt8Array
    left_eye: tuple[float, float]
    right_eye: tuple[float, float]


@dataclass(frozen=True)
class LabelledFaces:
    """Faces, their states [N] (index into STATES), and of how many the detector found the eyes."""

    faces: tuple[PlacedFace, ...]
    states: IntArray
    aligned: int


def parse_map(text: str) -> dict[str, str]:
    """Parse `angry=stress,fear=stress` into the state of each subfolder. Raises InvalidInput for anything else."""
    mapping: dict[str, str] = {}
    for part in text.split(","):
        label, _, state = part.strip().partition("=")
        if not label or state not in STATES:
            names = ", ".join(STATES)
            raise InvalidInput(
                Message(
                    f"«{part}» no es etiqueta=estado; estados: {names}",
                    f"'{part}' is not label=state; states: {names}",
                ),
                field="map",
            )
        mapping[label] = state
    return mapping


def read_folder(folder: Path, mapping: Mapping[str, str]) -> LabelledFaces:
    """Read every picture under the mapped subfolders.

    Pictures of at most 64 pixels are taken as face crops framed as in FER2013; in larger ones the eyes of the surest
    face are looked for, or, where none is found, the middle square is taken as such a crop. Raises InvalidInput where
    there is no picture, or a label has no folder.
    """
    for label in mapping:
        if not (folder / label).is_dir():
            present = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_dir())) or "-"
            raise InvalidInput(
                Message(
                    f"{folder} no tiene la carpeta «{label}»; tiene: {present}",
                    f"{folder} has no folder '{label}'; it has: {present}",
                ),
                field="map",
            )
    detector: FaceDetector | None = None
    faces: list[PlacedFace] = []
    states: list[int] = []
    aligned = 0
    for label, state in sorted(mapping.items()):
        for path in sorted((folder / label).rglob("*")):
            picture = cv2.imread(str(path)) if path.suffix.lower() in SUFFIXES else None
            if picture is None:
                continue
            frame = np.asarray(picture, np.uint8)
            states.append(STATES.index(state))
            if max(frame.shape[:2]) > LARGEST_CROP:
                detector = detector or FaceDetector()
                found = detector.detect(frame)
                if found:
                    faces.append(PlacedFace(frame, found[0].left_eye, found[0].right_eye))
                    aligned += 1
                    continue
            faces.append(place_crop(frame))
    if not faces:
        raise InvalidInput(Message(f"No hay imágenes en {folder}", f"There are no pictures in {folder}"), field="data")
    return LabelledFaces(tuple(faces), np.array(states, np.int64), aligned)


def place_crop(frame: UInt8Array) -> PlacedFace:
    """Return the middle square of a BGR picture [H,W,3], with the eyes where FER2013 pictures have them."""
    height, width = frame.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    (first, upper), (second, lower) = scale_eyes(FERPLUS_EYES, side / PICTURE_SIZE)
    return PlacedFace(frame[top : top + side, left : left + side], (first, upper), (second, lower))
