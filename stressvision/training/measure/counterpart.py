"""The model of the `fer` package (a TFLite file of 64x64 grey pictures and seven emotions), to measure beside ours.

The package is no dependency: only the path of its `emotion_model_quantized.tflite` is asked for.
"""

from pathlib import Path

import cv2
import numpy as np

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import CLASSES, FloatArray, UInt8Array
from stressvision.training.inference import InferenceRun, run_model
from stressvision.training.measure.figures import spread_other

SIDE = 64
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
CLASS_OF_EMOTION = {
    "angry": "stress",
    "disgust": "stress",
    "fear": "stress",
    "happy": "happy",
    "sad": "sad",
    "surprise": "other",
    "neutral": "neutral",
}


def run_counterpart(path: Path, images: UInt8Array) -> InferenceRun:
    """Return its probabilities of the seven emotions [N,7] for grey pictures [N,48,48], prepared as the package does.

    Raises InvalidInput where the file cannot be read or answers something else, ModelUnavailable where it is no model.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            Message(f"No se puede leer {path}: {error.strerror}", f"{path} cannot be read: {error.strerror}"),
            field="against",
        ) from error
    enlarged = np.stack([cv2.resize(image, (SIDE, SIDE)) for image in images])
    try:
        run = run_model(content, path.name, np.asarray((enlarged / 255 - 0.5) * 2, np.float32))
    except ValueError as error:
        raise InvalidInput(
            Message(f"{path} no acepta imágenes de {SIDE}x{SIDE}", f"{path} takes no pictures of {SIDE}x{SIDE}"),
            field="against",
        ) from error
    if run.logits.shape[1] != len(EMOTIONS):
        count = run.logits.shape[1]
        raise InvalidInput(
            Message(f"{path} da {count} valores, no {len(EMOTIONS)}", f"{path} gives {count} values, not 7"),
            field="against",
        )
    return run


def group_answers(probabilities: FloatArray) -> FloatArray:
    """Group seven emotions [N,7] into four states [N,4]: anger, disgust, fear are stress, surprise is shared out."""
    grouped = np.zeros((len(probabilities), len(CLASSES)), np.float32)
    for column, emotion in enumerate(EMOTIONS):
        grouped[:, CLASSES.index(CLASS_OF_EMOTION[emotion])] += probabilities[:, column]
    return spread_other(grouped)
