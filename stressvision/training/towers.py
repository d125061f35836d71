"""The two networks whose features the expression head reads. Their weights stay as they are: only the head is trained.

`mobile` is OpenCV Zoo's facial_expression_recognition_mobilefacenet (Apache-2.0; MobileFaceNet, Chen et al. 2018),
trained on the faces of very many people, at 96 pixels. `residual` is the network of release 0.3.0, learnt from FER+
alone, at the 48 pixels of those pictures; its weights are read from that release's file.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.data import CLASSES, FloatArray
from stressvision.training.folding import FoldedBlock, FoldedConvolution, FoldedNetwork

SIZE = 96
"""Side of the picture in pixels: the eyes are then as far apart as in the pictures that `mobile` learnt from."""

SHRINKING = 2
"""`residual` sees the picture averaged over squares of 2 pixels."""

GREY_DEVIATION = 0.47
"""Standard deviation of a face in the units that `mobile` expects ((x / 255 - 0.5) / 0.5); ours is one."""

MOBILE_EYES = (38.3, 73.5, 51.6)
"""Where `mobile` expects the eyes in its picture of 112 pixels: image-left and image-right x, and y."""

# Strides of the bottlenecks; one of stride 1 has a shortcut.
STRIDES = (2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1)
RESIDUAL_BLOCKS = ((False, 1), (False, 1), (True, 2), (False, 1), (True, 2), (False, 1))
"""Of the blocks of `residual`: whether there is a convolution in the shortcut, and the stride."""


@dataclass(frozen=True)
class MobileLayer:
    """A convolution of `mobile` and the slopes of what follows it, none where nothing does.

    kernel [outputs,inputs,height,width] as in ONNX; depthwise where `groups` is above one.
    """

    kernel: FloatArray
    bias: FloatArray
    stride: int
    groups: int
    slopes: FloatArray | None


@dataclass(frozen=True)
class Towers:
    """Both networks: the layers of `mobile` in the order of its graph, and `residual`."""

    mobile: tuple[MobileLayer, ...]
    residual: FoldedNetwork


def read_towers(mobile: Path, residual: Path, eyes: tuple[tuple[float, float], tuple[float, float]]) -> Towers:
    """Read both files; `eyes`: where our picture has them. Raises InvalidInput where one holds another network."""
    return Towers(_read_mobile(mobile, eyes), _read_residual(residual))


def _refuse(path: Path, error: object, field: str) -> InvalidInput:
    spanish, english = f"No se puede leer {path}: {error!r}", f"{path} cannot be read: {error!r}"
    return InvalidInput(Message(spanish, english), field=field)


def _read_mobile(path: Path, eyes: tuple[tuple[float, float], tuple[float, float]]) -> tuple[MobileLayer, ...]:
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import numpy_helper

    try:
        graph = onnx.load(str(path)).graph
    except (OSError, DecodeError) as error:
        raise _refuse(path, error, "mobile") from error
    tensors = {each.name: np.array(numpy_helper.to_array(each), np.float32) for each in graph.initializer}
    slopes = {node.input[0]: tensors[node.input[1]].ravel() for node in graph.node if node.op_type == "PRelu"}
    layers = []
    for node in graph.node:
        if node.op_type == "Conv":
            given = {each.name: each for each in node.attribute}
            kernel = tensors[node.input[1]]
            stride, groups = int(given["strides"].ints[0]), int(given["group"].i)
            layers.append(MobileLayer(kernel, tensors[node.input[2]], stride, groups, slopes.get(node.output[0])))
    if len(layers) != 2 + 3 * len(STRIDES) + 3 or layers[-2].kernel.shape[-1] != 7:
        raise _refuse(path, "another network", "mobile")
    if max(float(layer.slopes.max()) for layer in layers if layer.slopes is not None) > 1:
        raise _refuse(path, "slopes above one", "mobile")
    entry, gather = layers[0], layers[-2]
    grey = entry.kernel.sum(axis=1, keepdims=True) * np.float32(GREY_DEVIATION)
    layers[0] = MobileLayer(np.asarray(grey, np.float32), entry.bias, entry.stride, 1, entry.slopes)
    moved = shift_kernel(gather.kernel, eyes)
    layers[-2] = MobileLayer(moved, gather.bias, 1, gather.groups, gather.slopes)
    return tuple(layers)


def shift_kernel(kernel: FloatArray, eyes: tuple[tuple[float, float], tuple[float, float]]) -> FloatArray:
    """Return the last depthwise kernel [C,1,7,7], for 112 pixels, cut to our picture, which shows less around a face.

    Bilinear between its weights, and scaled so that the sum over fewer of them stays the same.
    """
    side = SIZE // 16
    left, right, height = MOBILE_EYES
    across = ((left + right) / 2 - (eyes[0][0] + eyes[1][0]) / 2) / 16
    down = (height - eyes[0][1]) / 16
    last = kernel.shape[-1] - 1
    columns, rows = (np.clip(np.arange(side) + move, 0, last) for move in (across, down))
    weights = []
    for places in (rows, columns):
        low = np.minimum(places.astype(int), last - 1)
        matrix = np.zeros((side, last + 1), np.float32)
        matrix[np.arange(side), low] = 1 - (places - low)
        matrix[np.arange(side), low + 1] = places - low
        weights.append(matrix)
    cut = np.einsum("ya,coab,xb->coyx", weights[0], kernel, weights[1])
    return np.asarray(cut * ((last + 1) / side) ** 2, np.float32)


def _read_residual(path: Path) -> FoldedNetwork:
    try:
        layers = _read_layers(path)
        expected = 2 + sum(2 + shortcut for shortcut, _ in RESIDUAL_BLOCKS)
        if len(layers) != expected or len(layers[-1][1]) != len(CLASSES):
            raise ValueError(f"{len(layers)} layers")
    except (OSError, ValueError, RuntimeError) as error:
        raise _refuse(path, error, "residual") from error
    turned = iter([np.ascontiguousarray(kernel.transpose(1, 2, 3, 0)) for kernel, _ in layers[:-1]])
    biases = iter([bias for _, bias in layers[:-1]])

    def take(stride: int) -> FoldedConvolution:
        return FoldedConvolution(next(turned), next(biases), stride)

    entry = take(2)
    blocks = []
    for widened, stride in RESIDUAL_BLOCKS:
        shortcut = take(1) if widened else None
        blocks.append(FoldedBlock(take(stride), take(1), shortcut, stride))
    head, bias = layers[-1]
    return FoldedNetwork(entry, tuple(blocks), np.ascontiguousarray(head.T), bias)


def _read_layers(path: Path) -> list[tuple[FloatArray, FloatArray]]:
    """Return kernels and biases of a TFLite file's convolutions and of its head, in the order in which they run."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter: Any = Interpreter(model_content=path.read_bytes(), num_threads=1)
    interpreter.allocate_tensors()
    details = {each["index"]: each for each in interpreter.get_tensor_details()}

    def read(index: int) -> FloatArray:
        scales = details[index]["quantization_parameters"]["scales"]
        values = interpreter.get_tensor(index)
        return np.asarray(values * scales.reshape(-1, *[1] * (values.ndim - 1)), np.float32)

    wanted = ("CONV_2D", "FULLY_CONNECTED")
    operations = [each for each in interpreter._get_ops_details() if each["op_name"] in wanted]
    return [(read(int(each["inputs"][1])), read(int(each["inputs"][2]))) for each in operations]
