"""An export as text, page by page: JSON as the lists of the API are, CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from stressvision.api.media import preferred
from stressvision.core.clock import to_wire
from stressvision.services.exports import DetectionStream, Page
from stressvision.wire.backend import StoredDetection
from stressvision.wire.exports import Cell, columns, flatten, without_formula

_PAGE = TypeAdapter(list[StoredDetection])
_NEXT = TypeAdapter(str | None)


class ExportFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES = {
    ExportFormat.JSON: "application/json",
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


def accepted_format(accept: str) -> ExportFormat:
    """The one that an Accept header prefers; JSON where it prefers none of them."""
    offered = {media_type.partition(";")[0]: kind for kind, media_type in MEDIA_TYPES.items()}
    return preferred(accept, offered, ExportFormat.JSON)


def write_json(stream: DetectionStream, pages: Iterator[Page], total: int) -> Iterator[bytes]:
    """What DetectionList describes."""
    yield b'{"detections":['
    separator = b""
    for page in pages:
        yield separator + _PAGE.dump_json(page)[1:-1]
        separator = b","
    yield b'],"total":%d,"next_cursor":%s}' % (total, _NEXT.dump_json(stream.next_cursor))


def write_csv(pages: Iterator[Page]) -> Iterator[str]:
    """A header, then one line a detection, times in UTC as ISO 8601."""
    yield _lines([list(columns())])
    for page in pages:
        yield _lines([[_cell(value) for value in flatten(detection)] for detection in page])


def _lines(table: Sequence[Sequence[Cell]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue()


def _cell(value: Cell) -> Cell:
    if isinstance(value, str):
        return without_formula(value)
    return to_wire(value) if isinstance(value, datetime) else value
