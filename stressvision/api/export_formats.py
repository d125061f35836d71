"""Detection exports as text, one page of rows at a time: JSON as the API's lists, CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Annotated, get_args, get_origin

from pydantic import TypeAdapter

from stressvision.core.clock import to_wire
from stressvision.core.spreadsheets import escape_formula
from stressvision.domain.emotions import Emotion
from stressvision.services.exports import DetectionStream, Page
from stressvision.wire.backend import StoredDetection
from stressvision.wire.values import Box

Cell = int | float | str | bool | datetime | None

_PAGE = TypeAdapter(list[StoredDetection])
_NEXT = TypeAdapter(str | None)
_NESTED: dict[str, tuple[tuple[str, type], ...]] = {
    "emotion_vector": tuple((str(emotion), float) for emotion in Emotion),
    "bounding_box": tuple((side, int) for side in Box.model_fields),
}
"""Nested JSON fields, and the columns they become in a flat table."""


class ExportFormat(StrEnum):
    """Value of the query parameter `format`."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES = {
    ExportFormat.JSON: "application/json",
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


def write_json(stream: DetectionStream, pages: Iterator[Page], total: int) -> Iterator[bytes]:
    """Yield a JSON document of the form of `DetectionList`, in pieces."""
    yield b'{"detections":['
    separator = b""
    for page in pages:
        yield separator + _PAGE.dump_json(page)[1:-1]
        separator = b","
    yield b'],"total":%d,"next_cursor":%s}' % (total, _NEXT.dump_json(stream.next_cursor))


def write_csv(pages: Iterator[Page]) -> Iterator[str]:
    """Yield a header, then one line per detection; times are in UTC as ISO 8601."""
    yield _format_lines([list(list_columns())])
    for page in pages:
        yield _format_lines([[_format_cell(value) for value in flatten(detection)] for detection in page])


def list_columns() -> dict[str, type]:
    """Return the name and type (int, float, str, bool or datetime) of each column of CSV and Parquet, in order."""
    columns: dict[str, type] = {}
    for name, field in StoredDetection.model_fields.items():
        if name in _NESTED:
            columns |= {f"{name}_{part}": kind for part, kind in _NESTED[name]}
        elif name == "odd_fields":
            columns[name] = str
        else:
            columns[name] = _cell_type(field.annotation)
    return columns


def flatten(detection: StoredDetection) -> Iterator[Cell]:
    """Yield one detection's cells, in the order of `list_columns`."""
    for name in StoredDetection.model_fields:
        value = getattr(detection, name)
        if name == "emotion_vector":
            yield from ((value or {}).get(part) for part, _ in _NESTED[name])
        elif name == "bounding_box":
            yield from (getattr(value, part, None) for part, _ in _NESTED[name])
        elif name == "odd_fields":
            yield " ".join(value)
        else:
            yield value


def _cell_type(annotation: object) -> type:
    """Return the type in an annotation, without None and without pydantic's metadata."""
    if isinstance(annotation, type) and annotation is not NoneType:
        return annotation
    parts = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return next(_cell_type(part) for part in parts if part is not NoneType)


def _format_lines(table: Sequence[Sequence[Cell]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue()


def _format_cell(value: Cell) -> Cell:
    if isinstance(value, str):
        return escape_formula(value)
    return to_wire(value) if isinstance(value, datetime) else value
