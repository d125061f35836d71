"""The commands of the commissioning page run as printed, in their order, with accounts, TLS, a device and a restore."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from stressvision.core.config import PROJECT_ROOT
from tests.documents.markdown import Command, read_blocks, read_commands
from tests.integration.receivers import mail_server
from tests.programs.running import Program, free_port, program, wait_until

PAGE = PROJECT_ROOT / "docs" / "puesta-en-servicio.md"
ENGLISH_PAGE = PROJECT_ROOT / "docs" / "commissioning.md"
NAME = "estres.planta.example"
"""The server's name on the page; the tests call it localhost."""
TYPED = "a long enough password\n"
ELSEWHERE = ("git ", "mkdir ", "cd ", "source ", "export ")
"""The checkout, the folder and the environment exist already."""
TIMEOUT_SECONDS = 120


@dataclass
class Plant:
    """The folder of the page, and what runs in it."""

    folder: Path
    settings: dict[str, str]
    running: list[Program] = field(default_factory=list)

    def run(self, command: Command) -> None:
        text = command.text.replace(NAME, "localhost").replace(":8000", f":{self.settings['STRESSVISION_API_PORT']}")
        text = re.sub(r"^python3? ", f'"{sys.executable}" ', text)
        done = subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), **self.settings},
            input=TYPED,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        # doctor ends with 1 where it found a problem, such as ports of another program on the test machine.
        allowed = {0, 1} if text.endswith("doctor") else {0}
        assert done.returncode in allowed, f"{command.text}\n{done.stdout}{done.stderr}"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    (tmp_path / "stressvision").symlink_to(PROJECT_ROOT)
    folder = tmp_path / "planta"
    folder.mkdir()
    shutil.copytree(PROJECT_ROOT / "demo" / "enrol" / "EMP001", folder / "fotos" / "ana")
    ports = {f"STRESSVISION_{name}_PORT": str(free_port()) for name in ("API", "INGEST", "DASHBOARD", "PREVIEW")}
    with mail_server() as inbox:
        plant = Plant(folder, {**ports, "STRESSVISION_NOTIFY_URLS": inbox.address})
        try:
            yield plant
        finally:
            for started in plant.running:
                started.close()


def write_settings(plant: Plant) -> None:
    [block] = read_blocks(PAGE, "dotenv")
    text = block.text.replace(NAME, "localhost").replace("STRESSVISION_HOST=0.0.0.0", "STRESSVISION_HOST=127.0.0.1")
    (plant.folder / ".env").write_text(text, "utf-8")


def start_server(plant: Plant) -> None:
    plant.running.append(
        Program(
            "start_complete_system.py", "--option", "server", "--headless", folder=plant.folder, settings=plant.settings
        )
    )
    for port in ("API", "INGEST"):
        url = f"https://localhost:{plant.settings[f'STRESSVISION_{port}_PORT']}/health"
        wait_until(lambda url=url: is_healthy(url, plant.folder / "ca.pem"), url, TIMEOUT_SECONDS)  # type: ignore[misc]


def is_healthy(url: str, authority: Path) -> bool:
    try:
        return requests.get(url, verify=str(authority), timeout=2).ok
    except requests.RequestException:
        return False


def count_detections(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "gloria_stress_system.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM detection_events").fetchone()[0])


def test_both_pages_have_the_same_commands_and_settings() -> None:
    for language in ("bash", "dotenv"):
        spanish, english = (
            [block.text.replace("<this repository>", "<este repositorio>") for block in read_blocks(page, language)]
            for page in (PAGE, ENGLISH_PAGE)
        )
        assert spanish == english


@pytest.mark.timeout(900)
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_page_leads_from_an_empty_folder_to_a_restored_plant(plant: Plant) -> None:
    commands = [command for block in read_blocks(PAGE, "bash") for command in read_commands(block)]
    run = [command for command in commands if not command.text.startswith(ELSEWHERE)]
    assert len(run) >= 25
    for command in run:
        if command.text.startswith("openssl req -x509"):
            write_settings(plant)
        if "--option server" in command.text:
            start_server(plant)
        elif command.text.endswith("restore"):
            stopped = plant.running.pop(0)
            stopped.wait(TIMEOUT_SECONDS)
            stopped.close()
            plant.run(command)
            start_server(plant)
        elif command.text.endswith(" stop") and not plant.running:
            continue
        else:
            plant.run(command)
        if "token add" in command.text:
            watch(plant)
    # Python requires RFC 5280's form from 3.13 on, on the server or on the device.
    strict = ("openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "servidor.pem")
    subprocess.run(strict, cwd=plant.folder, check=True)
    assert (plant.folder / "papeles" / "plazos.pdf").stat().st_size > 1000
    assert "Gloria S.A." in (plant.folder / "consentimiento.txt").read_text("utf-8")


def watch(plant: Plant) -> None:
    """Run a device with the token until its first detection is stored, as device.md has it."""
    ingest = f"https://localhost:{plant.settings['STRESSVISION_INGEST_PORT']}"
    device = plant.folder / "device"
    device.mkdir()
    option = ("--option", "device", "--headless")
    answers = ("--server", ingest, "--ca", "../ca.pem", "--token-file", "../linea2.token", "--device-id", "linea2")
    settings = {"STRESSVISION_PREVIEW_PORT": str(free_port())}
    with program(
        "start_complete_system.py", *option, *answers, "--source", "demo", folder=device, settings=settings
    ) as setup:
        assert setup.wait(TIMEOUT_SECONDS) == 0, setup.output
    with program("start_complete_system.py", *option, folder=device, settings=settings) as started:
        wait_until(
            lambda: count_detections(plant.folder) > 0 or started.process.poll() is not None,
            "the first detection",
            TIMEOUT_SECONDS,
        )
        assert count_detections(plant.folder) > 0, started.output
        started.stop(patience=TIMEOUT_SECONDS)
