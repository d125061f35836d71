"""Start and memory of the whole device program, against a server of its own."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.programs import find_free_port, run_program, stop
from stressvision.core.config import PROJECT_ROOT

RUN_SECONDS = 45.0
POLL_SECONDS = 0.02
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class DeviceStart:
    """`first_detection`: seconds from the start of the program until the server has stored the first detection;
    `processor`: seconds of processor time until then; `resident`: MiB after RUN_SECONDS."""

    first_detection: float
    processor: float
    resident: float


def measure_start() -> DeviceStart:
    """Start the device on the demo recording, whose first person is in view at once, with its people enrolled."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "plant.db"
        environment = {
            **os.environ,
            "PYTHONPATH": str(PROJECT_ROOT),
            "STRESSVISION_DATABASE_URL": f"sqlite:///{database}",
            "STRESSVISION_PREVIEW_PORT": str(find_free_port()),
        }
        prepare = [sys.executable, "-m", "stressvision", "prepare", "--demo"]
        subprocess.run(prepare, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        with run_program(folder, f"sqlite:///{database}", "server_simulator.py") as server:
            environment["STRESSVISION_INGEST_URL"] = server.url("")
            command = [sys.executable, str(PROJECT_ROOT / "pi_simulator.py"), "--source", "demo", "--headless"]
            began = time.monotonic()
            with (folder / "device.log").open("wb") as log:
                device = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
            try:
                return _watch(psutil.Process(device.pid), database, began)
            finally:
                device.send_signal(signal.SIGTERM)
                stop(device)


def _watch(device: psutil.Process, database: Path, began: float) -> DeviceStart:
    with sqlite3.connect(database) as connection:
        while not connection.execute("SELECT count(*) FROM detection_events").fetchone()[0]:
            if time.monotonic() - began > LONGEST_SECONDS:
                raise SystemExit("the device delivered no detection")
            time.sleep(POLL_SECONDS)
    first, times = time.monotonic() - began, device.cpu_times()
    time.sleep(max(0.0, began + RUN_SECONDS - time.monotonic()))
    return DeviceStart(first, times.user + times.system, device.memory_info().rss / 2**20)
