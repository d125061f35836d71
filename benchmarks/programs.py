"""The servers and their bare counterparts as processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from stressvision.core.config import PROJECT_ROOT


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


@contextmanager
def run_program(folder: Path, url: str, script: str) -> Iterator[Server]:
    """Run one of the entry scripts on the database of `url` until the end of the block."""
    environment = {**os.environ, "STRESSVISION_DATABASE_URL": url}
    port = find_free_port()
    with _running([str(PROJECT_ROOT / script), "--port", str(port)], folder, environment, port) as server:
        yield server


@contextmanager
def run_bare(folder: Path, kind: str) -> Iterator[Server]:
    """Run a bare counterpart until the end of the block."""
    port = find_free_port()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with _running(["-m", "benchmarks.bare", kind, str(port), str(folder)], folder, environment, port) as server:
        yield server


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str], port: int) -> Iterator[Server]:
    with (folder / f"{port}.log").open("w") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, stderr=log)
    try:
        wait_until_answering(port)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def find_free_port() -> int:
    """Return a free TCP port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until_answering(port: int) -> None:
    """Return once a server answers on the port; raise SystemExit after a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("a server did not become ready")
