"""The process that writes Parquet, and ends: `python -m stressvision.commands.parquet`.

For the backend alone: a ParquetRequest on standard input, the file on standard output. pyarrow takes as much memory as
the whole backend; it goes with this process (docs/adr/0017). Who asked was written down before it was started.
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
from stressvision.db.queries.detections import DetectionFilter
from stressvision.services.context import Context
from stressvision.services.exports import DetectionStream, Page, prime
from stressvision.services.paging import read_instant
from stressvision.wire.exports import ParquetRequest

ROW_GROUP_PAGES = 50
"""Pages of a row group: what is read back at once, and all that is in memory here."""

_TYPES = {
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
    bool: pa.bool_(),
    datetime: pa.timestamp("ms", tz="UTC"),
}


def main() -> int:
    asked = ParquetRequest.model_validate_json(sys.stdin.buffer.read())
    settings = load_settings()
    with closing(Database(settings.database_url)) as database:
        write_parquet(Context(database, settings), asked, sys.stdout.buffer)
    return 0


def write_parquet(context: Context, asked: ParquetRequest, sink: IO[bytes]) -> None:
    """The whole export into `sink`, which need not be seekable. Raises DatabaseUnavailable."""
    wanted = DetectionFilter(
        start=asked.start,
        end=asked.end,
        employee_id=asked.employee_id,
        emotion=asked.emotion,
        after=read_instant(asked.cursor),
    )
    pages = prime(DetectionStream(context, wanted, asked.limit).read_pages())
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in list_columns().items()])
    with pq.ParquetWriter(_CountingFile(sink), schema, compression="zstd") as writer:
        gathered: list[list[Cell]] = []
        for number, page in enumerate(pages, 1):
            gathered += _rows(page)
            if number % ROW_GROUP_PAGES == 0:
                writer.write_table(_table(gathered, schema))
                gathered = []
        if gathered:
            writer.write_table(_table(gathered, schema))


class _CountingFile:
    """A pipe that says how far it has been written, which pyarrow asks of a file."""

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


def _rows(page: Page) -> list[list[Cell]]:
    return [list(flatten(detection)) for detection in page]


def _table(rows: Sequence[Sequence[Cell]], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


if __name__ == "__main__":
    raise SystemExit(run_program(main))
