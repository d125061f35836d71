"""The launcher with small real processes: exits, ignored signals and leftover processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.errors import Message
from stressvision.core.program import ProcessRecord, is_running
from stressvision.core.restoration import (
    RestoreRequest,
    is_restoration_requested,
    read_outcome,
    request_restoration,
)
from stressvision.launcher.command import main
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.control import stop_everything
from stressvision.launcher.doctor.checks import Level, check_notifications
from stressvision.launcher.record import LauncherRecord, read_record
from stressvision.launcher.supervisor import ComponentState
from tests.programs.running import answers, free_port, wait_until
from tests.programs.small_launcher import COMPONENTS

STANDIN = PROJECT_ROOT / "tests" / "programs" / "standin.py"
LAUNCHER = PROJECT_ROOT / "tests" / "programs" / "small_launcher.py"


def standin(name: str, *arguments: str, after: tuple[str, ...] = (), stop_rank: int = 1) -> Component:
    port = free_port()
    return Component(
        name,
        Message(es=name, en=name),
        (sys.executable, str(STANDIN), str(port), *arguments),
        health_url=f"http://127.0.0.1:{port}/health",
        ports=(PortUse(port, "STRESSVISION_API_PORT"),),
        after=after,
        stop_rank=stop_rank,
    )


class SmallSystem:
    """A launcher in its own folder, observed through its record as from another terminal."""

    def __init__(self, folder: Path) -> None:
        self.run_dir = folder / ".run"
        self.output = folder / "launcher.log"
        self.launcher: subprocess.Popen[bytes] | None = None
        self._seen: set[ProcessRecord] = set()

    def start(self, *components: Component) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(LAUNCHER), str(self.run_dir), COMPONENTS.dump_json(components).decode()]
        with self.output.open("wb") as output:
            self.launcher = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
            )
        wait_until(lambda: self.all_are(ComponentState.RUNNING), "every component running")
        return self.launcher

    def record(self) -> LauncherRecord | None:
        record = read_record(self.run_dir)
        for part in record.components if record else ():
            self._seen |= {part.process} if part.process else set()
        return record

    def all_are(self, state: ComponentState) -> bool:
        assert self.launcher is not None
        assert self.launcher.poll() is None, self.output.read_text(encoding="utf-8")
        record = self.record()
        return record is not None and all(part.state is state for part in record.components)

    def process(self, name: str) -> ProcessRecord:
        record = self.record()
        assert record is not None
        process = next(part.process for part in record.components if part.component.name == name)
        assert process is not None
        return process

    def clean(self) -> None:
        if self.launcher is not None and self.launcher.poll() is None:
            self.launcher.kill()
            self.launcher.wait()
        for process in self._seen:
            if is_running(process):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[SmallSystem]:
    made = SmallSystem(tmp_path)
    yield made
    made.clean()


def test_restoration_stops_and_restarts_the_components(system: SmallSystem) -> None:
    system.start(standin("api"), standin("dashboard"))
    before = {name: system.process(name) for name in ("api", "dashboard")}
    request_restoration(system.run_dir, RestoreRequest("/backups/a.age", "ing.rojas"))
    wait_until(lambda: read_outcome(system.run_dir) is not None, "the outcome")
    wait_until(lambda: system.all_are(ComponentState.RUNNING), "every component running again")
    outcome = read_outcome(system.run_dir)
    assert outcome is not None
    assert (outcome.is_restored, outcome.text) == (True, "restored /backups/a.age by ing.rojas")
    assert not is_restoration_requested(system.run_dir)
    assert not [name for name, process in before.items() if is_running(process)]


def test_restoration_left_by_an_earlier_run_is_not_carried_out(system: SmallSystem) -> None:
    system.run_dir.mkdir(parents=True)
    request_restoration(system.run_dir, RestoreRequest("/backups/old.age", "-"))
    system.start(standin("api"))
    assert not is_restoration_requested(system.run_dir)
    assert read_outcome(system.run_dir) is None


def test_killed_component_answers_again_within_ten_seconds(system: SmallSystem) -> None:
    api, ingest = standin("api"), standin("ingest")
    system.start(api, ingest)
    first, other = system.process("api"), system.process("ingest")
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(first), "api to exit")
    wait_until(
        lambda: system.all_are(ComponentState.RUNNING) and system.process("api") != first, "api back", patience=10
    )
    assert answers(str(api.health_url))
    assert system.process("ingest") == other


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_to_launcher_ends_its_components(system: SmallSystem, number: int) -> None:
    launcher = system.start(standin("ingest"), standin("api"))
    processes = [system.process("ingest"), system.process("api")]
    launcher.send_signal(number)
    assert launcher.wait(20) == 0
    assert not any(is_running(process) for process in processes)
    assert read_record(system.run_dir) is None


def test_component_that_ignores_stop_is_killed_with_descendants(system: SmallSystem, tmp_path: Path) -> None:
    launcher = system.start(standin("api", "--deaf", "--child", str(tmp_path / "child")))
    process, grandchild = system.process("api"), int((tmp_path / "child").read_text())
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(20) == 0
    assert not is_running(process)
    wait_until(lambda: not _lives(grandchild), "the end of what api had started")


def test_edge_stops_while_ingest_still_answers(system: SmallSystem, tmp_path: Path) -> None:
    ingest = standin("ingest")
    answer = tmp_path / "answer"
    edge = standin("edge", "--witness", str(ingest.health_url), str(answer), after=("ingest",), stop_rank=0)
    launcher = system.start(ingest, edge)
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(20) == 0
    assert answer.read_text() == "200"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the death of a parent process")
def test_components_end_when_launcher_is_killed(system: SmallSystem) -> None:
    launcher = system.start(standin("ingest"), standin("api"))
    processes = [system.process("ingest"), system.process("api")]
    launcher.kill()
    launcher.wait()
    wait_until(lambda: not any(is_running(process) for process in processes), "the end of the components")


def test_stop_ends_processes_of_killed_launcher(system: SmallSystem, capsys: pytest.CaptureFixture[str]) -> None:
    launcher = system.start(standin("api", "--deaf"))
    process = system.process("api")
    launcher.kill()
    launcher.wait()
    assert is_running(process)
    assert stop_everything(system.run_dir, "es", grace_seconds=0.3) == 0
    assert not is_running(process)
    assert "Todo detenido" in capsys.readouterr().out


def test_stop_ends_launcher_and_its_components(system: SmallSystem) -> None:
    launcher = system.start(standin("ingest"), standin("api"))
    processes = [system.process("ingest"), system.process("api")]
    assert stop_everything(system.run_dir, "es") == 0
    assert launcher.wait(5) == 0
    assert not any(is_running(process) for process in processes)


def test_output_is_logged_and_shown_with_component_name(system: SmallSystem) -> None:
    api = standin("api")
    launcher = system.start(api)
    assert answers(str(api.health_url))
    log = system.run_dir / "logs" / "api.log"
    wait_until(lambda: "GET /health" in log.read_text(encoding="utf-8"), "the log of api")
    wait_until(lambda: "api       | 127.0.0.1" in system.output.read_text(encoding="utf-8"), "the line shown")
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(20) == 0
    shown = system.output.read_text(encoding="utf-8")
    assert shown.index("prepared") < shown.index("api: arrancando") < shown.index("api: en marcha")


def test_launcher_rejects_busy_port_and_leaves_its_holder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("STRESSVISION_API_PORT", str(port))
        assert main(["--option", "4", "--headless"]) == 2
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
    output = capsys.readouterr().err
    assert f"El puerto {port}" in output
    assert f"pid {os.getpid()}" in output
    assert list(Path.cwd().iterdir()) == []


def test_doctor_checks_everything_and_names_busy_port(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("STRESSVISION_API_PORT", str(port))
        for name in ("INGEST", "DASHBOARD", "PREVIEW"):
            monkeypatch.setenv(f"STRESSVISION_{name}_PORT", str(free_port()))
        monkeypatch.setenv("STRESSVISION_NOTIFY_URLS", "json://127.0.0.1/gancho-secreto nada://clave-secreta")
        assert main(["doctor"]) == 1
    output = capsys.readouterr().out
    notices, ports = (line for line in output.splitlines() if line.startswith("problema"))
    assert "Avisos" in notices
    assert "json, ?. No se entiende la n.º 2" in notices
    assert "secret" not in output
    assert str(port) in ports
    for subject in ("Python", "Dependencias", "OpenCV", "dlib", "TFLite", "SQLite", "Base de datos", "Cámara", "Disco"):
        assert subject in output


def test_doctor_accepts_missing_notification_address() -> None:
    result = check_notifications(Settings())
    assert (result.level, "ninguno configurado" in result.message.es) == (Level.GOOD, True)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
