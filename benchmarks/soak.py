"""Soak of devices against a server in trouble: `python -m benchmarks.soak --minutes 120 [--video FILE ...]`.

Runs the ingest server and a device for the demo recording and for each `--video`, and disturbs them in turn: the server
is killed, restored from a backup, replaced by an empty database with the same people, slowed, made to lose its answers;
the devices' clocks are stepped (with libfaketime) and their disk is filled (a tmpfs; both need Linux and root, and are
left out without). At the end every detection that a device counted must be stored once. Writes its section of
docs/performance.md.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.document import replace_section, verdict
from benchmarks.endurance import hourly_growth
from benchmarks.programs import find_free_port, wait_until_answering
from stressvision.core.config import PROJECT_ROOT

HEADING = "## Edge: soak"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
DISK_BYTES = 64 * 2**20
WARM_SECONDS = 600.0
SETTLE_SECONDS = 240.0
"""After the last disturbance: detections dated ahead by a stepped clock wait until they are due."""
SAMPLE_SECONDS = 30.0
SLOPE_TARGET = 1.0
"""MiB an hour."""


class TroubledLine:
    """A TCP proxy before the server. `mode`: pass, slow (a second a chunk), refuse, lose (the answers)."""

    def __init__(self, port: int) -> None:
        self.mode = "pass"
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self.mode == "refuse":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port), 5)
            except OSError:
                client.close()
                continue
            for source, target, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pump, args=(source, target, answers), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.mode == "slow":
                    time.sleep(1.0)
                if self.mode == "refuse" or (self.mode == "lose" and answers):
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class Plant:
    """The programs of one soak. `moved`: content of libfaketime's file, by which the devices' clocks are stepped."""

    folder: Path
    disk: Path
    line: TroubledLine
    port: int
    environment: dict[str, str]
    server: subprocess.Popen[bytes] | None = None
    devices: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    databases: int = 0

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock"

    @property
    def database(self) -> Path:
        return self.folder / "plant.db"

    def command(self, *arguments: str) -> None:
        """Run a command of the product on the server's database."""
        subprocess.run(
            [sys.executable, "-m", "stressvision", *arguments],
            cwd=self.folder,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start_server(self) -> None:
        log = (self.folder / "server.log").open("ab")
        script = str(PROJECT_ROOT / "server_simulator.py")
        self.server = subprocess.Popen(
            [sys.executable, script, "--port", str(self.port)], cwd=self.folder, env=self.environment, stderr=log
        )
        wait_until_answering(self.port)

    def end_server(self, number: int) -> None:
        assert self.server is not None
        self.server.send_signal(number)
        self.server.wait(30)

    def start_device(self, name: str, source: str) -> None:
        folder = self.disk / name
        folder.mkdir()
        faked = (
            {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.clock_file)} if FAKETIME.exists() else {}
        )
        environment = {
            **self.environment,
            **faked,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_CACHE_DURATION": "1",
            "STRESSVISION_INGEST_URL": f"http://127.0.0.1:{self.line.port}",
            "STRESSVISION_OUTBOX_PATH": str(folder / "outbox.db"),
            "STRESSVISION_RUN_DIR": str(folder / "run"),
            "STRESSVISION_PREVIEW_PORT": str(find_free_port()),
        }
        command = [sys.executable, str(PROJECT_ROOT / "pi_simulator.py"), "--device-id", name, "--source", source]
        command += ["--headless", "--record-stats", str(self.folder / f"{name}.jsonl")]
        log = (self.folder / f"{name}.log").open("ab")
        self.devices[name] = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--video", action="append", default=[], metavar="FILE", help="a further device plays this")
    parser.add_argument("--every", type=float, default=50.0, help="seconds between two disturbances (50)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the programs are stopped
    with TemporaryDirectory(prefix="soak-") as name, mounted_disk(Path(name)) as disk:
        plant = build_plant(Path(name), disk)
        try:
            section = run(plant, options.minutes, options.every, ["demo", *map(os.path.abspath, options.video)])
        finally:
            for process in (plant.server, *plant.devices.values()):
                if process is not None and process.poll() is None:
                    process.kill()
                    process.wait()
    replace_section(section)
    print(section)


@contextmanager
def mounted_disk(folder: Path) -> Iterator[Path]:
    """Yield a small disk of its own, or an ordinary folder where none can be mounted."""
    disk = folder / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield disk
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(disk)], check=False)


def build_plant(folder: Path, disk: Path) -> Plant:
    """Prepare the database with the demonstration's people, and start the server."""
    port = find_free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("STRESSVISION_")}
    environment = {**own, "PYTHONPATH": str(PROJECT_ROOT), "STRESSVISION_DATABASE_URL": f"sqlite:///{folder}/plant.db"}
    plant = Plant(folder, disk, TroubledLine(port), port, environment)
    plant.clock_file.write_text("+0\n")
    plant.command("prepare", "--demo")
    shutil.copy(plant.database, folder / "empty.db")
    plant.start_server()
    return plant


def disturbances(plant: Plant) -> list[tuple[str, Callable[[], None]]]:
    """Return what happens in turn, by name. Each leaves the plant working but for the clock and the line."""

    def line(mode: str, seconds: float) -> None:
        plant.line.mode = mode
        time.sleep(seconds)
        plant.line.mode = "pass"

    def kill(seconds: float = 20.0) -> None:
        plant.end_server(signal.SIGKILL)
        time.sleep(seconds)
        plant.start_server()

    def restore() -> None:
        plant.end_server(signal.SIGTERM)
        plant.command("restore")
        plant.start_server()

    def replace() -> None:
        plant.end_server(signal.SIGTERM)
        for suffix in ("-wal", "-shm"):
            Path(f"{plant.database}{suffix}").unlink(missing_ok=True)
        shutil.copy(plant.folder / "empty.db", plant.database)
        plant.start_server()

    def fill_disk() -> None:
        ballast = plant.disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(65536)):
                pass
        time.sleep(30.0)
        ballast.unlink()

    found: list[tuple[str, Callable[[], None]]] = [
        ("backup", lambda: plant.command("backup", "make")),
        ("server killed for 20 s", kill),
        ("answers a second late for 30 s", lambda: line("slow", 30.0)),
        ("answers lost for 20 s", lambda: line("lose", 20.0)),
        ("connections refused for 20 s", lambda: line("refuse", 20.0)),
        ("server restored from the backup", restore),
        ("server replaced by an empty database", replace),
    ]
    if FAKETIME.exists():
        for name, offset in (("ahead by 90 s", "+90"), ("back by 10 min", "-600"), ("right again", "+0")):
            found.append((f"device clocks {name}", lambda offset=offset: step_clock(plant, offset)))  # type: ignore[misc]
    if plant.disk.is_mount():
        found.append(("device disk full for 30 s", fill_disk))
    return found


def step_clock(plant: Plant, offset: str) -> None:
    """Set the offset of the devices' wall clocks, in seconds."""
    plant.clock_file.write_text(f"{offset}\n")


def run(plant: Plant, minutes: float, every: float, sources: list[str]) -> str:
    """Run the soak and return the section of the document."""
    for number, source in enumerate(sources, 1):
        plant.start_device(f"soak-{number}", source)
    began, samples, happened = time.monotonic(), list[tuple[float, dict[str, float]]](), dict[str, int]()
    end = began + 60 * minutes
    stopping = threading.Event()
    sampler = threading.Thread(target=sample_memory, args=(plant, began, samples, stopping))
    sampler.start()
    turn = disturbances(plant)
    number = 0
    while time.monotonic() + every < end - SETTLE_SECONDS:
        time.sleep(every)
        name, action = turn[number % len(turn)]
        print(f"{(time.monotonic() - began) / 60:6.1f} min  {name}", flush=True)
        action()
        happened[name] = happened.get(name, 0) + 1
        number += 1
    step_clock(plant, "+0")
    time.sleep(max(0.0, end - time.monotonic()))
    stopping.set()
    sampler.join()
    for process in plant.devices.values():
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return describe(plant, time.monotonic() - began, samples, happened, sources)


def sample_memory(
    plant: Plant, began: float, samples: list[tuple[float, dict[str, float]]], stopping: threading.Event
) -> None:
    """Append the resident memory of the devices, in MiB, until the soak ends."""
    while not stopping.wait(SAMPLE_SECONDS):
        sizes = {}
        for name, process in plant.devices.items():
            with suppress(psutil.NoSuchProcess):
                sizes[name] = psutil.Process(process.pid).memory_info().rss / 2**20
        samples.append((time.monotonic() - began, sizes))
        print(f"{samples[-1][0] / 60:6.1f} min  {sizes}", flush=True)


def describe(
    plant: Plant,
    seconds: float,
    samples: list[tuple[float, dict[str, float]]],
    happened: dict[str, int],
    sources: list[str],
) -> str:
    """Return the section of the document."""
    lines = [
        HEADING,
        "",
        f"Written by `python -m benchmarks.soak` on {datetime.now(UTC):%Y-%m-%d}, on a machine with {os.cpu_count()} "
        f"processor cores under other load: {len(sources)} devices, {seconds / 60:.0f} minutes. Disturbances: "
        + ", ".join(f"{name} ({count} times)" for name, count in happened.items())
        + ".",
        "",
        "| device | detections | stored | stored twice | waiting | refused | lost | resident, MiB | growth, MiB/h |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    whole, flat = True, True
    warm = [sample for sample in samples if sample[0] >= min(WARM_SECONDS, samples[-1][0] / 2)]
    with sqlite3.connect(plant.database) as database:
        for name in plant.devices:
            last = json.loads((plant.folder / f"{name}.jsonl").read_text("utf-8").splitlines()[-1])
            query = "SELECT count(*), count(DISTINCT event_id) FROM detection_events WHERE device_id = ?"
            stored, distinct = database.execute(query, (name,)).fetchone()
            growth = hourly_growth([at for at, _ in warm], [sizes[name] for _, sizes in warm])
            whole &= stored == distinct == last["detections"]
            flat &= growth <= SLOPE_TARGET
            lines.append(
                f"| {name} | {last['detections']} | {stored} | {stored - distinct} | {last['waiting']} | "
                f"{last['refused']} | {last['lost']} | {max(sizes[name] for _, sizes in samples):.0f} | {growth:.1f} |"
            )
    lines += [
        "",
        f"Every detection stored once: {verdict(whole)}. Growth after ten minutes at most {SLOPE_TARGET:g} MiB an "
        f"hour: {verdict(flat)}.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
