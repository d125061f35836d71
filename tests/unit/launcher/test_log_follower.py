from pathlib import Path

import pytest

from stressvision.launcher import log_follower
from stressvision.launcher.log_follower import LogFollower


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
