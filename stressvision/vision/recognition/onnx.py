"""A writer of ONNX models, as small as the one network that needs it.

The `onnx` package would do the same with 60 MB of wheels (protobuf, ml_dtypes) on a device that must stay small. The
format: protocol buffers as in onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Attribute = tuple[int, ...]
"""An operator's attribute: a list of integers."""

_IR_VERSION = 4
_OPERATORS = 9
"""The set of operators; from 11 on, the paddings of Pad are an input."""
_FLOAT, _INTS = 1, 7
"""TensorProto.DataType.FLOAT and AttributeProto.AttributeType.INTS."""


class Graph:
    """A graph of operators; each returns the name of its one result."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, values: npt.NDArray[np.float32]) -> str:
        """Add a tensor of weights and return its name."""
        name = f"c{len(self._constants)}"
        content = np.ascontiguousarray(values, "<f4").tobytes()
        dimensions = b"".join(_number(1, size) for size in values.shape)
        self._constants.append(dimensions + _number(2, _FLOAT) + _text(8, name) + _bytes(9, content))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """Add an operator on `inputs` and return the name of its result."""
        name = f"n{len(self._nodes)}"
        node = b"".join(_text(1, value) for value in inputs) + _text(2, name) + _text(3, name) + _text(4, operator)
        for key, values in attributes.items():
            numbers = b"".join(_number(8, value) for value in values)
            node += _bytes(5, _text(1, key) + numbers + _number(20, _INTS))
        self._nodes.append(node)
        return name

    def encode(self, source: str, source_shape: Sequence[int], result: str, result_shape: Sequence[int]) -> bytes:
        """Return the model file of the graph from its input `source` to its output `result`."""
        graph = b"".join(
            [
                *(_bytes(1, node) for node in self._nodes),
                _text(2, "network"),
                *(_bytes(5, tensor) for tensor in self._constants),
                _bytes(11, _value(source, source_shape)),
                _bytes(12, _value(result, result_shape)),
            ]
        )
        return _number(1, _IR_VERSION) + _bytes(7, graph) + _bytes(8, _number(2, _OPERATORS))


def _value(name: str, shape: Sequence[int]) -> bytes:
    dimensions = b"".join(_bytes(1, _number(1, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dimensions)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
