"""Parquet, as a process of its own writes it."""

import subprocess
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import IO, cast

import structlog

from stressvision.core.config import PREFIX, Settings
from stressvision.core.errors import Message, Unavailable
from stressvision.core.program import build_command, build_environment
from stressvision.wire.exports import ParquetRequest

log = structlog.get_logger()

COMMAND = build_command("stressvision.commands.parquet")
CHUNK = 64 * 1024


def stream_parquet(settings: Settings, asked: ParquetRequest, command: Sequence[str] = COMMAND) -> Iterator[bytes]:
    """The file, in pieces, as they are written. Raises Unavailable where there is not even the first.

    What goes wrong later ends the answer before its end, so that nobody takes a part for the whole.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=build_environment({f"{PREFIX}DATABASE_URL": settings.database_url}),
    )
    with cast(IO[bytes], process.stdin) as pipe:
        pipe.write(asked.model_dump_json().encode())
    pieces = _read(process, cast(IO[bytes], process.stdout))
    return chain([next(pieces)], pieces)


def _read(process: subprocess.Popen[bytes], pipe: IO[bytes]) -> Iterator[bytes]:
    try:
        with pipe:
            while piece := pipe.read(CHUNK):
                yield piece
        if process.wait() != 0:
            log.error("parquet not written", code=process.returncode)
            raise _not_written()
    finally:
        process.kill()
        process.wait()


def _not_written() -> Unavailable:
    return Unavailable(
        Message(
            es="No se pudo escribir el archivo Parquet; el motivo está en el registro (log) del backend. El mismo "
            "contenido se obtiene con format=csv.",
            en="The Parquet file could not be written; the reason is in the backend's log. The same content is to be "
            "had with format=csv.",
        )
    )
