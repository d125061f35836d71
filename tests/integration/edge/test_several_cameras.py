"""Two cameras on one device, run by the launcher: one process, outbox, log and preview each."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from stressvision.core.ports import is_port_free
from stressvision.core.program import is_running
from stressvision.launcher.record import read_record
from stressvision.launcher.supervisor import ComponentState
from tests.programs.running import free_port, program, wait_until

NAMES = ("entrada", "linea2")


def free_neighbours() -> int:
    """Return a free port whose successor is free too."""
    while not is_port_free("127.0.0.1", (first := free_port()) + 1):
        continue
    return first


def ask(port: int, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        body: dict[str, Any] = json.load(answer)
        return body


def all_run(folder: Path) -> bool:
    record = read_record(folder / ".run")
    return record is not None and all(part.state is ComponentState.RUNNING for part in record.components)


def run_command(command: str, folder: Path, settings: dict[str, str]) -> tuple[int, str]:
    with program("start_complete_system.py", command, folder=folder, settings=settings) as run:
        return run.wait(), run.output


def test_each_camera_is_a_device_and_stop_ends_all(usual_url: str, tmp_path: Path) -> None:
    preview, ingest = free_neighbours(), free_port()
    settings = {
        "STRESSVISION_CAMERAS": "entrada=demo,linea2=demo",
        "STRESSVISION_PREVIEW_PORT": str(preview),
        "STRESSVISION_INGEST_PORT": str(ingest),
        "STRESSVISION_DATABASE_URL": usual_url,
    }
    with program("start_complete_system.py", "--option", "1", "--headless", folder=tmp_path, settings=settings) as run:
        wait_until(lambda: all_run(tmp_path), f"both cameras watched: {run.output}", patience=90)
        code, table = run_command("status", tmp_path, settings)
        healths = [ask(preview + place, "/health") for place in range(2)]
        wait_until(lambda: set(ask(ingest, "/stats")["detections_by_device"]) == set(NAMES), "detections of both")
        record = read_record(tmp_path / ".run")
        stopped, output = run_command("stop", tmp_path, settings)
        ended = run.wait()

    assert code == 0
    assert record is not None
    assert [health["device_id"] for health in healths] == list(NAMES)
    for name in NAMES:
        assert f"Pi {name}" in table
        assert (tmp_path / ".run" / "logs" / f"edge-{name}.log").stat().st_size > 0
        assert (tmp_path / f"edge_outbox-{name}.db").exists()
    assert (stopped, ended) == (0, 0), output
    assert len(record.components) == 3
    assert not any(is_running(part.process) for part in record.components)
