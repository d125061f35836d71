"""Faces in a frame: BlazeFace, with its anchors, decoding and suppression in numpy.

Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs" (full-range variant);
the constants are those of MediaPipe's face_detection_full_range graph.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from stressvision.core.errors import Message, ModelUnavailable
from stressvision.vision.networks import FACE_DETECTOR, Frame, Network, Tensor, find_model
from stressvision.vision.scaling import reduce_part

Point = tuple[float, float]

INPUT_SIZE = 192
NEAR_SIZE = 96
"""Side of the part of the input that is searched for one known face: a quarter of the pixels, and of the cost."""
NEAR_STEP = 32
"""Where such parts begin, in pixels of the input: the network halves it five times, so that it sees the same grid."""
NEAR_LARGEST = NEAR_SIZE - NEAR_STEP
"""Side of a face, in pixels of the input, that lies within such a part wherever it is."""
NEAR_OVERLAP = 0.1
"""With the expected box (intersection over union), from which on a face found there is the one looked for."""
STRIDE = 4
MIN_LOGIT = 0.0
"""Of a candidate: a score of 0.5."""
_IS_POINT = np.ones((8, 1), np.float32)
_IS_POINT[1] = 0  # the second pair of a candidate is its size
OVERLAP_OF_ONE_FACE = 0.3
"""Candidates that overlap more than this (intersection over union) are the same face."""


@dataclass(frozen=True)
class FaceBox:
    """Pixels of the frame; `x`, `y` is the top left corner and may lie outside the frame."""

    x: float
    y: float
    w: float
    h: float

    @property
    def centre(self) -> Point:
        return self.x + self.w / 2, self.y + self.h / 2

    def overlap(self, other: "FaceBox") -> float:
        """Return intersection over union, 0-1."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.w * self.h + other.w * other.h - shared)


@dataclass(frozen=True)
class Face:
    """One face. `score` 0-1 is the detector's; points are pixels of the frame, left and right as in the image."""

    box: FaceBox
    score: float
    left_eye: Point
    right_eye: Point
    nose: Point
    mouth: Point
    left_ear: Point
    right_ear: Point

    @property
    def eye_distance(self) -> float:
        """Return the distance between the eyes, in pixels of the frame."""
        return math.dist(self.left_eye, self.right_eye)


def find_all_expected(faces: Sequence[Face], expected: Iterable[FaceBox]) -> list[Face] | None:
    """Return the face at each of the expected places, or None where one is not there."""
    found = [find_expected(faces, box) for box in expected]
    present = [face for face in found if face is not None]
    return present if len(present) == len(found) else None


def find_expected(faces: Sequence[Face], expected: FaceBox) -> Face | None:
    """Return the face that is where one is expected, or None."""
    overlaps = [expected.overlap(face.box) for face in faces]
    most = max(overlaps, default=0.0)
    return faces[overlaps.index(most)] if most >= NEAR_OVERLAP else None


class FaceDetector:
    """Faces from 35 pixels up in a 640×480 frame. Not for several threads at once.

    On one desktop core a frame takes about 5 ms, the surroundings of one known face a quarter of it.
    """

    def __init__(self) -> None:
        """Load the network. Raises ModelUnavailable where the network is missing."""
        content = find_model(FACE_DETECTOR).read_bytes()
        self._whole = _SquareNetwork(content, INPUT_SIZE)
        self._near = _SquareNetwork(resize_network(content, NEAR_SIZE), NEAR_SIZE)

    def detect(self, frame: Frame) -> list[Face]:
        """Return the faces of a frame, in descending order of score."""
        return self._whole.search(frame, _Letterbox.fit(frame), (0, 0))

    def detect_near(self, frame: Frame, expected: Sequence[FaceBox]) -> list[Face] | None:
        """Return the face at each of the expected places, or None where one is not there or is too large.

        The parts of the frame around them are seen as `detect` sees the whole: their points differ from those of
        `detect` by less than these do when the camera is moved by a few pixels.
        """
        scale = INPUT_SIZE / max(frame.shape)
        if any(max(box.w, box.h) * scale > NEAR_LARGEST for box in expected):
            return None
        letterbox = _Letterbox.fit(frame)
        parts: dict[tuple[int, int], list[Face]] = {}
        faces = []
        for box in expected:
            corner = letterbox.find_part(box)
            if corner not in parts:
                parts[corner] = self._near.search(frame, letterbox, corner)
            face = find_expected(parts[corner], box)
            if face is None:
                return None
            faces.append(face)
        return faces


@dataclass(frozen=True)
class _Letterbox:
    """How a frame lies in the network's input: its scale and size there, and the padding left and above."""

    scale: float
    size: tuple[int, int]
    padding: tuple[int, int]

    @classmethod
    def fit(cls, frame: Frame) -> "_Letterbox":
        """Return the place of a frame in the middle of the input."""
        height, width = frame.shape[:2]
        scale = INPUT_SIZE / max(height, width)
        size = round(width * scale), round(height * scale)
        return cls(scale, size, ((INPUT_SIZE - size[0]) // 2, (INPUT_SIZE - size[1]) // 2))

    def cut(self, frame: Frame, corner: tuple[int, int], out: Tensor) -> Tensor:
        """Fill `out` [1,side,side,3] with a part of the input of that frame and return it.

        In -1..1 (RGB), -1 where the frame does not reach. Only what of the frame lies in this part is reduced.
        """
        side = out.shape[1]
        across, down = (
            range(max(begin - padding, 0), min(begin + side - padding, size))
            for begin, padding, size in zip(corner, self.padding, self.size, strict=True)
        )
        if min(len(across), len(down)) < side:
            out.fill(-1)
        left, top = (max(padding - begin, 0) for begin, padding in zip(corner, self.padding, strict=True))
        inside = out[0, top : top + len(down), left : left + len(across)]
        small = cv2.cvtColor(reduce_part(frame, self.size, across, down), cv2.COLOR_BGR2RGB)
        np.multiply(small, np.float32(1 / 127.5), out=inside)
        inside -= 1
        return out

    def find_part(self, box: FaceBox) -> tuple[int, int]:
        """Return the corner, left and above, of the part around a box of the frame."""
        x, y = (
            round((at * self.scale + padding - NEAR_SIZE / 2) / NEAR_STEP) * NEAR_STEP
            for at, padding in zip(box.centre, self.padding, strict=True)
        )
        most = INPUT_SIZE - NEAR_SIZE
        return min(max(x, 0), most), min(max(y, 0), most)


class _SquareNetwork:
    """The network for an input of `size` pixels a side."""

    def __init__(self, content: bytes, size: int) -> None:
        self._network = Network(content, FACE_DETECTOR.path, input_shape=(1, size, size, 3))
        self._input = np.empty((1, size, size, 3), np.float32)
        cells = (np.arange(size // STRIDE, dtype=np.float32) + 0.5) * STRIDE
        self._anchors = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 1, 2)

    def search(self, frame: Frame, letterbox: _Letterbox, corner: tuple[int, int]) -> list[Face]:
        """Return the faces of the part of a frame's input that begins at `corner`, in descending order of score."""
        regressors, scores = self._network.run(letterbox.cut(frame, corner, self._input))
        logits = scores[0, :, 0]
        chosen = np.flatnonzero(logits > MIN_LOGIT)
        if not chosen.size:
            return []
        chosen = chosen[np.argsort(-logits[chosen])]
        certainty = 1 / (1 + np.exp(-np.minimum(logits[chosen], np.float32(80))))
        # Eight pairs a candidate: centre (from the anchor), size, and six points (from the anchor).
        pairs = regressors[0][chosen].reshape(-1, 8, 2)
        pairs += self._anchors[chosen] * _IS_POINT
        pairs += (np.array(corner, np.float32) - letterbox.padding) * _IS_POINT
        pairs /= letterbox.scale
        return _merge(pairs, certainty.astype(np.float32))


def resize_network(content: bytes, size: int) -> bytes:
    """Return the network's file for an input of `size` pixels a side, a multiple of 32.

    Its convolutions take any size; only three enlargements and the shapes of its two results are written in the file.
    Raises ModelUnavailable where one of them is not there.
    """
    cells = (INPUT_SIZE // STRIDE, size // STRIDE)
    edits = [((1, cells[0] ** 2, last), (1, cells[1] ** 2, last)) for last in (16, 1)]
    # Constants of eight bytes, height and width; the smallest first, so that none is edited twice.
    edits += [((8, cells[0] // part, cells[0] // part), (8, cells[1] // part, cells[1] // part)) for part in (4, 2, 1)]
    for before, after in edits:
        if content.count(struct.pack("<3i", *before)) != 1:
            raise ModelUnavailable(
                Message(
                    es="El detector de rostros no tiene la forma esperada.",
                    en="The face detector does not have the expected shape.",
                )
            )
        content = content.replace(struct.pack("<3i", *before), struct.pack("<3i", *after))
    return content


def _merge(pairs: Tensor, certainty: Tensor) -> list[Face]:
    """Average the candidates of one face by their score (BlazeFace's blending), which steadies the box."""
    faces: list[Face] = []
    centre, size = pairs[:, 0], pairs[:, 1]
    starts, ends, areas = centre - size / 2, centre + size / 2, size[:, 0] * size[:, 1]
    left = np.arange(len(pairs))
    while left.size:
        best = left[0]
        shared = np.minimum(ends[left], ends[best]) - np.maximum(starts[left], starts[best])
        inside = np.maximum(shared[:, 0], 0) * np.maximum(shared[:, 1], 0)
        same = inside > OVERLAP_OF_ONE_FACE * (areas[left] + areas[best] - inside)
        same[0] = True
        weights = certainty[left[same]]
        blended = weights @ pairs[left[same]].reshape(-1, 16) / weights.sum()
        left = left[~same]
        x, y, w, h, *points = blended.tolist()
        if w > 0 and h > 0:
            spots = list(zip(points[::2], points[1::2], strict=True))
            faces.append(Face(FaceBox(x - w / 2, y - h / 2, w, h), float(certainty[best]), *spots))
    return faces
