"""The backend under clients: `python -m benchmarks.server --clients 50 --seconds 20 --rate 20`.

Starts a backend of its own over a database in a temporary folder, connects WebSocket clients, and commits detections
from this process, which is not the backend's. Prints, in milliseconds, how long after a commit each client had it and
how long REST answers take one after another, and the processor time the backend used, idle and under load.
"""

import argparse
import asyncio
import base64
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from stressvision.clock import utc_now
from stressvision.config import PROJECT_ROOT, Settings
from stressvision.services.context import open_context
from stressvision.services.detections import store_detection
from stressvision.wire.detections import DetectionIn

IDLE_SECONDS = 10.0
REQUESTS = 300


@dataclass
class Reception:
    """When one client had each detection, by the detection's id, on this machine's clock."""

    seconds: dict[int, float] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)


class Client(asyncio.Protocol):
    """A WebSocket client that does nothing but note the time: the measurement must not be of itself."""

    def __init__(self, port: int, reception: Reception) -> None:
        self.port = port
        self.reception = reception
        self.buffer = b""
        self.is_upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        assert isinstance(transport, asyncio.Transport)
        transport.write(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.buffer += data
        if not self.is_upgraded:
            head, found, self.buffer = self.buffer.partition(b"\r\n\r\n")
            self.is_upgraded = bool(found)
            self.buffer = self.buffer if found else head
        while self.is_upgraded and (frame := self._take_frame()) is not None:
            if b'"type":"detection"' in frame:
                event = json.loads(frame)
                self.reception.seconds[event["data"]["id"]] = now
                self.reception.order.append(event["id"])

    def _take_frame(self) -> bytes | None:
        if len(self.buffer) < 4:
            return None
        length, start = self.buffer[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(self.buffer[2:4], "big"), 4
        if len(self.buffer) < start + length:
            return None
        frame, self.buffer = self.buffer[start : start + length], self.buffer[start + length :]
        return frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=20.0, help="detections a second")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.clients, options.seconds, options.rate)


def measure(folder: Path, clients: int, seconds: float, rate: float) -> None:
    url = f"sqlite:///{folder / 'benchmark.db'}"
    port = free_port()
    backend = subprocess.Popen(
        [sys.executable, str(PROJECT_ROOT / "backend_api.py"), "--port", str(port)],
        cwd=folder,
        env={**os.environ, "STRESSVISION_DATABASE_URL": url},
        stderr=(folder / "backend.log").open("w"),
    )
    try:
        _wait_until_ready(port)
        process = psutil.Process(backend.pid)
        print(f"idle, nobody connected: {_processor_percent(process, IDLE_SECONDS):.1f} % of a core")
        committed: dict[int, float] = {}
        receptions = [Reception() for _ in range(clients)]
        writer = threading.Thread(target=_write, args=(url, committed, seconds, rate))
        asyncio.run(_receive(port, receptions, writer, process))
        print(f"memory: {process.memory_info().rss / 2**20:.0f} MiB")
        _print_latency(committed, receptions)
        _print_answers(port)
    finally:
        backend.terminate()
        backend.wait(10)


async def _receive(
    port: int, receptions: Sequence[Reception], writer: threading.Thread, process: psutil.Process
) -> None:
    loop = asyncio.get_running_loop()
    for reception in receptions:
        await loop.create_connection(lambda reception=reception: Client(port, reception), "127.0.0.1", port)  # type: ignore[misc]
    idle = await asyncio.to_thread(_processor_percent, process, IDLE_SECONDS)
    print(f"idle, {len(receptions)} clients connected: {idle:.1f} % of a core")
    began, used = time.monotonic(), _processor_seconds(process)
    writer.start()
    await asyncio.to_thread(writer.join)
    busy = 100 * (_processor_seconds(process) - used) / (time.monotonic() - began)
    print(f"busy, {len(receptions)} clients connected: {busy:.1f} % of a core")
    await asyncio.sleep(1)


def _write(url: str, committed: dict[int, float], seconds: float, rate: float) -> None:
    context = open_context(Settings(database_url=url))
    for count in range(int(seconds * rate)):
        detection = DetectionIn(device_id="bench-01", timestamp=utc_now(), track_id=f"trk_{count}")
        stored = store_detection(context, detection)
        committed[stored.detection_id] = time.time()
        time.sleep(1 / rate)
    context.database.close()


def _print_latency(committed: dict[int, float], receptions: Sequence[Reception]) -> None:
    waits = sorted(
        1000 * (reception.seconds[detection] - moment)
        for reception in receptions
        for detection, moment in committed.items()
        if detection in reception.seconds
    )
    expected = len(committed) * len(receptions)
    in_order = all(reception.order == sorted(set(reception.order)) for reception in receptions)
    print(f"received {len(waits)} of {expected}, in order and once: {in_order}")
    cuts = statistics.quantiles(waits, n=100)
    print(f"commit to client, ms: p50 {cuts[49]:.1f}  p95 {cuts[94]:.1f}  p99 {cuts[98]:.1f}  max {waits[-1]:.1f}")


def _print_answers(port: int) -> None:
    with requests.Session() as session:
        for path in ("/health", "/api/dashboard/overview", "/api/dashboard/stats", "/api/alerts", "/api/employees"):
            waits = []
            for _ in range(REQUESTS):
                began = time.perf_counter()
                session.get(f"http://127.0.0.1:{port}{path}", timeout=10).raise_for_status()
                waits.append(1000 * (time.perf_counter() - began))
            cuts = statistics.quantiles(waits, n=20)
            print(
                f"GET {path}, ms: p50 {cuts[9]:.1f}  p95 {cuts[18]:.1f}  {1000 / statistics.mean(waits):.0f} a second"
            )


def _processor_percent(process: psutil.Process, seconds: float) -> float:
    began = _processor_seconds(process)
    time.sleep(seconds)
    return 100 * (_processor_seconds(process) - began) / seconds


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if requests.get(f"http://127.0.0.1:{port}/ready", timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise SystemExit("the backend did not become ready")


if __name__ == "__main__":
    main()
