"""The servers and their bare counterparts as processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from stressvision.core.config import PROJECT_ROOT

PROGRAM_PORTS = {"backend": "API", "ingest": "INGEST", "dashboard": "DASHBOARD", "reporter": "", "device": "PREVIEW"}
"""The setting of each program's port, between STRESSVISION_ and _PORT; the reporter has none."""

STOPPING_SECONDS = 120
"""The reporter first ends the job that it runs."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Process

    def url(self, path: str) -> str:
        """Return the URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def resident_mib(self) -> float:
        """Return its resident memory in MiB."""
        return float(self.process.memory_info().rss) / 2**20

    def proportional_mib(self) -> float:
        """Return its memory in MiB, pages shared with other processes counted in proportion (PSS)."""
        return float(self.process.memory_full_info().pss) / 2**20

    def processor_seconds(self) -> float:
        """Return the processor time of all its threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def run_program(folder: Path, url: str, script: str) -> Iterator[Server]:
    """Run one of the entry scripts on the database of `url` until the end of the block."""
    environment = {**os.environ, "STRESSVISION_DATABASE_URL": url}
    port = find_free_port()
    with _running([str(PROJECT_ROOT / script), "--port", str(port)], folder, environment, port) as server:
        yield server


@contextmanager
def run_suite(folder: Path, url: str, scripts: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Server]]:
    """Run programs on one database that find each other until the end of the block.

    Args:
        scripts: the entry script and its arguments by name in PROGRAM_PORTS.
    """
    ports = {setting: find_free_port() for setting in PROGRAM_PORTS.values() if setting}
    settings = {f"STRESSVISION_{setting}_PORT": str(port) for setting, port in ports.items()}
    environment = {**os.environ, **settings, "STRESSVISION_DATABASE_URL": url}
    with ExitStack() as stack:
        running = {}
        for name, command in scripts.items():
            port = ports.get(PROGRAM_PORTS[name], 0)
            script, *arguments = command
            started = _running([str(PROJECT_ROOT / script), *arguments], folder, environment, port)
            running[name] = stack.enter_context(started)
        yield running


@contextmanager
def run_bare(folder: Path, kind: str) -> Iterator[Server]:
    """Run a bare counterpart until the end of the block."""
    port = find_free_port()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with _running(["-m", "benchmarks.bare", kind, str(port), str(folder)], folder, environment, port) as server:
        yield server


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str], port: int) -> Iterator[Server]:
    with (folder / f"{Path(command[0]).stem}-{port}.log").open("w") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        if port:
            wait_until_answering(port)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a program that was asked to end; kill it where a loaded machine takes too long for that."""
    try:
        process.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def find_free_port() -> int:
    """Return a free TCP port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until_answering(port: int) -> None:
    """Return once a server answers on the port; raise SystemExit after two minutes."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
        else:
            return
    raise SystemExit("a server did not become ready")
