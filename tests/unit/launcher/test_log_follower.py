import os
import sys
from pathlib import Path

import pytest

from stressvision.core.heartbeat import write_heartbeat
from stressvision.core.texts import Message
from stressvision.launcher import log_follower
from stressvision.launcher.command import open_run_folder
from stressvision.launcher.components import Component
from stressvision.launcher.log_follower import LogFollower
from stressvision.launcher.process import start_child


def test_complete_new_lines_are_returned_once(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_bytes(b"yesterday\n")
    log = LogFollower(path)
    with path.open("ab", buffering=0) as writer:
        writer.write("uno\ndos\nmañ".encode())
        assert log.read_new_lines() == ["uno", "dos"]
        assert log.read_new_lines() == []
        writer.write(b"ana\n")
        assert log.read_new_lines() == ["mañana"]


def test_missing_log_has_no_lines(tmp_path: Path) -> None:
    log = LogFollower(tmp_path / "api.log")
    assert log.read_new_lines() == []
    log.path.write_text("hola\n", encoding="utf-8")
    assert log.read_new_lines() == ["hola"]


def test_truncated_log_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_text("a long line of yesterday\n", encoding="utf-8")
    log = LogFollower(path)
    path.write_text("hoy\n", encoding="utf-8")
    assert log.read_new_lines() == ["hoy"]


def test_control_characters_are_removed(tmp_path: Path) -> None:
    log = LogFollower(tmp_path / "api.log")
    log.path.write_bytes(b"\x1b[2Jred\x07\r\n\xff\n")
    assert log.read_new_lines() == ["[2Jred", "\N{REPLACEMENT CHARACTER}"]


def test_large_log_is_rotated_while_a_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_follower, "MAX_BYTES", 10)
    log = LogFollower(tmp_path / "api.log")
    with log.path.open("ab", buffering=0) as writer:
        writer.write(b"a line of some length\n")
        assert log.read_new_lines() == ["a line of some length"]
        assert log.path.stat().st_size == 0
        writer.write(b"next\n")
        assert log.read_new_lines() == ["next"]
    assert (tmp_path / "api.log.1").read_bytes() == b"a line of some length\n"
    assert log.path.read_bytes() == b"next\n"


@pytest.mark.skipif(os.name == "nt", reason="modes of Windows do not show it")
def test_logs_and_their_folder_are_for_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_follower, "MAX_BYTES", 10)
    run_dir = tmp_path / "run"
    log = run_dir / "logs" / "noise.log"
    component = Component("noise", Message(es="ruido", en="noise"), (sys.executable, "-c", "print('x' * 100)"))
    before = os.umask(0o022)
    try:
        write_heartbeat(run_dir, "reporter", at=0.0, state="ok")
        child = start_child(component, log)
        follower = LogFollower(log)
        while child.poll() is None or log.stat().st_size > 0:
            follower.read_new_lines()
    finally:
        os.umask(before)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (run_dir, log.parent, *log.parent.iterdir())}
    assert modes == {"run": "0o700", "logs": "0o700", "noise.log": "0o600", "noise.log.1": "0o600"}


@pytest.mark.skipif(os.name == "nt", reason="modes of Windows do not show it")
def test_open_folder_of_an_earlier_version_is_closed_and_a_shared_one_is_not(tmp_path: Path) -> None:
    modes = []
    for mode in (0o755, 0o1777):
        folder = tmp_path / oct(mode)
        (folder / "logs").mkdir(parents=True)
        (folder / "logs" / "api.log").touch(0o644)
        folder.chmod(mode)
        open_run_folder(folder)
        modes += [oct(path.stat().st_mode & 0o7777) for path in (folder, folder / "logs" / "api.log")]
    assert modes == ["0o700", "0o600", "0o1777", "0o600"]
