from pathlib import Path

import pytest

from stressvision.launcher import journal
from stressvision.launcher.journal import Journal


def test_only_whole_lines_written_after_the_beginning_are_given_once(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_bytes(b"yesterday\n")
    log = Journal(path)
    with path.open("ab", buffering=0) as writer:
        writer.write("uno\ndos\nmañ".encode())
        assert log.new_lines() == ["uno", "dos"]
        assert log.new_lines() == []
        writer.write(b"ana\n")
        assert log.new_lines() == ["mañana"]


def test_a_log_that_is_not_there_yet_has_no_lines(tmp_path: Path) -> None:
    log = Journal(tmp_path / "api.log")
    assert log.new_lines() == []
    log.path.write_text("hola\n", encoding="utf-8")
    assert log.new_lines() == ["hola"]


def test_a_log_that_somebody_emptied_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_text("a long line of yesterday\n", encoding="utf-8")
    log = Journal(path)
    path.write_text("hoy\n", encoding="utf-8")
    assert log.new_lines() == ["hoy"]


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    log = Journal(tmp_path / "api.log")
    log.path.write_bytes(b"\x1b[2Jred\x07\r\n\xff\n")
    assert log.new_lines() == ["[2Jred", "\N{REPLACEMENT CHARACTER}"]


def test_a_log_that_grew_too_long_turns_over_under_the_process_that_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "KEEP_BYTES", 10)
    log = Journal(tmp_path / "api.log")
    with log.path.open("ab", buffering=0) as writer:
        writer.write(b"a line of some length\n")
        assert log.new_lines() == ["a line of some length"]
        assert log.path.stat().st_size == 0
        writer.write(b"next\n")
        assert log.new_lines() == ["next"]
    assert (tmp_path / "api.log.1").read_bytes() == b"a line of some length\n"
    assert log.path.read_bytes() == b"next\n"
