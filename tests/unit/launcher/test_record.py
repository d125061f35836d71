import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stressvision.core.errors import Message
from stressvision.core.program import ProcessRecord, identify, is_running
from stressvision.launcher.command import main
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.control import show_status, stop_everything
from stressvision.launcher.health import NO_DETAIL
from stressvision.launcher.record import (
    ComponentRecord,
    LauncherRecord,
    measure_memory,
    read_record,
    record_path,
    write_record,
)
from stressvision.launcher.supervisor import ComponentState, ComponentView

API = Component(
    "api",
    Message(es="Backend", en="Backend"),
    ("python", "x.py"),
    "http://127.0.0.1:1/health",
    ports=(PortUse(1, "S"),),
)
GONE = ProcessRecord(pid=2**22 + 1, born=1.0)


def write_launcher_record(
    run_dir: Path, launcher: ProcessRecord, process: ProcessRecord | None, state: ComponentState
) -> None:
    part = ComponentRecord(component=API, state=state, process=process, detail=NO_DETAIL)
    record_path(run_dir).write_text(LauncherRecord(launcher=launcher, components=(part,)).model_dump_json())


def identify_self() -> ProcessRecord:
    own = identify(os.getpid())
    assert own is not None
    return own


def test_record_is_read_as_written(tmp_path: Path) -> None:
    views = [ComponentView(API, ComponentState.RUNNING, os.getpid(), Message(es="bien", en="well"))]
    write_record(tmp_path / "run", views)
    record = read_record(tmp_path / "run")
    assert record is not None
    assert record.launcher.pid == os.getpid()
    assert record.components[0].component == API
    assert record.components[0].detail.en == "well"
    assert is_running(record.components[0].process)


@pytest.mark.parametrize("text", ["", "{", '{"launcher": 1}', "[]"])
def test_damaged_record_counts_as_missing(tmp_path: Path, text: str) -> None:
    record_path(tmp_path).write_text(text)
    assert read_record(tmp_path) is None
    assert stop_everything(tmp_path, "es") == 0


def test_reused_process_id_is_another_process() -> None:
    own = identify_self()
    assert is_running(own)
    assert not is_running(replace(own, born=own.born - 3600))
    assert not is_running(GONE)


def test_zombie_counts_as_exited() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert identify(child.pid) is None


def test_stop_never_ends_process_with_reused_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = identify_self()
    recycled = replace(own, born=own.born - 3600)
    write_launcher_record(tmp_path, recycled, recycled, ComponentState.RUNNING)
    assert stop_everything(tmp_path, "es") == 0
    assert "No hay nada en marcha" in capsys.readouterr().out
    assert read_record(tmp_path) is None


def test_status_is_zero_only_while_everything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = identify_self()
    assert show_status(tmp_path, "es") == 1
    write_launcher_record(tmp_path, own, own, ComponentState.RUNNING)
    assert show_status(tmp_path, "es") == 0
    assert "en marcha" in capsys.readouterr().out
    write_launcher_record(tmp_path, own, GONE, ComponentState.RUNNING)
    assert show_status(tmp_path, "en") == 1
    assert "stopped" in capsys.readouterr().out
    write_launcher_record(tmp_path, GONE, own, ComponentState.RUNNING)
    assert show_status(tmp_path, "es") == 1
    assert "stop" in capsys.readouterr().out


def test_second_launcher_in_folder_is_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    run_dir = Path.cwd() / ".run"
    run_dir.mkdir()
    write_launcher_record(run_dir, identify_self(), None, ComponentState.PENDING)
    assert main(["--option", "4"]) == 2
    assert f"pid {os.getpid()}" in capsys.readouterr().err
    write_launcher_record(run_dir, GONE, identify_self(), ComponentState.RUNNING)
    assert main(["--option", "4"]) == 2
    assert "stop" in capsys.readouterr().err


def test_memory_includes_descendants() -> None:
    alone = measure_memory(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        together = measure_memory(os.getpid())
        child.communicate(b"\n")
    assert alone is not None
    assert together is not None
    assert together > alone > 1_000_000
    assert measure_memory(GONE.pid) is None


def test_unknown_setting_is_rejected_before_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRESSVISION_API_PROT", "1")
    assert main(["--option", "4"]) == 2
    assert "STRESSVISION_API_PORT" in capsys.readouterr().err
