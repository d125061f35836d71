"""Capacity of the servers, each figure with a bare counterpart from the same run: `python -m benchmarks.server`.

`--rows 10000 10000000` measures at ten million too (some minutes more, 10 GB of disk, 16 on PostgreSQL; `--keep FOLDER`
keeps that history for later runs), `--database postgresql` on a PostgreSQL server that it starts, with two backends and
two ingest servers. Writes its part of docs/performance.md.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.comparison import (
    CLIENTS,
    CROWD,
    CROWD_RATE,
    DETECTION_RATE,
    ROUND_SECONDS,
    ROUNDS,
    TARGETS,
    TARGETS_WHILE_WRITING,
    Comparison,
    Ratio,
    compare,
)
from benchmarks.document import replace_section, verdict
from benchmarks.history import RECENT
from benchmarks.postgresql import run_postgresql

LATENCY_TARGETS_MS = (3.0, 8.0)
MEMORY_TARGETS_MIB = (100.0, 80.0)
GROWTH_TARGET = 1.5

_INTRODUCTION = """## Servers{on}

Written by `{command}` on {day}, on a machine with {cores} processor cores under other load
(load {load:.1f}). No test asserts these figures; they depend on the machine.

Each ratio is the server's rate over the bare counterpart's, medians of {rounds} alternating rounds of {seconds:g} s, so
that other load slows both alike. """
_SQLITE = """The counterparts are a FastAPI route that returns a constant of the same size, one
that validates the same body and stores nothing, a Flask route under waitress that parses JSON and stores nothing, and
`sqlite3` inserting the same rows into the same table, equally durable and in equal transactions. The servers
acknowledge a detection after it is on disk. A read of one person's status is recorded in the audit log first; repeated
reads within ten seconds are counted (decision 15). Clients prepare their detections before each round.
"""
_POSTGRESQL = """Two backends and two ingest servers share one database (PostgreSQL with its default settings,
on the same machine, by a local socket) and are compared with two bare counterparts of each kind, as above; batches with
psycopg's `executemany`, which sends the same rows in a pipeline, in equal transactions. Memory is that of one process.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path, help="folder of the databases (default: the temporary folder)")
    parser.add_argument("--keep", type=Path, help="folder where histories are kept for later runs")
    options = parser.parse_args()
    load = psutil.getloadavg()[0]
    comparisons = []
    for rows in options.rows:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder, ExitStack() as stack:
            kept = options.keep / f"history-{rows}.db" if options.keep and rows > RECENT else None
            if options.database == "sqlite":
                url, processes = f"sqlite:///{folder}/history-{rows}.db", 1
            else:
                kept_server = options.keep / "postgresql" if kept else None
                url, processes = stack.enter_context(run_postgresql(options.folder, kept_server)), 2
            comparisons.append(compare(Path(folder), url, rows, processes, kept))
    section = "\n".join(_describe(comparisons, load))
    replace_section(section)
    print(section)


def _describe(comparisons: Sequence[Comparison], load: float) -> Iterator[str]:
    is_sqlite = comparisons[0].database == "sqlite"
    introduction = _INTRODUCTION.format(
        on="" if is_sqlite else " on PostgreSQL",
        command="make bench" if is_sqlite else "python -m benchmarks.server --database postgresql",
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        cores=psutil.cpu_count(),
        load=load,
        rounds=ROUNDS,
        seconds=ROUND_SECONDS,
    )
    yield introduction + (_SQLITE if is_sqlite else _POSTGRESQL)
    for comparison in comparisons:
        yield f"### {comparison.rows:,} detections\n"
        yield from _describe_ratios(comparison.ratios, TARGETS)
        yield f"While another process commits {DETECTION_RATE:g} detections a second:\n"
        yield from _describe_ratios(comparison.while_writing, TARGETS_WHILE_WRITING)
        yield from _describe_bounds(comparison)
    yield from _describe_growth(comparisons[0], comparisons[-1])


def _describe_ratios(ratios: Sequence[Ratio], targets: Mapping[str, float]) -> Iterator[str]:
    yield "| operation | server, per second | bare, per second | ratio | target | |"
    yield "|---|---:|---:|---:|---:|---|"
    for ratio in ratios:
        target = targets[ratio.name]
        met = verdict(ratio.value >= target)
        yield f"| {ratio.name} | {ratio.ours:.0f} | {ratio.bare:.0f} | {ratio.value:.2f} | {target} | {met} |"
    yield ""


def _describe_bounds(comparison: Comparison) -> Iterator[str]:
    latency = comparison.latency
    figures = (latency.p50, latency.p99, comparison.backend_mib, comparison.ingest_mib)
    names = ("commit to client, median, ms", "commit to client, 99 %, ms", "backend, MiB", "ingest, MiB")
    yield "| measure | value | at most | |"
    yield "|---|---:|---:|---|"
    for name, measured, bound in zip(names, figures, (*LATENCY_TARGETS_MS, *MEMORY_TARGETS_MIB), strict=True):
        yield f"| {name} | {measured:.1f} | {bound:g} | {verdict(measured <= bound)} |"
    yield ""
    order = "each once and in order" if latency.in_order else "out of order"
    yield (
        f"WebSocket: {CLIENTS} clients at {DETECTION_RATE:g} detections a second while another client never reads; "
        f"{latency.received} of {latency.expected} received, {order}; {latency.closed} clients closed. "
        f"{CROWD} clients at {CROWD_RATE:g} a second: {comparison.crowd.received} of {comparison.crowd.expected} "
        f"received, {comparison.crowd.closed} closed, median {comparison.crowd.p50:.0f} ms.\n"
    )


def _describe_growth(small: Comparison, large: Comparison) -> Iterator[str]:
    if small.rows == large.rows:
        return
    yield f"### From {small.rows:,} to {large.rows:,} detections\n"
    yield f"Factor by which the ratio falls; at most {GROWTH_TARGET} times.\n"
    yield "| operation | times | |"
    yield "|---|---:|---|"
    for before, after in zip(small.ratios, large.ratios, strict=True):
        times = before.value / after.value
        yield f"| {before.name} | {times:.2f} | {verdict(times <= GROWTH_TARGET)} |"


if __name__ == "__main__":
    main()
