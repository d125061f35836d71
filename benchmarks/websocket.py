"""Latency from commit to WebSocket client while another process commits detections.

Another client connects and never reads. All processes read the clock of the same machine.
"""

import asyncio
import base64
import functools
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.pool import Pool

from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.program import raise_file_limit
from stressvision.services.context import open_context
from stressvision.services.detections.storing import store_detection
from stressvision.wire.detections import DetectionIn

WARM_UP_SECONDS = 1
"""The events of the first seconds are not counted."""
PATIENCE_SECONDS = 60.0
"""How long the clients may take to connect, and to receive the last event; one that arrives later would look lost."""


PING, PONG = 0x89, bytes((0x8A, 0x80, 0, 0, 0, 0))
"""The first byte of the server's ping, and the answer to one, without content and with an empty mask."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds from commit to client, over every client that reads. `closed`: such clients that the server closed.

    An event that none of PATIENCE_SECONDS brought counts as that long.
    """

    p50: float
    p99: float
    received: int
    expected: int
    in_order: bool
    closed: int


@dataclass
class Reception:
    """Times at which a client received each detection, by the detection's id, and the order of the events.

    `is_greeted`: whether the server has sent its first message, after which the client receives every event.
    """

    seconds: dict[int, float] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    is_upgraded: bool = False
    is_greeted: bool = False
    is_closed: bool = False


class Client(asyncio.Protocol):
    """A minimal WebSocket client that records times, so that it hardly affects the measurement."""

    def __init__(self, port: int, reception: Reception) -> None:
        self.port = port
        self.reception = reception
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.buffer += data
        if not self.reception.is_upgraded:
            head, found, self.buffer = self.buffer.partition(b"\r\n\r\n")
            self.reception.is_upgraded = head.startswith(b"HTTP/1.1 101") and bool(found)
            self.buffer = self.buffer if found else head
        while self.reception.is_upgraded and (frame := self._take_frame()) is not None:
            self.reception.is_greeted |= b'"type":"connected"' in frame
            if b'"type":"detection"' in frame:
                event = json.loads(frame)
                self.reception.seconds[event["data"]["id"]] = now
                self.reception.order.append(event["id"])

    def connection_lost(self, exc: Exception | None) -> None:
        self.reception.is_closed = True

    def _take_frame(self) -> bytes | None:
        if len(self.buffer) < 4:
            return None
        length, start = self.buffer[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(self.buffer[2:4], "big"), 4
        if len(self.buffer) < start + length:
            return None
        if self.buffer[0] == PING:
            self.transport.write(PONG)
        frame, self.buffer = self.buffer[start : start + length], self.buffer[start + length :]
        return frame


def measure_latency(
    url: str, port: int, clients: int, seconds: float, rate: float, *, has_silent: bool = True
) -> Latency:
    """Return the latency.

    Args:
        url: the database of the backend.
        port: where the backend listens.
        clients: that read everything.
        seconds: during which detections are committed.
        rate: detections a second.
        has_silent: whether another client connects and never reads.
    """
    raise_file_limit()
    receptions = [Reception() for _ in range(clients)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        committed = asyncio.run(_receive(port, receptions, pool, (url, seconds, rate), has_silent=has_silent))
    counted = {detection: committed[detection] for detection in sorted(committed)[int(WARM_UP_SECONDS * rate) :]}
    waits = [
        1000 * (reception.seconds.get(detection, moment + PATIENCE_SECONDS) - moment)
        for reception in receptions
        for detection, moment in counted.items()
    ]
    cuts = statistics.quantiles(waits, n=100)
    received = sum(detection in reception.seconds for reception in receptions for detection in counted)
    in_order = all(reception.order == sorted(set(reception.order)) for reception in receptions)
    closed = sum(reception.is_closed for reception in receptions)
    return Latency(cuts[49], cuts[98], received, len(counted) * clients, in_order, closed)


async def _receive(
    port: int, receptions: Sequence[Reception], pool: Pool, arguments: tuple[str, float, float], *, has_silent: bool
) -> dict[int, float]:
    loop = asyncio.get_running_loop()
    silent = None
    if has_silent:
        silent, _ = await loop.create_connection(lambda: Client(port, Reception()), "127.0.0.1", port)
        silent.pause_reading()
    for reception in receptions:
        await loop.create_connection(functools.partial(Client, port, reception), "127.0.0.1", port)
    await _wait(lambda: all(reception.is_greeted or reception.is_closed for reception in receptions))
    committed: dict[int, float] = await asyncio.to_thread(pool.apply, commit_detections, arguments)
    last = max(committed)
    await _wait(lambda: all(last in reception.seconds or reception.is_closed for reception in receptions))
    if silent is not None:
        silent.close()
    return committed


async def _wait(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds, at most PATIENCE_SECONDS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not condition():
        await asyncio.sleep(0.1)


def commit_detections(url: str, seconds: float, rate: float) -> dict[int, float]:
    """Commit detections and return the time at which each commit was on disk, by id."""
    context = open_context(Settings(database_url=url))
    committed: dict[int, float] = {}
    began = time.monotonic()
    for count in range(int(seconds * rate)):
        time.sleep(max(0.0, began + count / rate - time.monotonic()))
        detection = DetectionIn(device_id="bench-01", timestamp=utc_now(), track_id=f"trk_{count}")
        stored = store_detection(context, detection)
        committed[stored.detection_id] = time.time()
    context.database.close()
    return committed
