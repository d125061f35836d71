"""Face embeddings: 128 numbers of dlib's residual network, close together for the same person.

King 2017, "High Quality Face Recognition with Deep Metric Learning" (dlib_face_recognition_resnet_model_v1),
on faces aligned by dlib's five-point predictor. The 68-point predictor is not free for commercial use and is not read.
"""

import cv2
import dlib
import numpy as np
import numpy.typing as npt

from stressvision.vision.faces import Face, FaceBox
from stressvision.vision.networks import FIVE_POINTS, Frame, find_model
from stressvision.vision.recognition.encoder_network import CHIP_SIZE, EncoderNetwork

Embedding = npt.NDArray[np.float64]
"""128 numbers; the Euclidean distance between two of them is what recognition compares."""

EMBEDDING_SIZE = 128

# dlib's predictor was trained on the boxes of dlib's own detector. Measured on the bundled recording and on 112
# photographs in the wild: those are 0.93 of a BlazeFace box's side, centred 0.03 of it lower.
BOX_SCALE = 0.93
BOX_DROP = 0.03

CHIP_PADDING = 0.25
"""Margin around the aligned face, as dlib's network was trained with."""


class FaceEncoder:
    """Aligns a face with dlib and encodes it and its mirror image. Not for several threads at once.

    The mean of both halves what one picture's pose and light add: at 0.1 % false accepts, 2.1 % of the photographs of
    enrolled people are rejected (docs/performance.md). Embeddings stored without it stay comparable.
    """

    def __init__(self) -> None:
        """Load the models. Raises ModelUnavailable where a model file is missing."""
        self._points = dlib.shape_predictor(str(find_model(FIVE_POINTS)))
        self._network = EncoderNetwork()

    def encode(self, frame: Frame, face: Face) -> Embedding:
        """Return the embedding [128] of one face of a frame."""
        chip = self.align(frame, face)
        mirrored = np.ascontiguousarray(chip[:, ::-1])
        return (self._network.run(chip).astype(np.float64) + self._network.run(mirrored)) / 2

    def align(self, frame: Frame, face: Face) -> Frame:
        """Return the face turned upright and scaled: RGB, uint8 [150, 150, 3]."""
        rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        shape = self._points(rgb, _as_dlib_box(face.box))
        return np.asarray(dlib.get_face_chip(rgb, shape, CHIP_SIZE, CHIP_PADDING), np.uint8)


def _as_dlib_box(box: FaceBox) -> dlib.rectangle:
    x, y = box.centre
    y += BOX_DROP * box.h
    half_width, half_height = BOX_SCALE * box.w / 2, BOX_SCALE * box.h / 2
    return dlib.rectangle(round(x - half_width), round(y - half_height), round(x + half_width), round(y + half_height))
