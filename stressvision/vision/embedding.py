"""What identifies a face: 128 numbers from dlib's residual network, close together for the same person.

King 2017, "High Quality Face Recognition with Deep Metric Learning" (dlib_face_recognition_resnet_model_v1),
on faces aligned by dlib's five-point predictor. The 68-point predictor is not free for commercial use and is not read.
"""

import cv2
import dlib
import numpy as np
import numpy.typing as npt

from stressvision.vision.faces import Face, FaceBox
from stressvision.vision.networks import FACE_ENCODER, FIVE_POINTS, Frame, find_model

Embedding = npt.NDArray[np.float64]
"""128 numbers; the Euclidean distance between two of them is what recognition compares."""

EMBEDDING_SIZE = 128

# dlib's predictor was trained on the boxes of dlib's own detector. Measured on the bundled recording and on 112
# photographs in the wild: those are 0.93 of a BlazeFace box's side, centred 0.03 of it lower.
BOX_SCALE = 0.93
BOX_DROP = 0.03


class FaceEncoder:
    """About 50-80 ms a face on one core: by far the dearest stage, so callers budget it. Not for several threads."""

    def __init__(self) -> None:
        """Raises ModelUnavailable where a model file is missing."""
        self._points = dlib.shape_predictor(str(find_model(FIVE_POINTS)))
        self._network = dlib.face_recognition_model_v1(str(find_model(FACE_ENCODER)))

    def encode(self, frame: Frame, face: Face) -> Embedding:
        """The embedding [128] of one face of a frame."""
        rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        shape = self._points(rgb, _as_dlib_box(face.box))
        return np.array(self._network.compute_face_descriptor(rgb, shape), np.float64)


def _as_dlib_box(box: FaceBox) -> dlib.rectangle:
    x, y = box.centre
    y += BOX_DROP * box.h
    half_width, half_height = BOX_SCALE * box.w / 2, BOX_SCALE * box.h / 2
    return dlib.rectangle(round(x - half_width), round(y - half_height), round(x + half_width), round(y + half_height))
