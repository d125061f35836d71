"""Comparison of the servers with bare counterparts: interleaved rounds within one run, and the ratio of medians.

The rounds alternate because the machine may run other programs, which then slow both alike.
"""

import json
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import requests

from benchmarks.bare import SHAPES
from benchmarks.history import DEVICES, PEOPLE, fill_history
from benchmarks.load import get, measure_rate, post, prepare_requests
from benchmarks.programs import Server, run_bare, run_program
from benchmarks.websocket import Latency, commit_detections, measure_latency
from stressvision.db.engine.connection import sqlite_driver

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
CROWD, CROWD_RATE, CROWD_SECONDS = 500, 10.0, 5.0


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
    """Measurements at one size of the database; memory in MiB, measured last."""

    rows: int
    ratios: tuple[Ratio, ...]
    while_writing: tuple[Ratio, ...]
    latency: Latency
    crowd: Latency
    backend_mib: float
    ingest_mib: float


def compare(folder: Path, rows: int) -> Comparison:
    """Return the measurements with a history of `rows` detections. Raises RuntimeError for a status other than 200."""
    path = folder / f"history-{rows}.db"
    began = time.monotonic()
    fill_history(path, rows)
    print(f"{rows} rows filled in {time.monotonic() - began:.0f} s", flush=True)
    with ExitStack() as stack:
        backend = stack.enter_context(run_program(folder, path, "backend_api.py"))
        ingest = stack.enter_context(run_program(folder, path, "server_simulator.py"))
        shapes = {place: requests.get(backend.url(place), timeout=60).json() for place in READS.values()}
        (folder / SHAPES).write_text(json.dumps(shapes))
        bare_backend = stack.enter_context(run_bare(folder, "backend"))
        bare_ingest = stack.enter_context(run_bare(folder, "ingest"))
        ratios = (
            *(_compare_reads(f"GET {name}", place, backend, bare_backend) for name, place in READS.items()),
            _compare_posts("POST /api/detections", "/api/detections", backend, bare_backend),
            _compare_posts("ingest POST /detections", "/detections", ingest, bare_ingest),
            _compare_batches("ingest POST /detections/batch", ingest, path),
        )
        url = f"sqlite:///{path}"
        with _write_meanwhile(url):
            while_writing = tuple(
                _compare_reads(f"GET {name}", place, backend, bare_backend) for name, place in READS.items()
            )
        latency = measure_latency(url, backend.port, CLIENTS, LATENCY_SECONDS, DETECTION_RATE)
        memory = backend.resident_mib(), ingest.resident_mib()
        crowd = measure_latency(url, backend.port, CROWD, CROWD_SECONDS, CROWD_RATE)
        return Comparison(rows, ratios, while_writing, latency, crowd, *memory)


@contextmanager
def _write_meanwhile(url: str) -> Iterator[None]:
    """Commit a hundred detections a second from another process meanwhile."""
    seconds = (ROUNDS + 2) * 2 * ROUND_SECONDS * len(READS)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        writing = pool.apply_async(commit_detections, (url, seconds, DETECTION_RATE))
        yield
        writing.wait()


def _compare_reads(name: str, place: str, ours: Server, bare: Server) -> Ratio:
    return _interleave(
        name,
        _build_load(ours.port, get(ours.port, place), READERS),
        _build_load(bare.port, get(bare.port, place), READERS),
    )


def _compare_posts(name: str, place: str, ours: Server, bare: Server) -> Ratio:
    return _interleave(
        name,
        _build_load(ours.port, post(ours.port, place, detections()), WRITERS, READY_MADE),
        _build_load(bare.port, post(bare.port, place, detections()), WRITERS, READY_MADE),
    )


def _build_load(port: int, make_request: Callable[[], bytes], connections: int, ready: int = 0) -> Callable[[], float]:
    return lambda: measure_rate(port, prepare_requests(make_request, ready), ROUND_SECONDS, connections)


def _compare_batches(name: str, ingest: Server, path: Path) -> Ratio:
    make = detections()
    batch = post(ingest.port, "/detections/batch", lambda: {"detections": [make() for _ in range(BATCH)]})
    return _interleave(
        name,
        lambda: BATCH * _build_load(ingest.port, batch, 2, READY_MADE // BATCH)(),
        lambda: _insert_raw(path, make),
    )


def _insert_raw(path: Path, make: Callable[[], dict[str, object]]) -> float:
    """Insert the same rows into the same table, equally durable and in equal transactions; return rows per second."""
    rows = [_to_row(make()) for _ in range(BATCH)]
    columns, places = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
    statement = f"INSERT INTO detection_events ({columns}) VALUES ({places})"  # noqa: S608  constant names
    batch = [tuple(row.values()) for row in rows]
    stored, began = 0, time.perf_counter()
    with closing(sqlite_driver().connect(str(path), isolation_level=None, timeout=30)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        while time.perf_counter() < began + ROUND_SECONDS:
            batch = [(str(uuid4()), *row[1:]) for row in batch]
            connection.execute("BEGIN IMMEDIATE")
            for row in batch:
                connection.execute(statement, row)
            connection.execute("COMMIT")
            stored += BATCH
    return stored / (time.perf_counter() - began)


def _to_row(detection: dict[str, object]) -> dict[str, object]:
    """Return the row of a detection, its `event_id` first."""
    moment = str(detection["timestamp"]).replace("T", " ").removesuffix("Z")
    as_text = {name: json.dumps(detection[name]) for name in ("emotion_vector", "bounding_box")}
    kept = {name: value for name, value in detection.items() if name != "type"}
    return {**kept, **as_text, "timestamp": moment, "created_at": moment}


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
