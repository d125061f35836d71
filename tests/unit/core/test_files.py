"""Permissions of files with personal data, set before anything is written."""

import os
from pathlib import Path

import pytest

from stressvision.core.errors import ConfigurationError
from stressvision.core.files import is_private, make_private, require_utf8, write_private


@pytest.mark.parametrize("held", [None, "lo de antes"])
def test_file_is_private_before_it_is_written(tmp_path: Path, held: str | None) -> None:
    path = tmp_path / "reporte.json"
    if held is not None:
        path.write_text(held)
        path.chmod(0o644)
    make_private(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_pipe_is_unchanged(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    make_private(pipe)
    os.close(reader)
    assert pipe.stat().st_mode & 0o777 == 0o644


def test_unwritable_path_raises_at_once(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        make_private(tmp_path)


def test_replaced_file_is_private_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "ñ")

    assert path.read_text("utf-8") == "ñ"
    assert is_private(path)
    assert list(tmp_path.iterdir()) == [path]


def test_failed_replacement_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "a_folder"
    path.mkdir()
    with pytest.raises(OSError, match="a_folder"):
        write_private(path, "text")

    assert list(tmp_path.iterdir()) == [path]


def test_folder_whose_name_is_not_utf8_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        require_utf8(tmp_path / os.fsdecode(b"planta_\xf1"))
    assert "planta_\\udcf1" in refused.value.message.es
    require_utf8(tmp_path / "planta_ñ 李")
