"""Ten thousand detections delivered while devices and ingest are killed repeatedly."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stressvision.core.config import PROJECT_ROOT
from tests.integration.conftest import query
from tests.programs.running import answers, free_port, wait_until

pytestmark = pytest.mark.e2e

DEVICES = ("cam-1", "cam-2")
DETECTIONS = 10_000
STEPS = 20
KILLS = 50
PATIENCE = 60.0


class Plant:
    """Two small devices and a real ingest server, each a process that can be killed and started again."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database, self.port = folder, database, free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        limit = self.folder / f"{name}.limit"
        command = (
            [str(PROJECT_ROOT / "server_simulator.py"), "--port", str(self.port)]
            if name == "ingest"
            else ["-m", "tests.programs.small_device", str(self.folder / f"{name}.db"), self.url, name, str(limit)]
        )
        environment = {
            **os.environ,
            "PYTHONPATH": str(PROJECT_ROOT),
            "STRESSVISION_DATABASE_URL": self.database,
        }
        with (self.folder / f"{name}.log").open("ab") as output:
            self._running[name] = subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, env=environment, stdout=output, stderr=output
            )

    def kill(self, name: str) -> None:
        process = self._running[name]
        assert process.poll() is None, (self.folder / f"{name}.log").read_text(encoding="utf-8")
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        self.kills += 1

    def allow(self, detections: int) -> None:
        """Lets every device make this many detections in all."""
        for name in DEVICES:
            draft = self.folder / f"{name}.draft"
            draft.write_text(str(detections))
            draft.replace(self.folder / f"{name}.limit")

    def count_stored(self) -> int:
        return int(str(self.ask("SELECT count(*) FROM detection_events")[0][0]))

    def count_waiting(self, name: str) -> int:
        return int(str(self.ask_outbox(name, "SELECT count(*) FROM item")[0][0]))

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        return query(self.database, statement)

    def ask_outbox(self, name: str, statement: str) -> list[tuple[object, ...]]:
        return query(f"sqlite:///{self.folder / name}.db", statement)

    def close(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait(PATIENCE)


@pytest.fixture
def plant(usual_url: str, tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path, usual_url)
    yield plant
    plant.close()


def test_ten_thousand_detections_survive_fifty_kills_in_order_without_duplicates(plant: Plant) -> None:
    chance = random.Random(4)
    share = DETECTIONS // STEPS // len(DEVICES)
    plant.allow(0)
    plant.start("ingest")
    wait_until(lambda: answers(f"{plant.url}/health"), "ingest", PATIENCE)
    for name in DEVICES:
        plant.start(name)
    for step in range(1, STEPS + 1):
        before = plant.count_stored()
        some = chance.randrange(1, share // 2)
        plant.allow(step * share)
        wait_until(lambda least=before + some: plant.count_stored() >= least, "progress", PATIENCE)  # type: ignore[misc]
        for name in chance.sample(["ingest", *DEVICES], 2 + step % 2):
            plant.kill(name)
            plant.start(name)
    wait_until(lambda: plant.count_stored() >= DETECTIONS, "everything to be stored", PATIENCE)

    assert plant.kills == KILLS
    for name in DEVICES:
        arrived = plant.ask(f"SELECT track_id FROM detection_events WHERE device_id = '{name}' ORDER BY id")
        assert [track for (track,) in arrived] == [f"trk_{number}" for number in range(STEPS * share)]
        wait_until(lambda device=name: plant.count_waiting(device) == 0, "an empty outbox")  # type: ignore[misc]
        assert plant.ask_outbox(name, "SELECT count(*) FROM refused") == [(0,)]
        assert plant.ask_outbox(name, "PRAGMA integrity_check") == [("ok",)]
    assert plant.ask("SELECT count(*), count(DISTINCT event_id) FROM detection_events") == [(DETECTIONS, DETECTIONS)]
    assert plant.ask("SELECT count(*) FROM sessions") == [(len(DEVICES),)]
    assert not plant.database.startswith("sqlite") or plant.ask("PRAGMA integrity_check") == [("ok",)]
