"""Faces are measured in a process that ends with its answer: its networks would double the memory for good."""

import subprocess
import threading
from collections.abc import Sequence
from typing import IO, cast

import structlog

from stressvision.core.errors import Message, ModelUnavailable
from stressvision.core.program import build_command, build_environment
from stressvision.wire.gallery import GalleryFace
from stressvision.wire.stills import Measurement, StillsToMeasure

log = structlog.get_logger()

TIME_LIMIT_SECONDS = 60.0
"""A Raspberry Pi takes about 10 for 8 stills; half of it is loading the networks."""

COMMAND = build_command("stressvision.commands.measuring")
MOST_PIXELS = 50_000_000
"""Of one still: a few compressed bytes can stand for gigabytes of pixels."""


def measure_stills(
    pictures: Sequence[bytes],
    others: Sequence[GalleryFace],
    command: Sequence[str] = COMMAND,
    seconds: float = TIME_LIMIT_SECONDS,
) -> Measurement:
    """Encoded pictures (jpg, png) in, one verdict each out. Raises ModelUnavailable where the process fails."""
    asked = StillsToMeasure(sizes=[len(picture) for picture in pictures], others=list(others))
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=build_environment({"OPENCV_IO_MAX_IMAGE_PIXELS": str(MOST_PIXELS)}),
    )
    # What it cannot be fed with, or does not answer in time, ends with it.
    watchdog = threading.Timer(seconds, process.kill)
    watchdog.start()
    try:
        with process:
            _feed(cast(IO[bytes], process.stdin), asked, pictures)
            answer, complaint = process.communicate()
    finally:
        watchdog.cancel()
    if process.returncode != 0:
        log.error("stills not measured", code=process.returncode, said=complaint.decode(errors="replace").strip())
        raise _not_measured()
    return Measurement.model_validate_json(answer)


def _feed(pipe: IO[bytes], asked: StillsToMeasure, pictures: Sequence[bytes]) -> None:
    try:
        pipe.write(asked.model_dump_json().encode() + b"\n")
        for picture in pictures:
            pipe.write(picture)
        pipe.flush()
    except BrokenPipeError:
        log.warning("the measuring process ended before it had read everything")


def _not_measured() -> ModelUnavailable:
    return ModelUnavailable(
        Message(
            es="No se pudieron medir los rostros y no se guardó nada. El motivo está en el registro (log) del backend; "
            "«python start_complete_system.py doctor» revisa los modelos.",
            en="The faces could not be measured and nothing was stored. The reason is in the backend's log; "
            "“python start_complete_system.py doctor” checks the models.",
        )
    )
