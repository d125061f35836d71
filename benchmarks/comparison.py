"""Comparison of the servers with bare counterparts: interleaved rounds within one run, and the ratio of medians.

The rounds alternate because the machine may run other programs, which then slow both alike.
"""

import json
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import requests

from benchmarks.bare import SHAPES
from benchmarks.history import DEVICES, PEOPLE, copy_history, fill_history
from benchmarks.load import get, measure_rate, post, prepare_requests
from benchmarks.programs import Server, run_bare, run_program
from benchmarks.raw_inserts import insert_raw
from benchmarks.websocket import Latency, commit_detections, measure_latency
from stressvision.db.engine.connection import parse_url

READS = {
    "overview": "/api/dashboard/overview",
    "employees": "/api/employees",
    "stats": "/api/dashboard/stats",
    "employee status": "/api/employees/7/status",
}
TARGETS = {
    "GET overview": 0.6,
    "GET employees": 0.6,
    "GET stats": 0.5,
    "GET employee status": 0.5,
    "POST /api/detections": 0.45,
    "ingest POST /detections": 0.55,
    "ingest POST /detections/batch": 0.7,
}
TARGETS_WHILE_WRITING = {"GET overview": 0.6, "GET employees": 0.6, "GET stats": 0.5, "GET employee status": 0.3}
READERS, WRITERS = 8, 16
CLIENTS, DETECTION_RATE, LATENCY_SECONDS = 50, 100.0, 12.0
BATCH = 200
ROUNDS, ROUND_SECONDS = 5, 0.7
READY_MADE = 6000
"""Detections prepared before each round that posts them."""
CROWD, CROWD_RATE, CROWD_SECONDS = 2000, 10.0, 5.0


@dataclass(frozen=True)
class Ratio:
    """Median responses (for batches: rows) per second of a server and of its bare counterpart."""

    name: str
    ours: float
    bare: float

    @property
    def value(self) -> float:
        """The server's rate over the bare one's."""
        return self.ours / self.bare


@dataclass(frozen=True)
class Comparison:
    """Measurements at one size of the database; memory in MiB, of one process, measured last."""

    database: str
    rows: int
    ratios: tuple[Ratio, ...]
    while_writing: tuple[Ratio, ...]
    latency: Latency
    crowd: Latency
    backend_mib: float
    ingest_mib: float


def compare(folder: Path, url: str, rows: int, processes: int, kept: Path | None = None) -> Comparison:
    """Return the measurements with a history of `rows` detections. Raises RuntimeError for a status other than 200.

    `url`: an empty database; `processes`: number of backends and of ingest servers, each beside a bare counterpart;
    `kept`: a file with the history (history.copy_history).
    """
    began = time.monotonic()
    if kept is None:
        fill_history(url, rows)
    else:
        copy_history(url, rows, kept)
    print(f"{rows} rows filled in {time.monotonic() - began:.0f} s", flush=True)
    with ExitStack() as stack:
        backends, ingests = (
            [stack.enter_context(run_program(folder, url, script)) for _ in range(processes)]
            for script in ("backend_api.py", "server_simulator.py")
        )
        shapes = {place: requests.get(backends[0].url(place), timeout=60).json() for place in READS.values()}
        (folder / SHAPES).write_text(json.dumps(shapes))
        bare_backends, bare_ingests = (
            [stack.enter_context(run_bare(folder, kind)) for _ in range(processes)] for kind in ("backend", "ingest")
        )
        ratios = (
            *(_compare_reads(f"GET {name}", place, backends, bare_backends) for name, place in READS.items()),
            _compare_posts("POST /api/detections", "/api/detections", backends, bare_backends),
            _compare_posts("ingest POST /detections", "/detections", ingests, bare_ingests),
            _compare_batches("ingest POST /detections/batch", ingests, url),
        )
        with _write_meanwhile(url):
            while_writing = tuple(
                _compare_reads(f"GET {name}", place, backends, bare_backends) for name, place in READS.items()
            )
        latency = measure_latency(url, backends[0].port, CLIENTS, LATENCY_SECONDS, DETECTION_RATE)
        memory = backends[0].resident_mib(), ingests[0].resident_mib()
        crowd = measure_latency(url, backends[0].port, CROWD, CROWD_SECONDS, CROWD_RATE, has_silent=False)
        return Comparison(parse_url(url).get_backend_name(), rows, ratios, while_writing, latency, crowd, *memory)


@contextmanager
def _write_meanwhile(url: str) -> Iterator[None]:
    """Commit a hundred detections a second from another process meanwhile."""
    seconds = (ROUNDS + 2) * 2 * ROUND_SECONDS * len(READS)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        writing = pool.apply_async(commit_detections, (url, seconds, DETECTION_RATE))
        yield
        writing.wait()


def _compare_reads(name: str, place: str, ours: Sequence[Server], bare: Sequence[Server]) -> Ratio:
    return _interleave(name, *(_build_load(servers, get(servers[0].port, place), READERS) for servers in (ours, bare)))


def _compare_posts(name: str, place: str, ours: Sequence[Server], bare: Sequence[Server]) -> Ratio:
    return _interleave(
        name,
        *(
            _build_load(servers, post(servers[0].port, place, detections()), WRITERS, READY_MADE)
            for servers in (ours, bare)
        ),
    )


def _build_load(
    servers: Sequence[Server], make_request: Callable[[], bytes], connections: int, ready: int = 0
) -> Callable[[], float]:
    ports = [server.port for server in servers]
    return lambda: measure_rate(ports, prepare_requests(make_request, ready), ROUND_SECONDS, connections)


def _compare_batches(name: str, ingests: Sequence[Server], url: str) -> Ratio:
    make = detections()
    batch = post(ingests[0].port, "/detections/batch", lambda: {"detections": [make() for _ in range(BATCH)]})
    load = _build_load(ingests, batch, 2, READY_MADE // BATCH)
    return _interleave(name, lambda: BATCH * load(), lambda: insert_raw(url, make, BATCH, ROUND_SECONDS))


def _interleave(name: str, ours: Callable[[], float], bare: Callable[[], float]) -> Ratio:
    pairs = [(ours(), bare()) for _ in range(ROUNDS + 1)][1:]  # the first round warms both
    ratio = Ratio(name, statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs))
    print(f"{ratio.name}: {ratio.ours:.0f} / {ratio.bare:.0f} = {ratio.value:.2f}", flush=True)
    return ratio


def detections() -> Callable[[], dict[str, object]]:
    """Return a generator function of detections: employees in turn, one detection in forty is stress."""
    people, count = cycle(range(1, PEOPLE + 1)), cycle(range(40))

    def make() -> dict[str, object]:
        person, number = next(people), next(count)
        return {
            "type": "detection",
            "event_id": str(uuid4()),
            "device_id": f"pi-{person % DEVICES}",
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "track_id": f"trk_{person}",
            "employee_id": person,
            "recognition_confidence": 0.93,
            "emotion": "neutral" if number else "stress",
            "emotion_confidence": 0.87,
            "emotion_vector": {"neutral": 0.87, "happy": 0.05, "stress": 0.04, "sad": 0.03, "fatigue": 0.01},
            "bounding_box": {"x": 250, "y": 120, "w": 110, "h": 110},
            "processing_time_ms": 14.2,
        }

    return make
