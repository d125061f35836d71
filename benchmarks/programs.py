"""Our servers and the bare ones, each a process of its own."""

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
    port: int
    process: psutil.Process

    def url(self, place: str) -> str:
        return f"http://127.0.0.1:{self.port}{place}"

    def resident_mib(self) -> float:
        return float(self.process.memory_info().rss) / 2**20


@contextmanager
def run_program(folder: Path, database: Path, script: str) -> Iterator[Server]:
    environment = {**os.environ, "STRESSVISION_DATABASE_URL": f"sqlite:///{database}"}
    port = free_port()
    with _running([str(PROJECT_ROOT / script), "--port", str(port)], folder, environment, port) as server:
        yield server


@contextmanager
def run_bare(folder: Path, kind: str) -> Iterator[Server]:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with _running(["-m", "benchmarks.bare", kind, str(port), str(folder)], folder, environment, port) as server:
        yield server


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str], port: int) -> Iterator[Server]:
    with (folder / f"{port}.log").open("w") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, stderr=log)
    try:
        _wait_until_answering(port)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_answering(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("a server did not become ready")
