"""`--record-stats FILE`: one line of JSON a minute, to understand afterwards what the device did. Nothing personal."""

from pathlib import Path

import structlog
from pydantic import BaseModel

from stressvision.wire.values import Moment

log = structlog.get_logger()


class Statistics(BaseModel):
    """Counts are since the program began; `fps` and `state` are of the moment. `named` counts detections, not people.

    `stage_ms`: mean milliseconds of each stage; `breaks`: how often the pictures ended; `clock_ahead_seconds` and
    `temperature` null: not known.
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
    """Appends, so that a restart continues the story; where the disk does not take it, watching goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._works = True

    def write(self, statistics: Statistics) -> None:
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(statistics.model_dump_json() + "\n")
        except OSError as error:
            if self._works:
                log.warning("the statistics cannot be written", file=self._path.name, reason=error.strerror)
            self._works = False
        else:
            self._works = True
