"""Detections as a table: the columns that CSV and Parquet share, with what is nested in JSON laid out flat.

And how a text stands in any table that a spreadsheet opens.
"""

from collections.abc import Iterator
from datetime import datetime
from types import NoneType
from typing import Annotated, get_args, get_origin

from stressvision.domain.emotions import Emotion
from stressvision.wire.backend import StoredDetection
from stressvision.wire.values import Box, Moment, WireModel

Cell = int | float | str | bool | datetime | None

_NESTED: dict[str, tuple[tuple[str, type], ...]] = {
    "emotion_vector": tuple((str(emotion), float) for emotion in Emotion),
    "bounding_box": tuple((side, int) for side in Box.model_fields),
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ParquetRequest(WireModel):
    """What the process that writes Parquet reads on its standard input (docs/adr/0017)."""

    start: Moment | None
    end: Moment | None
    employee_id: int | None
    emotion: Emotion | None
    cursor: str | None
    limit: int | None


def columns() -> dict[str, type]:
    """Name and kind (int, float, str, bool or datetime) of each column, in order."""
    found: dict[str, type] = {}
    for name, field in StoredDetection.model_fields.items():
        if name in _NESTED:
            found |= {f"{name}_{part}": kind for part, kind in _NESTED[name]}
        else:
            found[name] = _kind_of(field.annotation)
    return found


def flatten(detection: StoredDetection) -> Iterator[Cell]:
    """One detection's cells, in the columns' order."""
    for name in StoredDetection.model_fields:
        value = getattr(detection, name)
        if name == "emotion_vector":
            yield from ((value or {}).get(part) for part, _ in _NESTED[name])
        elif name == "bounding_box":
            yield from (getattr(value, part, None) for part, _ in _NESTED[name])
        else:
            yield value


def without_formula(text: str) -> str:
    """A leading apostrophe keeps a spreadsheet from running a text as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _kind_of(annotation: object) -> type:
    """What is left of an annotation without None and without what pydantic is told beside it."""
    if isinstance(annotation, type) and annotation is not NoneType:
        return annotation
    parts = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return next(_kind_of(part) for part in parts if part is not NoneType)
