"""From a trained network to the file that ships: normalisation folded in, builtin operations only, and its card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from torch import nn

from stressvision.training.card import write_with_card
from stressvision.training.data import CLASSES, PICTURE_SIZE, SMALLEST_DEVIATION, FloatArray
from stressvision.training.network import Convolution, ResidualBlock, ResidualNetwork

Precision = Literal["float32", "float16", "int8"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")

# Where BlazeFace sees the eyes in FER2013 pictures: medians over 1,327 found faces of a sample of 1,500,
# made symmetric, in pixels whose centres are whole numbers (`python -m stressvision.training prepare` repeats it).
CANONICAL_LEFT_EYE = (14.9, 18.7)
CANONICAL_RIGHT_EYE = (32.1, 18.7)

# The run-time views: 5 % nearer, 1.5 pixels up and down. On eye-aligned validation pictures their mean is as good as
# a single crop, and it depends less on where exactly a detector puts the eyes.
NEARER = 1.05
APART = 1.5


@dataclass(frozen=True)
class FoldedConvolution:
    """A convolution with its normalisation folded in: kernel [height,width,inputs,outputs], bias [outputs]."""

    kernel: FloatArray
    bias: FloatArray
    stride: int


@dataclass(frozen=True)
class FoldedBlock:
    """A residual block of folded convolutions."""

    first: FoldedConvolution
    second: FoldedConvolution
    shortcut: FoldedConvolution | None
    stride: int


@dataclass(frozen=True)
class FoldedNetwork:
    """Everything a shipped network computes: entry, blocks, and the class head ([features,C] and [C])."""

    entry: FoldedConvolution
    blocks: tuple[FoldedBlock, ...]
    head: FloatArray
    head_bias: FloatArray


def fold_convolution(convolution: Convolution) -> FoldedConvolution:
    """Multiply a convolution by its batch normalisation, as it stands in evaluation."""
    weights = convolution.state_dict()
    scale = weights["norm.weight"] / (weights["norm.running_var"] + convolution.norm.eps).sqrt()
    kernel = weights["kernel.weight"] * scale[:, None, None, None]
    bias = weights["norm.bias"] - weights["norm.running_mean"] * scale
    return FoldedConvolution(np.ascontiguousarray(kernel.permute(2, 3, 1, 0).numpy()), bias.numpy(), convolution.stride)


def fold_block(block: ResidualBlock) -> FoldedBlock:
    """Fold the two or three convolutions of a residual block."""
    shortcut = None if block.shortcut is None else fold_convolution(block.shortcut)
    return FoldedBlock(fold_convolution(block.first), fold_convolution(block.second), shortcut, block.stride)


def fold_network(network: nn.Module) -> FoldedNetwork:
    """Fold a trained network for export."""
    if not isinstance(network, ResidualNetwork):
        raise TypeError(f"a ResidualNetwork is needed, not {type(network).__name__}")
    blocks = tuple(fold_block(block) for block in network.blocks if isinstance(block, ResidualBlock))
    return FoldedNetwork(
        fold_convolution(network.entry),
        blocks,
        network.classes.weight.detach().numpy().T.copy(),
        network.classes.bias.detach().numpy().copy(),
    )


def raise_neutral(folded: FoldedNetwork, offset: float) -> FoldedNetwork:
    """The network with the calibration's offset added to its neutral bias."""
    bias = folded.head_bias.copy()
    bias[CLASSES.index("neutral")] += np.float32(offset)
    return replace(folded, head_bias=bias)


def convert_network(folded: FoldedNetwork, precision: Precision, samples: FloatArray) -> bytes:
    """Convert to TFLite in one precision; `samples` float32 [N,H,W], standardised, set the int8 ranges."""
    import tensorflow as tf

    def convolve(features: Any, layer: FoldedConvolution) -> Any:
        summed = tf.nn.conv2d(features, layer.kernel, layer.stride, "SAME")
        return tf.nn.bias_add(summed, layer.bias)

    def answer(picture: Any) -> Any:
        features = tf.nn.relu(convolve(picture, folded.entry))
        for block in folded.blocks:
            inner = tf.nn.relu(convolve(features, block.first))
            if block.shortcut is not None:
                if block.stride == 2:
                    features = tf.nn.avg_pool2d(features, 2, 2, "VALID")
                features = convolve(features, block.shortcut)
            features = tf.nn.relu(convolve(inner, block.second) + features)
        pooled = tf.reduce_mean(features, axis=[1, 2])
        return tf.matmul(pooled, folded.head) + folded.head_bias

    def sample_inputs() -> Iterable[list[FloatArray]]:
        for sample in samples:
            yield [sample[None, :, :, None]]

    signature = tf.TensorSpec([1, *samples.shape[1:], 1], tf.float32, name="picture")
    traced = tf.function(answer, input_signature=[signature]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced])
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if precision == "int8":
        converter.representative_dataset = sample_inputs
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return bytes(converter.convert())


def place_views() -> list[dict[str, tuple[float, float]]]:
    """The views for the card: canonical eye points moved apart by NEARER, and up and down by APART."""
    (left, height), (right, _) = CANONICAL_LEFT_EYE, CANONICAL_RIGHT_EYE
    middle, reach = (left + right) / 2, (right - left) / 2 * NEARER
    return [
        {"left_eye": (round(middle - reach, 2), height + move), "right_eye": (round(middle + reach, 2), height + move)}
        for move in (-APART, APART)
    ]


def write_model(content: bytes, temperature: float, figures: Mapping[str, object], folder: Path) -> None:
    """Write the model and the card that the run-time wrapper checks it against."""
    description = {
        "input": {
            "size": PICTURE_SIZE,
            "channels": "grey, 0-255, float32 [1,48,48,1]",
            "normalisation": "(x - mean) / max(standard deviation, smallest_deviation), each face by itself",
            "smallest_deviation": SMALLEST_DEVIATION,
        },
        "views": place_views(),
        "views_meaning": "similarity transforms that put BlazeFace's eye points here, in pixels, image-left eye first; "
        "the probabilities of all views are averaged",
        "classes": {name: name for name in CLASSES},
        "output": "logits",
        "temperature": temperature,
        "baseline": {"typical": [0.0] * len(CLASSES), "strength": 0.0, "bound": 0.0},
        "measured": dict(figures),
    }
    write_with_card(folder / "expression.tflite", content, description)
