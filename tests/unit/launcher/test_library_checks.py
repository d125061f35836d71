import shlex
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from stressvision.launcher.doctor.checks import Level
from stressvision.launcher.doctor.library_checks import LIBRARIES, OPENCV, Library, check_library, find_pinned


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_library_loads_here(library: Library) -> None:
    assert check_library(library).level is Level.GOOD


def test_empty_folder_of_opencv_is_a_problem_with_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cv2").mkdir()
    damaged = replace(OPENCV, code=f"import sys; sys.path[:] = [{str(tmp_path)!r}]; {OPENCV.code}")
    result = check_library(damaged)
    assert result.level is Level.PROBLEM
    assert "VideoCapture" in result.message.es
    command = shlex.split(result.message.es.partition("Escriba: ")[2])
    assert command[1:6] == ["-m", "pip", "install", "--force-reinstall", "--no-deps"]
    assert command[6] in {f"{name}=={metadata.version(name)}" for name in OPENCV.packages if is_installed(name)}


@pytest.mark.parametrize("missing", ["libGL.so.1", "libxcb.so.1", "libgthread-2.0.so.0"])
def test_missing_system_library_is_installed_by_apt(missing: str) -> None:
    reason = f"{missing}: cannot open shared object file: No such file or directory"
    result = check_library(replace(OPENCV, code=f"raise ImportError({reason!r})"))
    assert result.level is Level.PROBLEM
    assert result.message.es.endswith("Escriba: sudo apt install libgl1 libglib2.0-0")


def is_installed(name: str) -> bool:
    return any(metadata.distributions(name=name))


def test_package_that_is_not_installed_is_pinned_by_the_first_file_that_has_it(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("-c c.txt\nnot-here-headless==2.0  # smaller\n")
    (tmp_path / "c.txt").write_text("not-here==1.0\n")
    files = (tmp_path / "r.txt", tmp_path / "c.txt")
    assert find_pinned(("not-here", "not-here-headless"), files) == "not-here-headless==2.0"
    assert find_pinned(("not-here",), files) == "not-here==1.0"
    assert find_pinned(("pytest", "not-here"), files) == f"pytest=={metadata.version('pytest')}"
