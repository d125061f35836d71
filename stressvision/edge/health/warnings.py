"""Warnings about a device that runs with problems: dropped frames, refused detections, heat, clock."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from stressvision.core.errors import Message
from stressvision.edge.delivery.client import CLOCK_TOLERANCE
from stressvision.edge.delivery.outbox import Backlog
from stressvision.edge.health.machine import MachineState

MEMORY_SECONDS = 60.0
DROPPED_SHARE = 0.1
"""Share of the frames of the last minute: a smaller share is normal, a larger one means the machine is too slow."""
MIN_FRAMES = 100
"""Some seconds of a camera: the share of fewer frames is not meaningful, least of all at the start."""
HOT = 80.0
"""Degrees Celsius at which a Raspberry Pi starts throttling."""

_DROPPED = Message(
    es="descarta {percent:.0f} % de las imágenes: el equipo no da abasto",
    en="drops {percent:.0f} % of the frames: the machine is too slow",
)
_REFUSED = Message(es="{count} rechazadas por el servidor", en="{count} refused by the server")
_LOST = Message(es="{count} perdidas por cola llena o antigua", en="{count} lost: outbox full or too old")
_EARLY = Message(es="{count} esperan a que el servidor las acepte", en="{count} waiting until the server accepts them")
_CLOCK_AHEAD = Message(es="reloj adelantado {seconds} s", en="clock {seconds} s ahead")
_CLOCK_BEHIND = Message(es="reloj atrasado {seconds} s", en="clock {seconds} s behind")
_HOT = Message(es="{degrees:.0f} °C", en="{degrees:.0f} °C")
_THROTTLED = Message(es="frenado por temperatura o tensión", en="throttled by heat or low voltage")


@dataclass(frozen=True)
class WarningCounts:
    """Counts since the device started. `processed`: frames that were not dropped."""

    processed: int
    dropped: int
    backlog: Backlog


class DeviceWarnings:
    """Derives warnings from the counts, compared with those of a minute ago."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, WarningCounts]] = deque()

    def update(
        self, at: float, counts: WarningCounts, machine: MachineState, clock_ahead: timedelta | None
    ) -> list[Message]:
        """Return the current warnings, one phrase each. `at`: monotonic seconds."""
        self._counts.append((at, counts))
        while at - self._counts[0][0] > MEMORY_SECONDS:
            self._counts.popleft()
        before = self._counts[0][1]
        dropped = counts.dropped - before.dropped
        frames = dropped + counts.processed - before.processed
        refused = counts.backlog.refused - before.backlog.refused
        lost = counts.backlog.dropped - before.backlog.dropped
        warnings = []
        if frames >= MIN_FRAMES and dropped > DROPPED_SHARE * frames:
            warnings.append(_fill(_DROPPED, percent=100 * dropped / frames))
        for count, message in ((refused, _REFUSED), (lost, _LOST), (counts.backlog.early, _EARLY)):
            if count > 0:
                warnings.append(_fill(message, count=count))
        if clock_ahead is not None and abs(clock_ahead) > CLOCK_TOLERANCE:
            seconds = round(abs(clock_ahead.total_seconds()))
            warnings.append(_fill(_CLOCK_AHEAD if clock_ahead > timedelta() else _CLOCK_BEHIND, seconds=seconds))
        if machine.temperature is not None and machine.temperature >= HOT:
            warnings.append(_fill(_HOT, degrees=machine.temperature))
        if machine.throttled:
            warnings.append(_THROTTLED)
        return warnings


def _fill(message: Message, **values: float) -> Message:
    return Message(es=message.es.format(**values), en=message.en.format(**values))
