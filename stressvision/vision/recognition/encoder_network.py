"""dlib's face network outside dlib: its installed weights as a TFLite model for the interpreter of the other networks.

dlib runs its own network in plain loops: 76 ms a face on one x86-64 core. The same weights take 7 ms there, and the
embeddings differ by less than 0.0001 (docs/performance.md). The architecture is `anet_type` of dlib's example
`dnn_face_recognition_ex.cpp`; each batch normalisation is folded into the convolution before it.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stressvision.vision.networks import FACE_ENCODER, Frame, Network, Tensor, find_model
from stressvision.vision.recognition.tflite import RELU, VALID, Graph, Operator, Table

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
        """Load the network. Raises ModelUnavailable where weights file or interpreter are missing or are other ones."""
        self._network = Network(build_encoder(find_model(FACE_ENCODER).read_bytes()), FACE_ENCODER.path)

    def run(self, chip: Frame) -> Tensor:
        """Return the embedding [128] of an aligned face: RGB, uint8 [150, 150, 3]."""
        embedding: Tensor = self._network.run(chip[None].astype(np.float32))[0][0]
        return embedding


def build_encoder(weights: bytes) -> bytes:
    """Return the TFLite model of dlib's weights file, from RGB float32 [1, 150, 150, 3] in 0-255 to [1, 128]."""
    return _Builder(weights).build()


@dataclass
class _Builder:
    """Adds the layers one after the other; `_size` follows the side of the feature map in pixels."""

    weights: bytes
    graph: Graph = field(default_factory=Graph)
    _convolutions: int = 0
    _channels: int = 3
    _size: int = CHIP_SIZE

    def build(self) -> bytes:
        source = self.graph.tensor(self._shape)
        value = self._convolve(source, 32, kernel=7, stride=2, relu=True)
        value = self._pool(Operator.MAX_POOL_2D, value, kernel=3)
        for channels, blocks in _STAGES:
            for halves in blocks:
                value = self._residual(value, channels, halves=halves)
        axes = self.graph.constant(np.array([1, 2], np.int32))
        value = self.graph.add(Operator.MEAN, [value, axes], (1, 256), {})
        projection = self.graph.constant(self._read(_PROJECTION_OFFSET, (256, 128)).T)
        bias = self.graph.constant(np.zeros(128, np.float32))
        return self.graph.encode(
            source, self.graph.add(Operator.FULLY_CONNECTED, [value, projection, bias], (1, 128), {})
        )

    @property
    def _shape(self) -> tuple[int, ...]:
        return 1, self._size, self._size, self._channels

    def _residual(self, value: int, channels: int, *, halves: bool) -> int:
        before, size = self._channels, self._size
        inner = self._convolve(value, channels, kernel=3, stride=2 if halves else 1, relu=True)
        inner = self._convolve(inner, channels, kernel=3)
        if halves:
            inner_size, self._size, self._channels = self._size, size, before
            value = self._pool(Operator.AVERAGE_POOL_2D, value, kernel=2)
            self._channels = channels
            # dlib adds tensors of unlike shapes as if the smaller one had zeros below, to the right and in front.
            inner = self._extend(inner, 0, self._size - inner_size)
            value = self._extend(value, channels - before, 0)
        return self.graph.add(Operator.ADD, [inner, value], self._shape, {0: RELU})

    def _convolve(self, value: int, channels: int, *, kernel: int, stride: int = 1, relu: bool = False) -> int:
        filters, bias, scale, shift = (
            self._read(offset, shape)
            for offset, shape in zip(
                _CONVOLUTION_OFFSETS[4 * self._convolutions :][:4],
                ((channels, self._channels, kernel, kernel), (channels,), (channels,), (channels,)),
                strict=True,
            )
        )
        filters = filters * scale[:, None, None, None]
        bias = bias * scale + shift
        if not self._convolutions:
            filters = filters * np.float32(_SCALE)
            bias = bias - np.einsum("oihw,i->o", filters, np.array(_MEAN_RGB, np.float32))
        self._convolutions += 1
        self._channels = channels
        padding = 0 if stride > 1 else kernel // 2
        self._size = (self._size + 2 * padding - kernel) // stride + 1
        options: Table = {1: stride, 2: stride, 4: 1, 5: 1}
        if not padding:
            options[0] = VALID
        if relu:
            options[3] = RELU
        constants = [self.graph.constant(each) for each in (filters.transpose(0, 2, 3, 1), bias)]
        return self.graph.add(Operator.CONV_2D, [value, *constants], self._shape, options)

    def _pool(self, operator: Operator, value: int, *, kernel: int) -> int:
        self._size = (self._size - kernel) // 2 + 1
        return self.graph.add(operator, [value], self._shape, {0: VALID, 1: 2, 2: 2, 3: kernel, 4: kernel})

    def _extend(self, value: int, channels: int, pixels: int) -> int:
        """Append channels, or rows and columns, of zeros to a tensor; afterwards it has the current shape."""
        if not channels and not pixels:
            return value
        paddings = self.graph.constant(np.array([[0, 0], [0, pixels], [0, pixels], [0, channels]], np.int32))
        return self.graph.add(Operator.PAD, [value, paddings], self._shape, {})

    def _read(self, offset: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
        count = int(np.prod(shape))
        return np.frombuffer(self.weights, "<f4", count, offset).reshape(shape)
