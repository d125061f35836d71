import os
import subprocess
import sys
from pathlib import Path

import pytest

from stressvision.core.errors import Message
from stressvision.launcher.command import main
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.control import show_status, stop_everything
from stressvision.launcher.record import (
    ComponentRecord,
    LauncherRecord,
    ProcessRecord,
    identify,
    is_running,
    measure_memory,
    read_record,
    record_path,
    write_record,
)
from stressvision.launcher.supervisor import NOTHING, ComponentState, ComponentView

API = Component(
    "api",
    Message(es="Backend", en="Backend"),
    ("python", "x.py"),
    "http://127.0.0.1:1/health",
    ports=(PortUse(1, "S"),),
)
GONE = ProcessRecord(pid=2**22 + 1, born=1.0)


def recorded(run_dir: Path, launcher: ProcessRecord, process: ProcessRecord | None, state: ComponentState) -> None:
    part = ComponentRecord(component=API, state=state, process=process, detail=NOTHING)
    record_path(run_dir).write_text(LauncherRecord(launcher=launcher, components=(part,)).model_dump_json())


def own_process() -> ProcessRecord:
    own = identify(os.getpid())
    assert own is not None
    return own


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    views = [ComponentView(API, ComponentState.RUNNING, os.getpid(), Message(es="bien", en="well"))]
    write_record(tmp_path / "run", views)
    record = read_record(tmp_path / "run")
    assert record is not None
    assert record.launcher.pid == os.getpid()
    assert record.components[0].component == API
    assert record.components[0].detail.en == "well"
    assert is_running(record.components[0].process)


@pytest.mark.parametrize("text", ["", "{", '{"launcher": 1}', "[]"])
def test_a_damaged_record_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    record_path(tmp_path).write_text(text)
    assert read_record(tmp_path) is None
    assert stop_everything(tmp_path, "es") == 0


def test_a_number_that_came_back_for_another_process_is_not_ours() -> None:
    own = own_process()
    assert is_running(own)
    assert not is_running(own.model_copy(update={"born": own.born - 3600}))
    assert not is_running(GONE)


def test_a_process_that_ended_and_nobody_reaped_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert identify(child.pid) is None


def test_stop_never_ends_a_stranger_that_got_a_recorded_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = own_process()
    recycled = own.model_copy(update={"born": own.born - 3600})
    recorded(tmp_path, recycled, recycled, ComponentState.RUNNING)
    assert stop_everything(tmp_path, "es") == 0
    assert "No hay nada en marcha" in capsys.readouterr().out
    assert read_record(tmp_path) is None


def test_status_is_well_only_while_everything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = own_process()
    assert show_status(tmp_path, "es") == 1
    recorded(tmp_path, own, own, ComponentState.RUNNING)
    assert show_status(tmp_path, "es") == 0
    assert "en marcha" in capsys.readouterr().out
    recorded(tmp_path, own, GONE, ComponentState.RUNNING)
    assert show_status(tmp_path, "en") == 1
    assert "stopped" in capsys.readouterr().out
    recorded(tmp_path, GONE, own, ComponentState.RUNNING)
    assert show_status(tmp_path, "es") == 1
    assert "stop" in capsys.readouterr().out


def test_a_second_launcher_in_the_folder_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    run_dir = Path.cwd() / ".run"
    run_dir.mkdir()
    recorded(run_dir, own_process(), None, ComponentState.PENDING)
    assert main(["--option", "4"]) == 2
    assert f"pid {os.getpid()}" in capsys.readouterr().err
    recorded(run_dir, GONE, own_process(), ComponentState.RUNNING)
    assert main(["--option", "4"]) == 2
    assert "stop" in capsys.readouterr().err


def test_memory_counts_what_a_process_started() -> None:
    alone = measure_memory(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        together = measure_memory(os.getpid())
        child.communicate(b"\n")
    assert alone is not None
    assert together is not None
    assert together > alone > 1_000_000
    assert measure_memory(GONE.pid) is None


def test_a_wrong_setting_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRESSVISION_API_PROT", "1")
    assert main(["--option", "4"]) == 2
    assert "STRESSVISION_API_PORT" in capsys.readouterr().err
