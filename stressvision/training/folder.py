"""A folder of labelled pictures, one subfolder a label, read as faces the model can answer for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import PICTURE_SIZE, STATES, IntArray, UInt8Array
from stressvision.vision.expression import ExpressionCard, align_face
from stressvision.vision.faces import Face, FaceDetector

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".pgm"}


@dataclass(frozen=True)
class LabelledFaces:
    """Grey faces uint8 [N,V,48,48] in V views, their states [N] (index into STATES), how many had eyes found."""

    images: UInt8Array
    states: IntArray
    aligned: int


def parse_map(text: str) -> dict[str, str]:
    """`angry=stress,fear=stress` to the state of each subfolder. Raises InvalidInput for anything else."""
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


def read_folder(folder: Path, mapping: Mapping[str, str], card: ExpressionCard) -> LabelledFaces:
    """Read every picture under the mapped subfolders.

    Pictures of at most 64 pixels are taken as face crops; larger ones are aligned by the eyes of their surest
    face, or, where none is found, squared in the middle. Raises InvalidInput where there is no picture, or a label has
    no folder.
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
    images: list[UInt8Array] = []
    states: list[int] = []
    aligned = 0
    for label, state in sorted(mapping.items()):
        for path in sorted((folder / label).rglob("*")):
            picture = cv2.imread(str(path)) if path.suffix.lower() in SUFFIXES else None
            if picture is None:
                continue
            frame = np.asarray(picture, np.uint8)
            if max(frame.shape[:2]) > 64:
                detector = detector or FaceDetector()
                faces = detector.detect(frame)
                if faces:
                    images.append(view_face(frame, faces[0], card))
                    states.append(STATES.index(state))
                    aligned += 1
                    continue
            images.append(np.stack([square_picture(frame)] * len(card.views)))
            states.append(STATES.index(state))
    if not images:
        raise InvalidInput(Message(f"No hay imágenes en {folder}", f"There are no pictures in {folder}"), field="data")
    return LabelledFaces(np.stack(images), np.array(states, np.int64), aligned)


def view_face(frame: UInt8Array, face: Face, card: ExpressionCard) -> UInt8Array:
    """A face in all the card's views, grey [V,48,48]."""
    return np.stack([align_face(frame, face.left_eye, face.right_eye, view, card.size) for view in card.views])


def square_picture(frame: UInt8Array) -> UInt8Array:
    """The middle square of a BGR picture [H,W,3], grey [48,48]."""
    height, width = frame.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    grey = cv2.cvtColor(frame[top : top + side, left : left + side], cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, (PICTURE_SIZE, PICTURE_SIZE), interpolation=cv2.INTER_AREA), np.uint8)
