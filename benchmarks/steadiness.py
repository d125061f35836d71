"""Memory of the five programs over an hour: `python -m benchmarks.steadiness`. Takes that hour; needs Chromium.

Starts all of them on a database with an hour of the same load, the device on the bundled recording, then posts single
detections and batches, requests a dashboard's endpoints every second, connects and disconnects WebSocket clients, and
keeps five tabs of a browser open. Writes its section of docs/performance.md.
"""

import argparse
import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests
from playwright.sync_api import Page

from benchmarks.comparison import READS, detections
from benchmarks.document import replace_section, verdict
from benchmarks.endurance import GROWTH_TARGET, hourly_growth
from benchmarks.history import fill_history
from benchmarks.programs import Server, run_suite
from benchmarks.tabs import open_tabs

HEADING = "## Servers: memory"
PROGRAMS = {
    "backend": ("backend_api.py",),
    "ingest": ("server_simulator.py",),
    "reporter": ("report_generator.py", "--every", "15"),
    "dashboard": ("main.py",),
    "device": ("pi_simulator.py", "--source", "demo", "--headless", "--device-id", "pi-9"),
}
TARGETS_MIB = {"backend": 100, "ingest": 100, "reporter": 50, "dashboard": 200, "device": 250}
TOTAL_TARGET_MIB = 600
TABS = ("resumen", "alertas", "planta", "reportes", "camara")
SINGLE_RATE, BATCH, BATCH_SECONDS = 20.0, 50, 5.0
"""Single detections a second, and the size and interval of the batches."""
LAST_HOUR = int(3600 * (SINGLE_RATE + BATCH / BATCH_SECONDS))
"""Detections at the start, so that the queried time windows are full from the beginning."""
CLIENTS, VISIT_SECONDS = 10, 20.0
TIMEOUT_SECONDS = 120.0
"""Of each request: other load of the machine is no error here."""
SAMPLE_SECONDS = 60.0
WARM_SECONDS = 900.0
"""Pools, caches and the heap's reserve are filled by then."""


@dataclass(frozen=True)
class Sample:
    """`at`: seconds since the start; `resident`, `proportional`: MiB by program; `handles`: open files and sockets."""

    at: float
    resident: Mapping[str, float]
    proportional: Mapping[str, float]
    handles: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    options = parser.parse_args()
    samples = []
    for sample in run(60 * options.minutes):
        samples.append(sample)
        sizes = "  ".join(
            f"{name} {size:.1f}/{sample.proportional[name]:.1f}" for name, size in sample.resident.items()
        )
        print(f"{sample.at / 60:5.1f} min  resident/proportional MiB: {sizes}  {sample.handles} handles", flush=True)
    section = describe(samples)
    replace_section(section)
    print(section)


def run(seconds: float) -> Iterator[Sample]:
    """Yield a sample per minute. Raises requests.HTTPError for an error status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/steady.db"
        fill_history(url, 2 * LAST_HOUR, 2 * LAST_HOUR)
        with run_suite(folder, url, PROGRAMS) as running:
            backend, ingest = running["backend"], running["ingest"]
            stop = threading.Event()
            tasks = [
                _Task(_post_one(ingest), 1 / SINGLE_RATE, stop),
                _Task(_post_many(ingest), BATCH_SECONDS, stop),
                _Task(_read_dashboard(backend), 1.0, stop),
                _Task(lambda: asyncio.run(_listen(backend.port)), 0.0, stop),
            ]
            with open_tabs(running["dashboard"].url(""), TABS) as pages:
                yield from _watch(seconds, running, tasks, pages)
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


def _watch(
    seconds: float, running: Mapping[str, Server], tasks: Sequence[_Task], pages: Sequence[Page]
) -> Iterator[Sample]:
    began = time.monotonic()
    while (at := time.monotonic() - began) <= seconds:
        for task in tasks:
            if task.error is not None:
                raise task.error
        yield Sample(
            at,
            {name: server.resident_mib() for name, server in running.items()},
            {name: server.proportional_mib() for name, server in running.items()},
            sum(server.process.num_fds() for server in running.values()),
        )
        # Not time.sleep: the browser's driver works only during calls to it.
        pages[0].wait_for_timeout(1000 * SAMPLE_SECONDS)


def _post_one(ingest: Server) -> Callable[[], None]:
    session, make = requests.Session(), detections()
    return lambda: _post(session, ingest.url("/detections"), make())


def _post(session: requests.Session, url: str, body: object) -> None:
    _repeat(lambda: session.post(url, json=body, timeout=TIMEOUT_SECONDS))


def _get(session: requests.Session, url: str) -> None:
    _repeat(lambda: session.get(url, timeout=TIMEOUT_SECONDS))


def _repeat(send: Callable[[], requests.Response]) -> None:
    """Send as devices and pages do: again after 503, with which an overloaded server asks for it."""
    while (answer := send()).status_code == 503:
        print(f"503: {answer.url} {answer.text[:300]}", flush=True)
        time.sleep(1)
    answer.raise_for_status()


def _post_many(ingest: Server) -> Callable[[], None]:
    session, make = requests.Session(), detections()

    def post() -> None:
        batch = {"detections": [make() for _ in range(BATCH)]}
        _post(session, ingest.url("/detections/batch"), batch)
        _get(session, ingest.url("/stats"))
        _get(session, ingest.url("/gallery"))

    return post


def _read_dashboard(backend: Server) -> Callable[[], None]:
    session = requests.Session()
    places = [*READS.values(), "/api/alerts?status=all", "/api/reports", "/api/devices", "/metrics"]

    def read() -> None:
        for place in places:
            _get(session, backend.url(place))

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
        f"a dashboard every second, {CLIENTS} WebSocket clients that change every {VISIT_SECONDS:g} s, {len(TABS)} "
        "tabs of a browser, and a device on the bundled recording. Resident MiB, in parentheses in proportion (PSS).",
        "",
        "| minute | " + " | ".join(f"{sample.at / 60:.0f}" for sample in shown) + " |",
        "|---|" + "---:|" * len(shown),
    ]
    for name in TARGETS_MIB:
        cells = (f"{sample.resident[name]:.0f} ({sample.proportional[name]:.0f})" for sample in shown)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "| program | growth, MiB an hour | at most | | peak, MiB | at most | |",
        "|---|---:|---:|---|---:|---:|---|",
    ]
    for name, most in TARGETS_MIB.items():
        growth = hourly_growth([sample.at for sample in warm], [sample.resident[name] for sample in warm])
        resident = max(sample.resident[name] for sample in samples)
        proportional = max(sample.proportional[name] for sample in samples)
        lines.append(
            f"| {name} | {growth:.1f} | {GROWTH_TARGET:g} | {verdict(growth <= GROWTH_TARGET)} "
            f"| {resident:.0f} ({proportional:.0f}) | {most} | {verdict(resident <= most)} |"
        )
    total = max(sum(sample.resident.values()) for sample in samples)
    shared = max(sum(sample.proportional.values()) for sample in samples)
    lines += [
        "",
        f"All five together: {total:.0f} MiB resident, {shared:.0f} MiB in proportion (at most {TOTAL_TARGET_MIB}: "
        f"{verdict(shared <= TOTAL_TARGET_MIB)}). Growth from minute {warm[0].at / 60:.0f} on.",
        "",
        f"Open files and sockets of all: {samples[0].handles} at the beginning, {samples[-1].handles} at the end.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
