"""The commands and lists of docs/api.md: the commands run as printed, except for the port."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.domain.consent import CONSENT_VERSION
from stressvision.services.context import open_context
from stressvision.services.people.still_verdicts import FEWEST_STILLS, MOST_STILLS
from stressvision.wire.events import EVENT_TYPES
from tests.documents.markdown import read_blocks, read_commands
from tests.integration.conftest import enrol
from tests.integration.live_backend import LiveBackend, raise_alert, serve
from tests.integration.logins import add_doctor

DOCUMENT = PROJECT_ROOT / "docs" / "api.md"
REFUSED = "start_date=yesterday"
"""The one command whose response is an error."""
TIMEOUT_SECONDS = 60


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBackend]:
    folder = tmp_path_factory.mktemp("api")
    shutil.copytree(PROJECT_ROOT / "demo" / "enrol" / "EMP004", folder / "fotos")
    context = open_context(Settings(database_url=f"sqlite:///{folder}/gloria_stress_system.db"))
    people = [enrol(context, code) for code in ("EMP001", "EMP002")]
    raise_alert(context, people[0])
    with serve(context) as backend:
        yield backend


def use_live_port(live: LiveBackend, text: str) -> str:
    return text.replace("localhost:8000", f"localhost:{live.port}")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_curl_command_succeeds(live: LiveBackend) -> None:
    folder = Path(live.context.settings.database_url.removeprefix("sqlite:///")).parent
    (folder / ".curlrc").write_text("silent\nshow-error\nfail-with-body\n", encoding="utf-8")
    commands = [command for block in read_blocks(DOCUMENT, "bash") for command in read_commands(block)]
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", use_live_port(live, command.text)],
            cwd=folder,
            env={**os.environ, "CURL_HOME": str(folder)},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert (done.returncode == 0) != (REFUSED in command.text), f"{command.text}\n{done.stdout}{done.stderr}"
    assert len(list(folder.glob("detections_*.csv"))) == len(list(folder.glob("detections_*.parquet"))) == 1
    with live.context.database.read() as connection:
        query = "SELECT employee_code, given FROM consents JOIN employees ON employees.id = employee_id"
        given = [tuple(row) for row in connection.exec_driver_sql(f"{query} ORDER BY consents.id")]
        assert given[-2:] == [("EMP003", 1), ("EMP002", 0)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_printed_login_opens_the_api_and_its_document(tmp_path: Path) -> None:
    context = add_doctor(open_context(Settings(database_url=f"sqlite:///{tmp_path}/gloria_stress_system.db")))
    [block] = read_blocks(DOCUMENT, "sh")
    with serve(context) as backend:
        command = ["bash", "-e", "-c", use_live_port(backend, block.text)]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    assert json.loads(done.stdout)["name"] == "dra.quispe", done.stderr
    assert json.loads((tmp_path / "openapi.json").read_text("utf-8"))["paths"]


def test_client_receives_subscribed_events(live: LiveBackend) -> None:
    [block] = read_blocks(DOCUMENT, "python")
    client = subprocess.Popen(
        [sys.executable, "-u", "-c", use_live_port(live, block.text)], stdout=subprocess.PIPE, text=True
    )
    watchdog = threading.Timer(TIMEOUT_SECONDS, client.kill)
    watchdog.start()
    with client:
        assert client.stdout is not None
        received: list[str] = []
        while "subscribed" not in received:
            received.append(client.stdout.readline().strip())
            assert received[-1], received
        watchdog.cancel()
        client.kill()
    assert received[0] == "connected"


def test_lists_match_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    listed = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in text.splitlines() if line[:3] == "| `")))
    assert set(EVENT_TYPES) <= listed
    assert f"consent_version={CONSENT_VERSION}" in text
    assert f"{FEWEST_STILLS} to {MOST_STILLS} stills" in text
