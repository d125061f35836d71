"""What a person should know of a device that watches, but not as it should."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from stressvision.core.errors import Message
from stressvision.edge.delivery.outbox import Backlog
from stressvision.edge.health.machine import Machine

MEMORY_SECONDS = 60.0
DROPPED_SHARE = 0.1
"""Of the pictures of the last minute: fewer lost ones are a hiccup, more mean that the device cannot follow."""
JUDGED_PICTURES = 100
"""Some seconds of a camera: of fewer pictures the share says nothing, at the beginning least of all."""
HOT = 80.0
"""Degrees Celsius at which a Raspberry Pi begins to slow itself down."""
CLOCK_TOLERANCE = timedelta(seconds=5)

_DROPPED = Message(
    es="descarta {percent:.0f} % de las imágenes: el equipo no da abasto",
    en="drops {percent:.0f} % of the pictures: the machine cannot follow",
)
_REFUSED = Message(es="{count} rechazadas por el servidor", en="{count} refused by the server")
_LOST = Message(es="{count} perdidas por cola llena o antigua", en="{count} lost: outbox full or too old")
_EARLY = Message(es="{count} esperan al reloj del servidor", en="{count} wait for the server's clock")
_CLOCK_AHEAD = Message(es="reloj adelantado {seconds} s", en="clock {seconds} s ahead")
_CLOCK_BEHIND = Message(es="reloj atrasado {seconds} s", en="clock {seconds} s behind")
_HOT = Message(es="{degrees:.0f} °C", en="{degrees:.0f} °C")
_THROTTLED = Message(es="frenado por temperatura o tensión", en="slowed down by heat or low voltage")


@dataclass(frozen=True)
class Counts:
    """Since the beginning. `looked_at`: pictures that were not dropped."""

    looked_at: int
    dropped: int
    backlog: Backlog


class Troubles:
    """Remembers the counts of the last minute, to say which grow."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, Counts]] = deque()

    def describe(self, at: float, counts: Counts, machine: Machine, clock_ahead: timedelta | None) -> list[Message]:
        """What is wrong now, one phrase each. `at`: monotonic seconds."""
        self._counts.append((at, counts))
        while at - self._counts[0][0] > MEMORY_SECONDS:
            self._counts.popleft()
        before = self._counts[0][1]
        dropped = counts.dropped - before.dropped
        pictures = dropped + counts.looked_at - before.looked_at
        refused = counts.backlog.refused - before.backlog.refused
        lost = counts.backlog.dropped - before.backlog.dropped
        told = []
        if pictures >= JUDGED_PICTURES and dropped > DROPPED_SHARE * pictures:
            told.append(_fill(_DROPPED, percent=100 * dropped / pictures))
        for count, message in ((refused, _REFUSED), (lost, _LOST), (counts.backlog.early, _EARLY)):
            if count > 0:
                told.append(_fill(message, count=count))
        if clock_ahead is not None and abs(clock_ahead) > CLOCK_TOLERANCE:
            seconds = round(abs(clock_ahead.total_seconds()))
            told.append(_fill(_CLOCK_AHEAD if clock_ahead > timedelta() else _CLOCK_BEHIND, seconds=seconds))
        if machine.temperature is not None and machine.temperature >= HOT:
            told.append(_fill(_HOT, degrees=machine.temperature))
        if machine.throttled:
            told.append(_THROTTLED)
        return told


def _fill(message: Message, **values: float) -> Message:
    return Message(es=message.es.format(**values), en=message.en.format(**values))
