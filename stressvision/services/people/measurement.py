"""Face measurement of stills, in a short-lived process: its networks would double the backend's memory."""

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

COMMAND = build_command("stressvision.commands.still_measurement")
MOST_PIXELS = 50_000_000
"""Of one still: a few compressed bytes can decode to gigabytes of pixels."""


def measure_stills(
    pictures: Sequence[bytes],
    own: Sequence[Sequence[float]],
    others: Sequence[GalleryFace],
    command: Sequence[str] = COMMAND,
    seconds: float = TIME_LIMIT_SECONDS,
) -> Measurement:
    """Measure the faces on encoded pictures (jpg, png); return one verdict per picture.

    Args:
        pictures: encoded pictures.
        own: embeddings [stills, 128] already enrolled for this person.
        others: the other enrolled employees, to detect a person enrolled under two codes.
        command: the measuring process.
        seconds: time limit, after which the process is killed.

    Raises:
        ModelUnavailable: the process failed or took too long.
    """
    request = StillsToMeasure(
        sizes=[len(picture) for picture in pictures], own=[list(numbers) for numbers in own], others=list(others)
    )
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=build_environment({"OPENCV_IO_MAX_IMAGE_PIXELS": str(MOST_PIXELS)}),
    )
    # Ends a process that stops reading its input as well as one that does not answer in time.
    watchdog = threading.Timer(seconds, process.kill)
    watchdog.start()
    try:
        with process:
            _write_request(cast(IO[bytes], process.stdin), request, pictures)
            output, errors = process.communicate()
    finally:
        watchdog.cancel()
    if process.returncode != 0:
        log.error("face measurement failed", code=process.returncode, stderr=errors.decode(errors="replace").strip())
        raise _measurement_failed()
    return Measurement.model_validate_json(output)


def _write_request(pipe: IO[bytes], request: StillsToMeasure, pictures: Sequence[bytes]) -> None:
    try:
        pipe.write(request.model_dump_json().encode() + b"\n")
        for picture in pictures:
            pipe.write(picture)
        pipe.flush()
    except BrokenPipeError:
        log.warning("measuring process ended before reading its input")


def _measurement_failed() -> ModelUnavailable:
    return ModelUnavailable(
        Message(
            es="No se pudieron medir los rostros y no se guardó nada. El motivo está en el registro (log); "
            "«python start_complete_system.py doctor» revisa los modelos.",
            en="The faces could not be measured and nothing was stored. The reason is in the log; "
            "“python start_complete_system.py doctor” checks the models.",
        )
    )
