"""A writer of TFLite models, as small as the one network that needs it.

TensorFlow's converter would do the same with 1.5 GB of packages on a device that must stay small, and one of the two
interpreters brings no FlatBuffers library. The format: FlatBuffers (https://flatbuffers.dev/internals/) as in
schema.fbs (https://github.com/google-ai-edge/LiteRT/blob/main/tflite/converter/schema/schema.fbs).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Byte:
    """A number of one byte."""

    value: int


Bytes = npt.NDArray[np.uint8]
Value = int | Byte | Bytes | str | list[int] | dict[int, "Value"] | list[dict[int, "Value"]]
"""An int has four bytes; a dictionary is a table: its fields by their place in the schema, without default values."""
Table = dict[int, Value]


class Operator(Enum):
    """Operators: the code in BuiltinOperator, and that of their options in BuiltinOptions."""

    ADD = (0, 11)
    AVERAGE_POOL_2D = (1, 5)
    CONV_2D = (3, 1)
    FULLY_CONNECTED = (9, 8)
    MAX_POOL_2D = (17, 5)
    PAD = (34, 22)
    MEAN = (40, 27)


RELU = Byte(1)
"""Activation that an operator applies to its result."""
VALID = Byte(1)
"""No padding; the default is SAME: as many zeros around the picture as keep its size."""

_SCHEMA_VERSION = 3
_IDENTIFIER = b"TFL3"
_TYPES = {np.dtype(np.float32): 0, np.dtype(np.int32): 2}
_ALIGNMENT = 16
"""Of the content of tensors, in bytes."""


class Graph:
    """A graph of operators on tensors, which are known by their numbers."""

    def __init__(self) -> None:
        self._tensors: list[Table] = []
        self._operators: list[Table] = []
        self._codes: list[Operator] = []
        self._buffers: list[Table] = [{}]  # the first one stands for none

    def tensor(self, shape: Sequence[int]) -> int:
        """Add a tensor of float32 that is computed, or is the input, and return its number."""
        self._tensors.append({0: list(shape), 3: f"t{len(self._tensors)}"})
        return len(self._tensors) - 1

    def constant(self, values: npt.NDArray[np.float32] | npt.NDArray[np.int32]) -> int:
        """Add a tensor of weights or sizes and return its number."""
        number = self.tensor(values.shape)
        self._tensors[number] |= {1: Byte(_TYPES[values.dtype]), 2: len(self._buffers)}
        self._buffers.append({0: np.ascontiguousarray(values).reshape(-1).view(np.uint8)})
        return number

    def add(self, operator: Operator, inputs: list[int], shape: Sequence[int], options: Table) -> int:
        """Add an operator on `inputs` and return the number of its one result, of that shape."""
        if operator not in self._codes:
            self._codes.append(operator)
        result = self.tensor(shape)
        kind = Byte(operator.value[1])
        self._operators.append({0: self._codes.index(operator), 1: inputs, 2: [result], 3: kind, 4: options})
        return result

    def encode(self, source: int, result: int) -> bytes:
        """Return the model file of the graph from its input `source` to its output `result`."""
        codes: list[Table] = [{0: Byte(each.value[0]), 2: 1, 3: each.value[0]} for each in self._codes]
        subgraph: Table = {0: self._tensors, 1: [source], 2: [result], 3: self._operators}
        return _Writer().write({0: _SCHEMA_VERSION, 1: codes, 2: [subgraph], 4: self._buffers})


class _Writer:
    """Writes each table and vector after what refers to it, since references count forward."""

    def __init__(self) -> None:
        self._file = bytearray(struct.pack("<I4s", 0, _IDENTIFIER))

    def write(self, root: Table) -> bytes:
        self._refer(0, root)
        return bytes(self._file)

    def _refer(self, place: int, value: Value) -> None:
        """Write a value at the end, and at `place` how far it is from there."""
        match value:
            case str():
                at = self._vector(value.encode() + b"\0", len(value))
            case dict():
                at = self._table(value)
            case np.ndarray():
                at = self._vector(value.data, len(value))
            case list():
                tables = [each for each in value if isinstance(each, dict)]
                numbers = [0 if isinstance(each, dict) else each for each in value]
                at = self._vector(struct.pack(f"<{len(numbers)}i", *numbers), len(numbers))
                for index, table in enumerate(tables):
                    self._refer(at + 4 + 4 * index, table)
            case _:
                raise TypeError(type(value))
        struct.pack_into("<I", self._file, place, at - place)

    def _vector(self, content: bytes | memoryview, length: int) -> int:
        self._align(_ALIGNMENT, ahead=4)
        at = len(self._file)
        self._file += struct.pack("<I", length)
        self._file += content
        return at

    def _table(self, fields: Table) -> int:
        """Write a table: where each field lies in it, then the fields, those of four bytes first."""
        order = sorted(fields, key=lambda key: isinstance(fields[key], Byte))
        places = dict(zip(order, _find_places([fields[key] for key in order]), strict=True))
        count = max(fields, default=-1) + 1
        size = 4 + sum(1 if isinstance(value, Byte) else 4 for value in fields.values())
        self._align(4, ahead=4 + 2 * count)
        start = len(self._file)
        self._file += struct.pack(f"<{2 + count}H", 4 + 2 * count, size, *(places.get(key, 0) for key in range(count)))
        at = len(self._file)
        self._file += struct.pack("<i", at - start) + bytes(size - 4)
        for key, value in fields.items():
            if isinstance(value, Byte):
                self._file[at + places[key]] = value.value
            elif isinstance(value, int):
                struct.pack_into("<i", self._file, at + places[key], value)
            else:
                self._refer(at + places[key], value)
        return at

    def _align(self, multiple: int, *, ahead: int) -> None:
        """Append zeros until what follows after `ahead` more bytes is at a multiple."""
        self._file += bytes(-(len(self._file) + ahead) % multiple)


def _find_places(values: list[Value]) -> list[int]:
    """Return where the fields of a table begin: fields of four bytes first."""
    places, at = [], 4
    for value in values:
        places.append(at)
        at += 1 if isinstance(value, Byte) else 4
    return places
