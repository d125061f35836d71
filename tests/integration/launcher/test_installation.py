"""`.venv` prepared for real, in a tiny checkout whose packages are empty and lie on the disk: no network is used."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import Message, Unavailable
from stressvision.launcher.installation import prepare
from stressvision.launcher.project import (
    DEVICE_REQUIREMENTS,
    MODELS,
    OPENCV,
    REQUIREMENTS,
    Project,
    is_prepared,
    read_stamp,
)
from tests.programs.running import wait_until

ON_DISK = "--no-index\n--find-links wheels\n"
SCRIPT = """import sys
from stressvision.launcher.environment import RUN, enter
enter(prepare={prepare})
import empty_package
print(sys.prefix, empty_package.VERSION, *sys.argv[1:])
"""
PARTS = (
    "__init__",
    "core/__init__",
    "core/errors",
    "core/files",
    "core/texts",
    "launcher/__init__",
    "launcher/environment",
    "launcher/installation",
    "launcher/pip_output",
    "launcher/project",
)


def add_wheel(folder: Path, name: str, version: str, module: str = "") -> None:
    folder.mkdir(exist_ok=True)
    module = module or name
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}.py", f"VERSION = '{version}'\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"{module}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("checkout")
    for room in ("core", "launcher"):
        (root / "stressvision" / room).mkdir(parents=True)
    for part in PARTS:
        shutil.copy(PROJECT_ROOT / "stressvision" / f"{part}.py", root / "stressvision" / f"{part}.py")
    for name, version in (("empty_package", "1.0"), ("empty_package", "2.0"), ("empty_models", "1.0")):
        add_wheel(root / "wheels", name, version)
    for name, version in (("opencv_python", "1.0"), ("opencv_python_headless", "2.0")):
        add_wheel(root / "wheels", name, version, "cv2")
    (root / "constraints.txt").write_text("")
    (root / MODELS).write_text(f"{ON_DISK}empty_models==1.0\n")
    (root / "program.py").write_text(SCRIPT.format(prepare=False))
    (root / "start.py").write_text(SCRIPT.format(prepare=True))
    yield Project(root)
    shutil.rmtree(root)


def require(checkout: Project, version: str, source: str = ON_DISK) -> None:
    (checkout.root / "requirements.txt").write_text(f"{source}empty_package=={version}\n")


def run(
    checkout: Project, script: str, *arguments: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(checkout.root / script), *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PIP_RETRIES": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_environment_is_prepared_resumed_updated_and_used_from_any_folder(checkout: Project, tmp_path: Path) -> None:
    require(checkout, "1.0")
    refused = run(checkout, "program.py")
    assert refused.returncode == 2
    assert "start_complete_system.py" in refused.stderr
    assert not checkout.venv.exists()

    require(checkout, "1.0", "--index-url http://127.0.0.1:9/\n")
    offline = run(checkout, "start.py")
    assert offline.returncode == 2
    assert "No hay red" in offline.stderr
    assert "Traceback" not in offline.stderr
    (checkout.venv / "what-was-done").touch()

    require(checkout, "1.0")
    resumed = run(checkout, "start.py", "--option", "3", folder=tmp_path)
    assert resumed.stdout.split() == [str(checkout.venv), "1.0", "--option", "3"], resumed.stderr
    assert "Entorno listo" in resumed.stderr
    assert (checkout.venv / "what-was-done").exists()

    again = run(checkout, "program.py", folder=tmp_path)
    assert again.stdout.split() == [str(checkout.venv), "1.0"]
    assert again.stderr == ""

    require(checkout, "2.0")
    assert run(checkout, "program.py").returncode == 2
    assert run(checkout, "start.py").stdout.split()[1] == "2.0"
    assert is_prepared(checkout, ("requirements.txt", MODELS))


def test_package_with_another_hash_is_not_installed(checkout: Project) -> None:
    require(checkout, "2.0")
    locked = checkout.root / "packaging" / "locked"
    locked.mkdir(parents=True)
    source = "--require-hashes\n--no-index\n--find-links ../../wheels\n"
    wheels = {wheel.name.split("-")[0]: wheel for wheel in checkout.root.glob("wheels/*-2.0-*.whl")}
    digest = hashlib.sha256(wheels["empty_package"].read_bytes()).hexdigest()
    try:
        (locked / "build.txt").write_text(f"{source}empty_package==2.0 --hash=sha256:{digest}\n")
        (locked / "requirements.txt").write_text(f"{source}empty_package==1.0 --hash=sha256:{digest}\n")
        refused = run(checkout, "start.py")
        assert refused.returncode == 2
        assert "no es el que esta versión fija" in refused.stderr

        (locked / "requirements.txt").write_text(f"{source}empty_package==2.0 --hash=sha256:{digest}\n")
        assert run(checkout, "start.py").stdout.split()[1] == "2.0"
    finally:
        shutil.rmtree(locked)


def ignore(message: Message, *, transient: bool = False) -> None:
    """Report nothing."""


def find_opencv(project: Project) -> tuple[str, list[str]]:
    """Return the version of the module cv2 that is imported, and the packages that own it."""
    program = (
        "import cv2; from importlib.metadata import distributions; "
        "print(cv2.VERSION, *sorted(d.name for d in distributions() if d.name.startswith('opencv')))"
    )
    command = [str(project.interpreter), "-c", program]
    version, *packages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return version, [package.replace("_", "-") for package in packages]


def test_one_opencv_is_installed_and_works_whatever_was_installed_before(checkout: Project, tmp_path: Path) -> None:
    project = Project(tmp_path)
    shutil.copytree(checkout.root / "wheels", tmp_path / "wheels")
    (tmp_path / "constraints.txt").touch()
    for name, version in ((REQUIREMENTS, "1.0"), (DEVICE_REQUIREMENTS, "2.0")):
        (tmp_path / name).write_text(f"--no-index\n--find-links {tmp_path / 'wheels'}\n{OPENCV[name]}=={version}\n")
    prepare(project, (DEVICE_REQUIREMENTS,), ignore)
    assert find_opencv(project) == ("2.0", ["opencv-python-headless"])

    prepare(project, (REQUIREMENTS,), ignore)
    assert find_opencv(project) == ("1.0", ["opencv-python"])
    assert list(read_stamp(project)) == [REQUIREMENTS]

    prepare(project, (DEVICE_REQUIREMENTS,), ignore)
    assert find_opencv(project) == ("1.0", ["opencv-python"])

    # What earlier versions left: both packages, and a stamp that names both sets.
    both = [str(project.interpreter), "-m", "pip", "install", "-q", "-r", str(tmp_path / DEVICE_REQUIREMENTS)]
    subprocess.run(both, check=True)
    assert find_opencv(project) == ("2.0", ["opencv-python", "opencv-python-headless"])
    assert not is_prepared(project, (REQUIREMENTS,))
    prepare(project, (DEVICE_REQUIREMENTS,), ignore)
    assert find_opencv(project) == ("1.0", ["opencv-python"])

    requirement = (tmp_path / REQUIREMENTS).read_text()
    (tmp_path / REQUIREMENTS).write_text(requirement.replace("==1.0", "==3.0"))
    with pytest.raises(Unavailable):
        prepare(project, (REQUIREMENTS,), ignore)
    (tmp_path / REQUIREMENTS).write_text(requirement)
    assert read_stamp(project) == {REQUIREMENTS: ""}
    (record,) = project.venv.glob(f"{project.site_packages('*')}/opencv_python-*/INSTALLER")
    record.unlink()  # as pip leaves it where it is ended while it compiles the files
    (record.parent.parent / "cv2.py").unlink()
    prepare(project, (DEVICE_REQUIREMENTS,), ignore)
    assert find_opencv(project) == ("1.0", ["opencv-python"])


def test_interrupted_preparation_ends_pip_and_can_resume(checkout: Project) -> None:
    require(checkout, "3.0", "--index-url http://10.255.255.1/\n")
    command = [sys.executable, str(checkout.root / "start.py")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as preparing:
        wait_until(lambda: bool(_pips_of(preparing.pid)), "pip at work")
        (pip, *_) = _pips_of(preparing.pid)
        preparing.send_signal(signal.SIGINT)
        _, output = preparing.communicate(timeout=30)
    assert preparing.returncode == 130
    assert "seguirá donde quedó" in output
    assert "Traceback" not in output
    assert not read_stamp(checkout).get(REQUIREMENTS)
    with pytest.raises(ProcessLookupError):
        os.kill(pip, 0)


def _pips_of(pid: int) -> list[int]:
    """Return the ids of the running pips among a process's children; one that has just exited may be a zombie."""
    pips = []
    for child in psutil.Process(pid).children():
        with suppress(psutil.NoSuchProcess):
            pips += [child.pid] if "install" in child.cmdline() else []
    return pips
