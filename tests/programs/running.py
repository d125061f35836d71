"""Programs under test: started from a folder of their own, stopped and awaited."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from stressvision.core.config import PROJECT_ROOT

PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.02


def wait_until(condition: Callable[[], bool], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Return as soon as the condition holds; fail with `what` after `patience` seconds."""
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"condition not met within {patience} s: {what}")
        pause.wait(_POLL_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


class Program:
    """One of the root programs, as a process; its output is kept for the message of a failing test."""

    def __init__(self, script: str, *arguments: str, folder: Path, settings: Mapping[str, str]) -> None:
        self._log = (folder / f"{Path(script).stem}-{time.monotonic_ns()}.log").open("w+", encoding="utf-8")
        command = (
            [sys.executable, "-m", "stressvision"] if script == "-m" else [sys.executable, str(PROJECT_ROOT / script)]
        )
        environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "PYTHONUNBUFFERED": "1", **settings}
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    @property
    def output(self) -> str:
        self._log.flush()
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def wait(self, patience: float = PATIENCE_SECONDS) -> int:
        return self.process.wait(patience)

    def stop(self, number: signal.Signals = signal.SIGTERM, patience: float = PATIENCE_SECONDS) -> int:
        self.process.send_signal(number)
        return self.wait(patience)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()


@contextmanager
def program(script: str, *arguments: str, folder: Path, settings: Mapping[str, str]) -> Iterator[Program]:
    started = Program(script, *arguments, folder=folder, settings=settings)
    try:
        yield started
    finally:
        started.close()
