"""dlib's face network outside dlib: its installed weights as an ONNX graph for OpenCV's dnn module.

dlib runs its own network in plain loops: 79 ms a face on one x86-64 core. The same weights take 10 ms in OpenCV's dnn,
and the embeddings differ by less than 0.0001 (docs/performance.md). The architecture is `anet_type` of dlib's example
`dnn_face_recognition_ex.cpp`; each batch normalisation is folded into the convolution before it.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.vision.networks import FACE_ENCODER, Frame, Tensor, find_model
from stressvision.vision.recognition.onnx import Attribute, Graph

CHIP_SIZE = 150
"""Side of the aligned face in pixels."""

_MEAN_RGB = (122.782, 117.001, 104.298)
_SCALE = 1 / 256
"""As dlib's input layer has them."""

_CONVOLUTION_OFFSETS = (
    352, 19168, 19400, 19528, 19826, 56690, 56920, 57048, 57289, 94153, 94383, 94511, 94796, 131660, 131890, 132018,
    132259, 169123, 169353, 169481, 169766, 206630, 206860, 206988, 207229, 244093, 244323, 244451, 244736, 318464,
    318822, 319078, 319447, 466903, 467261, 467517, 467987, 615443, 615801, 616057, 616426, 763882, 764240, 764496,
    764909, 912365, 912723, 912979, 913348, 1060804, 1061162, 1061418, 1061831, 1209287, 1209645, 1209901, 1210270,
    1357726, 1358084, 1358340, 1358754, 1653666, 1654281, 1654793, 1655419, 2245243, 2245858, 2246370, 2247097, 2836921,
    2837536, 2838048, 2838674, 3428498, 3429113, 3429625, 3430295, 4020119, 4020734, 4021246, 4021872, 4611696, 4612311,
    4612823, 4613493, 5793141, 5794271, 5795295, 5796435, 8155731, 8156862, 8157886, 8159127, 10518423, 10519554,
    10520578, 10521718, 12881014, 12882145, 12883169, 12884353, 15243649, 15244780, 15245804, 15246944, 17606240,
    17607371, 17608395, 17609579, 19968875, 19970006, 19971030, 19972170, 22331466, 22332597, 22333621,
)  # fmt: skip
"""Byte offsets in the weights file of each convolution's filters, bias, batch-norm scale and batch-norm shift."""
_PROJECTION_OFFSET = 22334922
"""Byte offset of the last layer: a matrix [256, 128] without bias."""

_STAGES = (
    (32, (False, False, False)),
    (64, (True, False, False, False)),
    (128, (True, False, False)),
    (256, (True, False, False)),
    (256, (True,)),
)
"""Channels of each stage, and for each of its blocks whether it halves the picture."""


class EncoderNetwork:
    """The face network, on one thread. Not for several threads at once."""

    def __init__(self) -> None:
        """Load the network. Raises ModelUnavailable where the weights file is missing or is another one."""
        weights = find_model(FACE_ENCODER).read_bytes()
        model = np.frombuffer(_Builder(weights).build(), np.uint8)
        self._network = cv2.dnn.readNetFromONNX(model)
        self._network.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)

    def run(self, chip: Frame) -> Tensor:
        """Return the embedding [128] of an aligned face: RGB, uint8 [150, 150, 3]."""
        self._network.setInput(cv2.dnn.blobFromImage(chip, _SCALE, mean=_MEAN_RGB))
        embedding: Tensor = self._network.forward()[0].astype(np.float32)
        return embedding


@dataclass
class _Builder:
    """Adds the layers one after the other; `_size` follows the side of the feature map in pixels."""

    weights: bytes
    graph: Graph = field(default_factory=Graph)
    _convolutions: int = 0
    _channels: int = 3
    _size: int = CHIP_SIZE

    def build(self) -> bytes:
        value = self._convolve("input", 32, kernel=7, stride=2)
        value = self.graph.add("Relu", value)
        value = self._pool("MaxPool", value, kernel=3)
        for channels, blocks in _STAGES:
            for halves in blocks:
                value = self._residual(value, channels, halves=halves)
        value = self.graph.add("Flatten", self.graph.add("GlobalAveragePool", value))
        projection = self.graph.constant(self._read(_PROJECTION_OFFSET, (256, 128)))
        value = self.graph.add("MatMul", value, projection)
        return self.graph.encode("input", (1, 3, CHIP_SIZE, CHIP_SIZE), value, (1, 128))

    def _residual(self, value: str, channels: int, *, halves: bool) -> str:
        before, size = self._channels, self._size
        inner = self._convolve(value, channels, kernel=3, stride=2 if halves else 1)
        inner = self._convolve(self.graph.add("Relu", inner), channels, kernel=3)
        if halves:
            inner_size, self._size = self._size, size
            value = self._pool("AveragePool", value, kernel=2)
            # dlib adds tensors of unlike shapes as if the smaller one had zeros below, to the right and in front.
            inner = self._extend(inner, 0, self._size - inner_size)
            value = self._extend(value, channels - before, 0)
        return self.graph.add("Relu", self.graph.add("Add", inner, value))

    def _convolve(self, value: str, channels: int, *, kernel: int, stride: int = 1) -> str:
        filters, bias, scale, shift = (
            self._read(offset, shape)
            for offset, shape in zip(
                _CONVOLUTION_OFFSETS[4 * self._convolutions :][:4],
                ((channels, self._channels, kernel, kernel), (channels,), (channels,), (channels,)),
                strict=True,
            )
        )
        self._convolutions += 1
        self._channels = channels
        padding = 0 if stride > 1 else kernel // 2
        self._size = (self._size + 2 * padding - kernel) // stride + 1
        return self.graph.add(
            "Conv",
            value,
            self.graph.constant(filters * scale[:, None, None, None]),
            self.graph.constant(bias * scale + shift),
            kernel_shape=(kernel, kernel),
            strides=(stride, stride),
            pads=(padding,) * 4,
        )

    def _pool(self, operator: str, value: str, *, kernel: int) -> str:
        self._size = (self._size - kernel) // 2 + 1
        return self.graph.add(operator, value, kernel_shape=(kernel, kernel), strides=(2, 2))

    def _extend(self, value: str, channels: int, pixels: int) -> str:
        if not channels and not pixels:
            return value
        pads: Attribute = (0, 0, 0, 0, 0, channels, pixels, pixels)
        return self.graph.add("Pad", value, pads=pads)

    def _read(self, offset: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
        count = int(np.prod(shape))
        return np.frombuffer(self.weights, "<f4", count, offset).reshape(shape)
