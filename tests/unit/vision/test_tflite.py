"""Models written by the writer, run by the interpreter."""

import numpy as np

from stressvision.vision.networks import Network
from stressvision.vision.recognition.tflite import RELU, VALID, Byte, Graph, Operator, Table


def test_a_convolution_with_padding_and_activation() -> None:
    rng = np.random.default_rng(1)
    filters = rng.normal(size=(4, 3, 3, 2)).astype(np.float32)
    picture = rng.normal(size=(1, 7, 7, 2)).astype(np.float32)
    graph = Graph()
    source = graph.tensor((1, 7, 7, 2))
    ring = graph.constant(np.array([[0, 0], [0, 1], [0, 1], [0, 0]], np.int32))
    padded = graph.add(Operator.PAD, [source, ring], (1, 8, 8, 2), {})
    constants = [graph.constant(filters), graph.constant(np.array([0.5, 0, -0.5, 1], np.float32))]
    options: Table = {0: VALID, 1: 1, 2: 1, 3: RELU, 4: 1, 5: 1}
    result = graph.add(Operator.CONV_2D, [padded, *constants], (1, 6, 6, 4), options)

    (found,) = Network(graph.encode(source, result), "model").run(picture)

    around = np.pad(picture[0], ((0, 1), (0, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(around, (3, 3), (0, 1))
    expected = np.einsum("yxcij,oijc->yxo", windows, filters) + np.array([0.5, 0, -0.5, 1])
    np.testing.assert_allclose(found[0], np.maximum(expected, 0), atol=1e-5)


def test_content_of_tensors_is_aligned() -> None:
    graph = Graph()
    source = graph.tensor((1, 5))
    values = [np.full((1, 5), 1000 + index, np.float32) for index in range(3)]
    result = source
    for value in values:
        result = graph.add(Operator.ADD, [result, graph.constant(value)], (1, 5), {0: Byte(0)})
    content = graph.encode(source, result)

    assert [content.index(value.tobytes()) % 16 for value in values] == [0, 0, 0]
    (found,) = Network(content, "model").run(np.zeros((1, 5), np.float32))
    assert found.tolist() == [[3003.0] * 5]
