"""Statistics file of `--record-stats FILE`: one line of JSON a minute, without personal data."""

from pathlib import Path

import structlog
from pydantic import BaseModel

from stressvision.wire.values import Moment

log = structlog.get_logger()


class Statistics(BaseModel):
    """One line of the file: counts since the program started; `fps` and `state` are current values.

    `named` counts detections, not people. `stage_ms`: mean milliseconds of each stage. `breaks`: how often the camera
    stopped delivering frames. `clock_ahead_seconds` and `temperature` (degrees Celsius) are null if not known.
    """

    at: Moment
    device_id: str
    seconds: float
    state: str
    fps: float
    frames_processed: int
    frames_dropped: int
    breaks: int
    detections: int
    named: int
    waiting: int
    early: int
    refused: int
    lost: int
    stage_ms: dict[str, float]
    clock_ahead_seconds: float | None
    temperature: float | None
    throttled: bool | None
    ended: bool


class StatisticsFile:
    """Appends lines to a file; a failure is logged once and does not stop the device."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._works = True

    def write(self, statistics: Statistics) -> None:
        """Append one line."""
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(statistics.model_dump_json() + "\n")
        except OSError as error:
            if self._works:
                log.warning("statistics not written", file=self._path.name, reason=error.strerror)
            self._works = False
        else:
            self._works = True
