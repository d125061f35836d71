"""From folded networks to TFLite files: builtin operations only, in three precisions."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np

from stressvision.training.data import FloatArray
from stressvision.training.folding import FoldedConvolution, FoldedNetwork
from stressvision.training.head import ClassifierHead
from stressvision.training.towers import SHRINKING, STRIDES, MobileLayer, Towers

Precision = Literal["float32", "float16", "int8"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")


def convert_network(folded: FoldedNetwork, precision: Precision, samples: FloatArray) -> bytes:
    """Convert to TFLite in one precision; `samples` float32 [N,H,W], standardised, set the int8 ranges."""

    def answer(picture: Any) -> Any:
        import tensorflow as tf

        return tf.matmul(pool_residual(folded, picture), folded.head) + folded.head_bias

    return convert_function(answer, precision, samples)


def convert_towers(towers: Towers, precision: Precision, samples: FloatArray) -> bytes:
    """Convert both towers without a head; `samples` as in `convert_network`."""

    def answer(picture: Any) -> Any:
        return join_towers(towers, picture)

    return convert_function(answer, precision, samples)


def convert_expression(towers: Towers, head: ClassifierHead, precision: Precision, samples: FloatArray) -> bytes:
    """Convert the whole expression network: towers and head; `samples` as in `convert_network`."""
    import tensorflow as tf

    def answer(picture: Any) -> Any:
        inner, start = head.hidden_bias, 0
        for features in join_towers(towers, picture):
            flat = tf.reshape(features, [1, -1])
            inner = inner + tf.matmul(flat, head.hidden[start : start + flat.shape[1]])
            start += flat.shape[1]
        return tf.matmul(tf.nn.relu(inner), head.classes) + head.classes_bias

    return convert_function(answer, precision, samples)


def join_towers(towers: Towers, picture: Any) -> tuple[Any, ...]:
    """Return features of a picture [1,S,S,1] in TensorFlow, distinguished by shape, in the order of the head's rows.

    `mobile`'s last [1,512], `residual`'s [1,128], and by thirds of the picture `mobile`'s of its last bottleneck
    [1,9,128] and of the one before its last stride [1,3,3,128].
    """
    import tensorflow as tf

    middle, late, last = apply_mobile(towers.mobile, picture)
    small = tf.nn.avg_pool2d(picture, SHRINKING, SHRINKING, "VALID")
    thirds = [tf.nn.avg_pool2d(each, each.shape[1] // 3, each.shape[1] // 3, "VALID") for each in (late, middle)]
    return last, pool_residual(towers.residual, small), tf.reshape(thirds[0], [1, 9, -1]), thirds[1]


def apply_mobile(layers: tuple[MobileLayer, ...], picture: Any) -> tuple[Any, Any, Any]:
    """Return `mobile` in TensorFlow: maps before its last stride and after its last bottleneck, features [1,512]."""
    import tensorflow as tf

    def convolve(features: Any, layer: MobileLayer) -> Any:
        edge, stride = (1 if layer.kernel.shape[-1] == 3 else 0), layer.stride
        way = "SAME" if edge and stride == 1 else "VALID"
        if edge and stride > 1:
            # TensorFlow's SAME would pad an even picture at the far edge only.
            features = tf.pad(features, [[0, 0], [edge, edge], [edge, edge], [0, 0]])
        if layer.groups > 1:
            turned = np.ascontiguousarray(layer.kernel.transpose(2, 3, 0, 1))
            summed = tf.nn.depthwise_conv2d(features, turned, [1, stride, stride, 1], way)
        else:
            summed = tf.nn.conv2d(features, np.ascontiguousarray(layer.kernel.transpose(2, 3, 1, 0)), stride, way)
        summed = tf.nn.bias_add(summed, layer.bias)
        # A parametric ReLU whose slopes are at most one. TFLite's own one is ten times slower in int8.
        return summed if layer.slopes is None else tf.maximum(summed, summed * layer.slopes)

    middle = features = convolve(convolve(picture, layers[0]), layers[1])
    for place, stride in enumerate(STRIDES):
        inner = features
        for layer in layers[2 + 3 * place : 5 + 3 * place]:
            inner = convolve(inner, layer)
        middle = features if stride > 1 else middle
        features = features + inner if stride == 1 else inner
    late = features
    for layer in layers[-3:]:
        features = convolve(features, layer)
    return middle, late, tf.reshape(features, [1, -1])


def pool_residual(folded: FoldedNetwork, picture: Any) -> Any:
    """Apply a residual network without its head in TensorFlow; return features [1,F] of a picture [1,H,W,1]."""
    import tensorflow as tf

    def convolve(features: Any, layer: FoldedConvolution) -> Any:
        summed = tf.nn.conv2d(features, layer.kernel, layer.stride, "SAME")
        return tf.nn.bias_add(summed, layer.bias)

    features = tf.nn.relu(convolve(picture, folded.entry))
    for block in folded.blocks:
        inner = tf.nn.relu(convolve(features, block.first))
        if block.shortcut is not None:
            if block.stride == 2:
                features = tf.nn.avg_pool2d(features, 2, 2, "VALID")
            features = convolve(features, block.shortcut)
        features = tf.nn.relu(convolve(inner, block.second) + features)
    return tf.reduce_mean(features, axis=[1, 2])


def convert_function(answer: Callable[[Any], Any], precision: Precision, samples: FloatArray) -> bytes:
    """Convert a function of one picture [1,H,W,1] to TFLite."""
    import tensorflow as tf

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
