"""Growth of the servers' memory over an hour: `python -m benchmarks.steadiness`. Takes that hour.

Starts a backend and an ingest server on a database with an hour of the same load, then posts single detections and
batches, requests a dashboard's endpoints every second, and connects and disconnects WebSocket clients.
Writes its section of docs/performance.md.
"""

import argparse
import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests

from benchmarks.comparison import READS, detections
from benchmarks.document import replace_section, verdict
from benchmarks.endurance import GROWTH_TARGET, hourly_growth
from benchmarks.history import fill_history
from benchmarks.programs import Server, run_program
from benchmarks.server import MEMORY_TARGETS_MIB

HEADING = "## Servers: memory"
SINGLE_RATE, BATCH, BATCH_SECONDS = 20.0, 50, 5.0
"""Single detections a second, and the size and interval of the batches."""
LAST_HOUR = int(3600 * (SINGLE_RATE + BATCH / BATCH_SECONDS))
"""Detections at the start, so that the queried time windows are full from the beginning."""
CLIENTS, VISIT_SECONDS = 10, 20.0
SAMPLE_SECONDS = 60.0
WARM_SECONDS = 900.0
"""Pools, caches and the heap's reserve are filled by then."""


@dataclass(frozen=True)
class Sample:
    """`at`: seconds since the start; `backend`, `ingest`: resident MiB; `handles`: open files and sockets of both."""

    at: float
    backend: float
    ingest: float
    handles: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    options = parser.parse_args()
    samples = []
    for sample in run(60 * options.minutes):
        samples.append(sample)
        print(
            f"{sample.at / 60:5.1f} min  backend {sample.backend:6.1f} MiB  ingest {sample.ingest:6.1f} MiB  "
            f"{sample.handles} handles",
            flush=True,
        )
    section = describe(samples)
    replace_section(section)
    print(section)


def run(seconds: float) -> Iterator[Sample]:
    """Yield a sample per minute. Raises requests.HTTPError for an error status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/steady.db"
        fill_history(url, 2 * LAST_HOUR, 2 * LAST_HOUR)
        with (
            run_program(folder, url, "backend_api.py") as backend,
            run_program(folder, url, "server_simulator.py") as ingest,
        ):
            stop = threading.Event()
            tasks = [
                _Task(_post_one(ingest), 1 / SINGLE_RATE, stop),
                _Task(_post_many(ingest), BATCH_SECONDS, stop),
                _Task(_read_dashboard(backend), 1.0, stop),
                _Task(lambda: asyncio.run(_listen(backend.port)), 0.0, stop),
            ]
            yield from _watch(seconds, backend, ingest, tasks)
            stop.set()
            for task in tasks:
                task.join()


class _Task(threading.Thread):
    """Thread that repeats a function at a fixed interval."""

    def __init__(self, work: Callable[[], None], every: float, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._work, self._every, self._stopping = work, every, stop
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        due = time.monotonic()
        try:
            while not self._stopping.wait(max(0.0, due - time.monotonic())):
                self._work()
                due = max(due + self._every, time.monotonic() - 1)
        except (requests.RequestException, OSError) as error:
            self.error = error


def _watch(seconds: float, backend: Server, ingest: Server, tasks: Sequence[_Task]) -> Iterator[Sample]:
    began = time.monotonic()
    while (at := time.monotonic() - began) <= seconds:
        for task in tasks:
            if task.error is not None:
                raise task.error
        handles = backend.process.num_fds() + ingest.process.num_fds()
        yield Sample(at, backend.resident_mib(), ingest.resident_mib(), handles)
        time.sleep(SAMPLE_SECONDS)


def _post_one(ingest: Server) -> Callable[[], None]:
    session, make = requests.Session(), detections()
    return lambda: session.post(ingest.url("/detections"), json=make(), timeout=30).raise_for_status()


def _post_many(ingest: Server) -> Callable[[], None]:
    session, make = requests.Session(), detections()

    def post() -> None:
        batch = {"detections": [make() for _ in range(BATCH)]}
        session.post(ingest.url("/detections/batch"), json=batch, timeout=30).raise_for_status()
        session.get(ingest.url("/stats"), timeout=30).raise_for_status()
        session.get(ingest.url("/gallery"), timeout=30).raise_for_status()

    return post


def _read_dashboard(backend: Server) -> Callable[[], None]:
    session = requests.Session()
    places = [*READS.values(), "/api/alerts?status=all", "/api/reports", "/api/devices", "/metrics"]

    def read() -> None:
        for place in places:
            session.get(backend.url(place), timeout=30).raise_for_status()

    return read


async def _listen(port: int) -> None:
    """Connect the clients, read for VISIT_SECONDS and disconnect."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CLIENTS)]
    upgrade = (
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    readers = []
    for reader, writer in connections:
        writer.write(upgrade.encode())
        readers.append(asyncio.create_task(_read_all(reader)))
    await asyncio.sleep(VISIT_SECONDS)
    for _, writer in connections:
        writer.close()
    await asyncio.gather(*readers)


async def _read_all(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


def describe(samples: Sequence[Sample]) -> str:
    """Return the section of the document."""
    warm = [sample for sample in samples if sample.at >= min(WARM_SECONDS, samples[-1].at / 2)]
    shown = samples[:: max(1, (len(samples) - 1) // 8)]
    lines = [
        HEADING,
        "",
        f"Written by `python -m benchmarks.steadiness` on {datetime.now(UTC):%Y-%m-%d}, on a machine with "
        f"{psutil.cpu_count()} processor cores under other load: {samples[-1].at / 60:.0f} minutes of "
        f"{SINGLE_RATE:g} single detections a second and {BATCH} in a batch every {BATCH_SECONDS:g} s, all requests of "
        f"a dashboard every second, and {CLIENTS} WebSocket clients that change every {VISIT_SECONDS:g} s.",
        "",
        "| minute | " + " | ".join(f"{sample.at / 60:.0f}" for sample in shown) + " |",
        "|---|" + "---:|" * len(shown),
    ]
    for name in ("backend", "ingest"):
        lines.append(f"| {name}, MiB | " + " | ".join(f"{getattr(sample, name):.1f}" for sample in shown) + " |")
    lines.append("")
    for name, most in zip(("backend", "ingest"), MEMORY_TARGETS_MIB, strict=True):
        growth = hourly_growth([sample.at for sample in warm], [getattr(sample, name) for sample in warm])
        peak = max(getattr(sample, name) for sample in samples)
        lines.append(
            f"{name}: from minute {warm[0].at / 60:.0f} on it grows by {growth:.1f} MiB an hour (at most "
            f"{GROWTH_TARGET:g}: {verdict(growth <= GROWTH_TARGET)}), {peak:.1f} MiB at most (at most {most:g}: "
            f"{verdict(peak <= most)}).\n"
        )
    lines.append(
        f"Open files and sockets of both: {samples[0].handles} at the beginning, {samples[-1].handles} at the end."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
