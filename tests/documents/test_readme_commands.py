"""The commands of the READMEs run as printed, against the system on its documented ports."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.ports import find_port_holder, is_port_free
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.detections.storing import store_detection
from stressvision.services.people.enrolment import Enrolment, enrol_employee
from stressvision.services.reports.creation import write_manual_report
from stressvision.wire.detections import DetectionIn
from tests.documents.markdown import Block, Command, read_blocks, read_commands
from tests.programs.running import answers, program, wait_until

READMES = [PROJECT_ROOT / name for name in ("README.md", "README.es.md")]
API, INGEST = "http://localhost:8000", "http://localhost:5000"
DATABASE = "gloria_stress_system.db"
ZONES = ("America/Lima", "UTC", "Asia/Kathmandu")
RUN_HERE = ("curl", "sqlite3")
RUN_ELSEWHERE = {
    "python3 start_complete_system.py": "tests/e2e and tests/integration of the launcher",
    "python3 start_complete_system.py --option 3 --demo": "tests/e2e/test_whole_demo.py",
    "python3 -m tests": "the suite itself",
}
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class System:
    """Ingest and backend on their documented ports, in `folder`, with people, an alert and a report in the database."""

    folder: Path
    readme: Path
    context: Context


@pytest.fixture(scope="module", params=READMES, ids=lambda path: path.name)
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    for port in (8000, 5000):
        if not is_port_free("127.0.0.1", port):
            holder = find_port_holder(port)
            pytest.skip(f"the documented port {port} is busy: {holder.name} (pid {holder.pid})")
    folder = tmp_path_factory.mktemp("documented")
    context = open_context(Settings(database_url=f"sqlite:///{folder / DATABASE}"))
    fill(context)
    with ExitStack() as stack:
        for script in ("server_simulator.py", "backend_api.py"):
            stack.enter_context(program(script, folder=folder, settings={}))
        wait_until(lambda: answers(f"{API}/ready") and answers(f"{INGEST}/health"), "the system")
        yield System(folder, request.param, context)
    context.database.close()


def fill(context: Context) -> None:
    """Add Ana with stress now, Luis with happy now and sad some hours ago: a wrong time comparison would mix them."""
    ana, luis = (enrol(context, code, name) for code, name in (("EMP001", "Ana Torres"), ("EMP002", "Luis Ramírez")))
    now = utc_now()
    for second in range(12):
        add(context, ana, "stress", now - timedelta(seconds=second))
        add(context, luis, "happy", now - timedelta(seconds=second))
    for hours in (1, 3, 6, 9):
        add(context, luis, "sad", now - timedelta(hours=hours))
    write_manual_report(context, timedelta(minutes=15))


def enrol(context: Context, code: str, name: str) -> int:
    samples = (FaceSampleRow(tuple(0.01 * place for place in range(128)), 0.9),)
    enrolment = Enrolment(code, name, "Producción", "morning", samples, consent_sha256="0" * 64)
    return enrol_employee(context, enrolment, Actor(user_id="test")).id


def add(context: Context, employee_id: int, emotion: str, moment: object) -> None:
    detection = {"employee_id": employee_id, "emotion": emotion, "emotion_confidence": 0.9, "timestamp": moment}
    store_detection(context, DetectionIn.model_validate({"device_id": "pi-1", **detection}))


def commands_of(readme: Path) -> list[Command]:
    return [command for block in read_blocks(readme, "bash") for command in read_commands(block)]


def run_printed(command: str, folder: Path, **environment: str) -> str:
    """Run the command unchanged and return its output. A .curlrc makes curl fail on an HTTP error."""
    (folder / ".curlrc").write_text("silent\nshow-error\nfail-with-body\n", encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "CURL_HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_printed_command_has_a_test(readme: Path) -> None:
    commands = commands_of(readme)
    assert {command.program for command in commands} >= set(RUN_HERE)
    unknown = [command for command in commands if command.program not in RUN_HERE and command.text not in RUN_ELSEWHERE]
    assert not unknown, "no test runs these: add one, or list it in RUN_ELSEWHERE"


def test_both_readmes_print_the_same_commands() -> None:
    english, spanish = ([command.text for command in commands_of(readme)] for readme in READMES)
    assert english == spanish
    for language in ("sql", "python"):
        blocks = [[block.text for block in read_blocks(readme, language)] for readme in READMES]
        assert blocks[0] == blocks[1]
        assert blocks[0]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_curl_command_succeeds(system: System) -> None:
    lines = [command for command in commands_of(system.readme) if command.program == "curl"]
    for command in lines:
        assert json.loads(run_printed(command.text, system.folder)), command


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs the sqlite3 command-line program")
def test_queries_are_independent_of_time_zone(system: System) -> None:
    for block in read_blocks(system.readme, "sql"):
        in_lima, *elsewhere = (ask_sqlite(system, block.text, zone) for zone in ZONES)
        assert in_lima
        assert elsewhere == [in_lima, in_lima], block
    for command in commands_of(system.readme):
        if command.program == "sqlite3":
            lima, *others = (run_printed(command.text, system.folder, TZ=zone) for zone in ZONES)
            assert others == [lima, lima], command


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs the sqlite3 command-line program")
@pytest.mark.parametrize("zone", ZONES)
def test_queries_agree_with_the_api(system: System, zone: str) -> None:
    [recent] = [block.text for block in read_blocks(system.readme, "sql") if "-15 minutes" in block.text]
    counted = ask_sqlite(system, recent, zone)
    stored = ask_sqlite(system, "SELECT COUNT(*) FROM detection_events;", zone)
    assert stored == [[str(requests.get(f"{API}/api/export/detections", timeout=5).json()["total"])]]
    assert counted == [*status_rows("EMP001"), *status_rows("EMP002")]


def ask_sqlite(system: System, query: str, zone: str) -> list[list[str]]:
    done = subprocess.run(
        ["sqlite3", "-list", DATABASE, query],
        cwd=system.folder,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=True,
    )
    return [line.split("|") for line in done.stdout.splitlines()]


def status_rows(code: str) -> list[list[str]]:
    """What the query prints of one person, as the API has it."""
    people = requests.get(f"{API}/api/employees", timeout=5).json()["employees"]
    person = next(person for person in people if person["employee_code"] == code)
    summary = requests.get(f"{API}/api/employees/{person['id']}/status?minutes=15", timeout=5).json()["summary"]
    return [[person["full_name"], str(summary["total_detections"]), str(float(summary["stress_percentage"]))]]


def test_the_websocket_client_receives_what_is_stored(system: System) -> None:
    for block in read_blocks(system.readme, "python"):
        printed = run_client(system, block)
        assert any("detection" in line for line in printed), printed


def run_client(system: System, block: Block) -> list[str]:
    """What the printed client prints up to the first detection."""
    client = subprocess.Popen(
        [sys.executable, "-u", "-c", block.text], cwd=system.folder, stdout=subprocess.PIPE, text=True
    )
    assert client.stdout is not None
    watchdog = threading.Timer(TIMEOUT_SECONDS, client.kill)
    watchdog.start()
    printed: list[str] = []
    for line in client.stdout:
        printed.append(line)
        if "connected" in line:
            store_detection(system.context, DetectionIn(device_id="pi-1", timestamp=utc_now()))
        if "detection" in line:
            break
    watchdog.cancel()
    client.kill()
    client.wait()
    client.stdout.close()
    return printed
