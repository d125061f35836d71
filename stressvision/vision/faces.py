"""Faces in a frame: BlazeFace, with its anchors, decoding and suppression in numpy.

Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs" (full-range variant);
the constants are those of MediaPipe's face_detection_full_range graph.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from stressvision.vision.networks import FACE_DETECTOR, Frame, Tensor, open_network
from stressvision.vision.scaling import halve_towards

Point = tuple[float, float]

INPUT_SIZE = 192
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
        return float(np.hypot(self.right_eye[0] - self.left_eye[0], self.right_eye[1] - self.left_eye[1]))


class FaceDetector:
    """About 5 ms a 640×480 frame on one desktop core; faces from 35 pixels up. Not for several threads at once."""

    def __init__(self) -> None:
        """Load the network. Raises ModelUnavailable where the network is missing."""
        self._network = open_network(FACE_DETECTOR)
        cells = (np.arange(INPUT_SIZE // STRIDE, dtype=np.float32) + 0.5) * STRIDE
        self._anchors = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 1, 2)

    def detect(self, frame: Frame) -> list[Face]:
        """Return the faces of a frame, in descending order of score."""
        canvas, scale, left, top = _letterbox(frame)
        regressors, scores = self._network.run(canvas)
        logits = scores[0, :, 0]
        chosen = np.flatnonzero(logits > MIN_LOGIT)
        if not chosen.size:
            return []
        chosen = chosen[np.argsort(-logits[chosen])]
        certainty = 1 / (1 + np.exp(-np.minimum(logits[chosen], np.float32(80))))
        # Eight pairs a candidate: centre (from the anchor), size, and six points (from the anchor).
        pairs = regressors[0][chosen].reshape(-1, 8, 2)
        pairs += self._anchors[chosen] * _IS_POINT
        pairs -= np.array((left, top), np.float32) * _IS_POINT
        pairs /= scale
        return _merge(pairs, certainty.astype(np.float32))


def _letterbox(frame: Frame) -> tuple[Tensor, float, int, int]:
    """Return the network's input [1,192,192,3] in -1..1, the scale, and the padding left and above in its pixels."""
    height, width = frame.shape[:2]
    scale = INPUT_SIZE / max(height, width)
    size = round(width * scale), round(height * scale)
    # Between the pixels of the halved frame: eyes move by 0.01 of their distance, and no face is lost or gained.
    small = cv2.resize(halve_towards(frame, *size), size, interpolation=cv2.INTER_LINEAR)
    top, left = (INPUT_SIZE - small.shape[0]) // 2, (INPUT_SIZE - small.shape[1]) // 2
    canvas = np.full((1, INPUT_SIZE, INPUT_SIZE, 3), -1, np.float32)
    picture = cv2.cvtColor(small, cv2.COLOR_BGR2RGB).astype(np.float32) / 127.5 - 1
    canvas[0, top : top + small.shape[0], left : left + small.shape[1]] = picture
    return canvas, scale, left, top


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
