import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import Unavailable
from stressvision.launcher import environment
from stressvision.launcher.environment import missing_packages
from stressvision.launcher.installation import complete_models
from stressvision.launcher.pip_output import describe_progress, explain_failure
from stressvision.launcher.project import (
    DEVICE_REQUIREMENTS,
    MODELS,
    Project,
    compute_fingerprint,
    is_prepared,
    replace_covered,
)

REQUIREMENTS = ("requirements.txt", MODELS)
DOWNLOADING = """Collecting fastapi==0.165.0 (from -r requirements.txt (line 11))
  Obtaining dependency information for fastapi==0.165.0
  Downloading fastapi-0.165.0-py3-none-any.whl.metadata (27 kB)
Collecting opencv-python==4.14.0.94
  Using cached fastapi-0.165.0-py3-none-any.whl (115 kB)
  Downloading opencv_python-4.14.0.94-cp37-abi3-manylinux_2_28_x86_64.whl (62.3 MB)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a checkout with a complete, stamped `.venv`."""
    made = Project(tmp_path)
    for name in (*REQUIREMENTS, "constraints.txt"):
        (tmp_path / name).write_text(f"{name.removesuffix('.txt')}==1.0\n")
    made.interpreter.parent.mkdir(parents=True)
    made.interpreter.touch()
    (made.venv / made.site_packages("3.11")).mkdir(parents=True)
    stamp(made, "3.11")
    return made


def stamp(project: Project, python: str) -> None:
    installed = {name: compute_fingerprint(project, name) for name in REQUIREMENTS}
    project.stamp.write_text(json.dumps({"python": python, "installed": installed}))


@pytest.mark.skipif(os.name == "nt", reason="a Windows folder has no colon in its name")
@pytest.mark.parametrize("name", ["a:b", os.fsdecode(b"planta_\xf1")])
def test_project_in_a_folder_that_python_cannot_use_ends_with_a_sentence(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    (root / "stressvision").mkdir(parents=True)
    for package in ("core", "launcher"):
        shutil.copytree(PROJECT_ROOT / "stressvision" / package, root / "stressvision" / package)
    shutil.copy(PROJECT_ROOT / "stressvision" / "__init__.py", root / "stressvision")
    for script in ("start_complete_system.py", "pi_simulator.py"):
        shutil.copy(PROJECT_ROOT / script, root)
        command = [sys.executable, str(root / script), "--help"]
        environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, timeout=60, check=False)
        assert done.returncode == 2
        assert name.encode("utf-8", "backslashreplace") in done.stderr
        assert b"Traceback" not in done.stderr


def test_stamped_environment_is_prepared(project: Project) -> None:
    assert is_prepared(project, REQUIREMENTS)
    assert not is_prepared(project, (*REQUIREMENTS, "requirements-test.txt"))


@pytest.mark.parametrize("changed", [*REQUIREMENTS, "constraints.txt"])
def test_changed_requirement_file_invalidates_stamp(project: Project, changed: str) -> None:
    (project.root / changed).write_text("another==2.0\n")
    assert not is_prepared(project, REQUIREMENTS)


def test_full_set_covers_a_device_in_any_state_and_a_device_does_not_cover_it(project: Project) -> None:
    (project.root / DEVICE_REQUIREMENTS).write_text("device==1.0\n")
    device = (DEVICE_REQUIREMENTS, MODELS)
    assert is_prepared(project, device)
    assert replace_covered({REQUIREMENTS[0]: ""}, device) == REQUIREMENTS
    assert replace_covered({DEVICE_REQUIREMENTS: "1"}, device) == device
    assert replace_covered({DEVICE_REQUIREMENTS: "1"}, REQUIREMENTS) == REQUIREMENTS


@pytest.mark.parametrize(("package", "is_damaged"), [("opencv_python", False), ("opencv_python_headless", True)])
def test_opencv_of_a_device_invalidates_full_set(project: Project, package: str, is_damaged: bool) -> None:
    (project.venv / project.site_packages("3.11") / f"{package}-4.14.0.94.dist-info").mkdir()
    assert is_prepared(project, REQUIREMENTS) is not is_damaged


def test_environment_with_missing_or_other_python_is_not_prepared(project: Project) -> None:
    stamp(project, "3.12")
    assert not is_prepared(project, REQUIREMENTS)
    stamp(project, "3.11")
    project.interpreter.unlink()
    assert not is_prepared(project, REQUIREMENTS)


def test_active_environment_of_another_python_is_not_prepared(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.venv / project.site_packages("3.10")).mkdir(parents=True)
    stamp(project, "3.10")
    assert is_prepared(project, REQUIREMENTS)
    monkeypatch.setattr(sys, "prefix", str(project.venv))
    assert not is_prepared(project, REQUIREMENTS)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"python": "3.11"}', '{"python": "3.11", "installed": 3}'])
def test_damaged_stamp_counts_as_missing(project: Project, text: str) -> None:
    project.stamp.write_text(text)
    assert not is_prepared(project, REQUIREMENTS)


def test_missing_packages_ignore_optional_lines(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(
        "--find-links packaging\n-c constraints.txt\n# about it\n"
        "pytest==9 # here\nnot-a-package[extra]==1.0  # missing\nnot-another==2\n"
        'not-here==1 ; sys_platform == "win32"\n'
    )
    assert missing_packages(Project(tmp_path), ("r.txt",)) == ["not-a-package", "not-another"]


def test_tflite_runtime_replaces_ai_edge_litert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r.txt").write_text("ai-edge-litert==2\nnumpy==2\n")
    monkeypatch.setattr(environment, "_is_installed", lambda name: name in ("tflite-runtime", "numpy"))
    assert missing_packages(Project(tmp_path), ("r.txt",)) == []


def test_no_pinned_package_is_missing_here() -> None:
    pinned = (PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "face-recognition==" in pinned
    assert missing_packages(Project(PROJECT_ROOT), ("requirements.txt",)) == []


def test_progress_describes_step_of_pip() -> None:
    assert describe_progress("", 0).es == "buscando …"
    assert describe_progress(DOWNLOADING.splitlines()[0], 0).es == "buscando fastapi"
    assert describe_progress(DOWNLOADING, 0).es == "descargando 2: opencv_python (62.3 MB)"
    installing = DOWNLOADING + "Installing collected packages: opencv-python, fastapi, numpy\n"
    assert describe_progress(installing, 2).en == "installing 2/3"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("OSError: [Errno 28] No space left on device", "disco"),
        ("WARNING: Retrying: NewConnectionError('...')\nERROR: No matching distribution found for flask", "red"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "no es el que esta versión fija"),
        ("ERROR: Could not build wheels for dlib", "Could not build wheels for dlib"),
    ],
)
def test_failure_of_pip_is_explained(log: str, expected: str) -> None:
    assert expected in explain_failure(log, Path("install.log")).message.es


def test_environment_without_pip_is_told_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(Unavailable) as refused:
        complete_models(project)
    assert "ni pip" in refused.value.message.es
    assert "-m ensurepip" in refused.value.message.es
    assert "Cuando haya red" not in refused.value.message.es


def test_entry_imports_only_standard_library() -> None:
    program = "import stressvision.launcher.environment, stressvision.launcher.child_entry"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_entry_parses_on_old_python_for_version_error() -> None:
    for path in (PROJECT_ROOT / "stressvision/launcher/environment.py", PROJECT_ROOT / "start_complete_system.py"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    assert (PROJECT_ROOT / "stressvision/launcher/__init__.py").read_text() == ""


@pytest.mark.parametrize(("raised", "has_traceback"), [("KeyboardInterrupt", False), ("RuntimeError('broken')", True)])
def test_keyboard_interrupt_while_loading_prints_no_traceback(raised: str, has_traceback: bool) -> None:
    program = f"from stressvision.launcher.environment import enter\nenter()\nraise {raised}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert ("Traceback" in done.stderr) is has_traceback
