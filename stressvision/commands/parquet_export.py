"""Helper process that writes a Parquet export: `python -m stressvision.commands.parquet_export`.

The backend starts it for one request: a ParquetRequest on standard input, the file on standard output. pyarrow needs as
much memory as the whole backend; it is released with this process (docs/adr/0017). The backend audits the request.
"""

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from stressvision.api.export_formats import Cell, flatten, list_columns
from stressvision.core.config import load_settings
from stressvision.core.program import run_program
from stressvision.db.engine.connection import Database
from stressvision.db.queries.detections.detections import DetectionFilter
from stressvision.services.context import Context
from stressvision.services.exports import DetectionStream, Page, read_first_page
from stressvision.services.paging import read_instant
from stressvision.wire.exports import ParquetRequest

ROW_GROUP_PAGES = 50
"""Pages per row group: readers load a whole row group, and this process holds one in memory."""

_TYPES = {
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
    bool: pa.bool_(),
    datetime: pa.timestamp("ms", tz="UTC"),
}


def main() -> int:
    """Read a request from standard input, write the export to standard output."""
    request = ParquetRequest.model_validate_json(sys.stdin.buffer.read())
    settings = load_settings().model_copy(update={"policy": request.policy})
    with closing(Database(settings.database_url)) as database:
        write_parquet(Context(database, settings), request, sys.stdout.buffer)
    return 0


def write_parquet(context: Context, request: ParquetRequest, sink: IO[bytes]) -> None:
    """Write the whole export to `sink`, which need not be seekable.

    Raises:
        DatabaseUnavailable: If the database cannot be read.
    """
    criteria = DetectionFilter(
        start=request.start,
        end=request.end,
        employee_id=request.employee_id,
        emotion=request.emotion,
        after=read_instant(request.cursor),
    )
    pages = read_first_page(DetectionStream(context, criteria, request.limit).read_pages())
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in list_columns().items()])
    with pq.ParquetWriter(_CountingFile(sink), schema, compression="zstd") as writer:
        rows: list[list[Cell]] = []
        for number, page in enumerate(pages, 1):
            rows += _to_rows(page)
            if number % ROW_GROUP_PAGES == 0:
                writer.write_table(_table(rows, schema))
                rows = []
        if rows:
            writer.write_table(_table(rows, schema))


class _CountingFile:
    """A pipe with a file position, which pyarrow requires of a file."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink
        self._written = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        self._written += len(data)
        return self._sink.write(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        self._sink.flush()

    def close(self) -> None:
        self._sink.flush()
        self.closed = True


def _to_rows(page: Page) -> list[list[Cell]]:
    return [list(flatten(detection)) for detection in page]


def _table(rows: Sequence[Sequence[Cell]], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


if __name__ == "__main__":
    raise SystemExit(run_program(main))
