"""Parquet exports, written by a short-lived process: pyarrow takes as much memory as the whole backend."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import IO, cast

import structlog

from stressvision.core.config import PREFIX, Settings
from stressvision.core.errors import Message, Unavailable
from stressvision.core.program import build_command, build_environment
from stressvision.wire.exports import ParquetRequest

log = structlog.get_logger()

COMMAND = build_command("stressvision.commands.parquet_export")
CHUNK_BYTES = 64 * 1024


def stream_parquet(settings: Settings, request: ParquetRequest, command: Sequence[str] = COMMAND) -> Iterator[bytes]:
    """Yield the file in chunks, as the process writes them. Raises Unavailable if it writes nothing.

    A later failure ends the response before its end, so that a client does not take a part for the whole.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=build_environment({f"{PREFIX}DATABASE_URL": settings.database_url}),
    )
    # A process that ended before it read is reported by its code.
    with suppress(BrokenPipeError), cast(IO[bytes], process.stdin) as pipe:
        pipe.write(request.model_dump_json().encode())
    chunks = _read_chunks(process, cast(IO[bytes], process.stdout))
    return chain([next(chunks)], chunks)


def _read_chunks(process: subprocess.Popen[bytes], pipe: IO[bytes]) -> Iterator[bytes]:
    try:
        with pipe:
            while chunk := pipe.read(CHUNK_BYTES):
                yield chunk
        if process.wait() != 0:
            log.error("parquet export failed", code=process.returncode)
            raise _export_failed()
    finally:
        process.kill()
        process.wait()


def _export_failed() -> Unavailable:
    return Unavailable(
        Message(
            es="No se pudo escribir el archivo Parquet; el motivo está en el registro (log) del backend. El mismo "
            "contenido se obtiene con format=csv.",
            en="The Parquet file could not be written; the reason is in the backend's log. The same content is "
            "available with format=csv.",
        )
    )
