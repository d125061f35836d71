"""Checks of this machine for the `doctor` command: each returns what it found and how to solve it."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.errors import Message
from stressvision.core.files import restrict
from stressvision.core.program import build_command, build_environment, is_running
from stressvision.launcher.busy_ports import describe_busy_ports
from stressvision.launcher.components import DEFAULT_OPTION, build_prepare_command, choose_components, find_option
from stressvision.launcher.environment import DEVICE, RUN, is_device_only, missing_packages
from stressvision.launcher.project import Project
from stressvision.launcher.record import read_record

SAFE_SQLITE = (3, 51, 3)
"""Earlier versions can corrupt the file when several processes write in WAL mode (the WAL-reset bug)."""

LOW_DISK_BYTES = 1_000_000_000
NO_DISK_BYTES = 100_000_000
CHILD_SECONDS = 60.0


class Level(StrEnum):
    """The severity of a result."""

    GOOD = "good"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class CheckResult:
    """The result for a subject; for a warning or a problem, with the solution."""

    subject: Message
    level: Level
    message: Message


def check_python() -> CheckResult:
    """Check that the version of Python is a tested one."""
    version = sys.version.split()[0]
    subject = Message(es="Python", en="Python")
    if sys.version_info >= (3, 14):
        return CheckResult(
            subject,
            Level.WARNING,
            Message(es=f"{version}: probado con 3.11-3.13", en=f"{version}: tested with 3.11-3.13"),
        )
    return CheckResult(subject, Level.GOOD, Message(es=version, en=version))


def check_packages() -> CheckResult:
    """Check that the pinned packages are installed."""
    subject = Message(es="Dependencias", en="Dependencies")
    missing = ", ".join(missing_packages(Project(PROJECT_ROOT), DEVICE if is_device_only() else RUN))
    if missing:
        return CheckResult(
            subject,
            Level.PROBLEM,
            Message(
                es=f"faltan {missing}. Escriba: python3 start_complete_system.py",
                en=f"{missing} missing. Type: python3 start_complete_system.py",
            ),
        )
    return CheckResult(
        subject, Level.GOOD, Message(es="instaladas, con los modelos de rostro", en="installed, face models too")
    )


def check_expression_model(settings: Settings) -> CheckResult:
    """Check that the expression model and its card exist."""
    subject = Message(es="Modelo de expresión", en="Expression model")
    path = settings.models_dir / "expression.tflite"
    if path.is_file() and path.with_suffix(".json").is_file():
        return CheckResult(subject, Level.GOOD, Message(es=str(path), en=str(path)))
    return CheckResult(
        subject,
        Level.PROBLEM,
        Message(
            es=f"falta {path} o su ficha .json: recupérelos con git checkout models, o revise STRESSVISION_MODELS_DIR",
            en=f"{path} or its .json card is missing: restore with git checkout models, or see STRESSVISION_MODELS_DIR",
        ),
    )


def check_database() -> CheckResult:
    """Check that the database opens."""
    return run_own_command(Message(es="Base de datos", en="Database"), build_prepare_command("--check"))


def check_backups() -> CheckResult:
    """Check whether backups are made as configured."""
    return run_own_command(Message(es="Copias", en="Backups"), (*build_command("stressvision"), "backup", "check"))


def check_permissions(settings: Settings) -> CheckResult:
    """Check whether the database's disk keeps permissions: without them its files are as open as the disk."""
    subject = Message(es="Permisos", en="Permissions")
    name = settings.database_url.removeprefix("sqlite:///")
    folder = Path(name).resolve().parent if settings.database_url.startswith("sqlite") else Path.cwd()
    if not os.access(folder, os.W_OK):
        said = Message(es=f"no se puede escribir en {folder}", en=f"{folder} cannot be written")
        return CheckResult(subject, Level.PROBLEM, said)
    with NamedTemporaryFile(dir=folder) as trial:
        if restrict(Path(trial.name)):
            return CheckResult(subject, Level.GOOD, Message(es="solo el dueño lee", en="only the owner reads"))
    return CheckResult(
        subject,
        Level.WARNING,
        Message(
            es=f"el disco de {folder} no guarda permisos: todo funciona, pero otros usuarios pueden leer la base. Use "
            "otro disco (STRESSVISION_DATABASE_URL)",
            en=f"the disk of {folder} keeps no permissions: everything works, but other users can read the database. "
            "Use another disk (STRESSVISION_DATABASE_URL)",
        ),
    )


def check_notifications(settings: Settings) -> CheckResult:
    """Check that the configured addresses are valid, without sending a message."""
    subject = Message(es="Avisos", en="Notifications")
    if settings.notify_urls or settings.notify_routes:
        return run_own_command(subject, (*build_command("stressvision"), "notify", "--check"))
    message = Message(
        es="ninguno configurado: las alertas se ven solo en el tablero (docs/avisos.md)",
        en="none configured: alerts show on the dashboard alone (docs/notifications.md)",
    )
    return CheckResult(subject, Level.GOOD, message)


def run_own_command(subject: Message, command: Sequence[str]) -> CheckResult:
    """Return the last line that one of this project's commands prints; a problem where it fails."""
    done = run_command(command)
    output = (done.stdout if done.returncode == 0 else done.stderr or done.stdout).strip().splitlines()
    last = output[-1] if output else f"exit {done.returncode}"
    return CheckResult(subject, Level.PROBLEM if done.returncode else Level.GOOD, Message(es=last, en=last))


def check_sqlite() -> CheckResult:
    """Check that SQLite has no WAL-reset bug."""
    subject = Message(es="SQLite", en="SQLite")
    version = max(_bundled_sqlite(), sqlite3.sqlite_version_info)
    text = ".".join(map(str, version))
    if version >= SAFE_SQLITE:
        return CheckResult(subject, Level.GOOD, Message(es=text, en=text))
    return CheckResult(
        subject,
        Level.WARNING,
        Message(
            es=f"{text}: antes de 3.51.3 varios procesos a la vez pueden dañar el archivo. Use un SQLite más nuevo, "
            "o PostgreSQL (STRESSVISION_DATABASE_URL), y guarde copias",
            en=f"{text}: before 3.51.3 several processes at once can damage the file. Use a newer SQLite, "
            "or PostgreSQL (STRESSVISION_DATABASE_URL), and keep backups",
        ),
    )


def check_ports(settings: Settings) -> list[CheckResult]:
    """Check that the ports are free, or used by this system; a result per busy port."""
    subject = Message(es="Puertos", en="Ports")
    record = read_record(settings.run_dir.absolute())
    if record and is_running(record.launcher):
        return [CheckResult(subject, Level.GOOD, Message(es="en uso por este sistema", en="in use by this system"))]
    components = choose_components(find_option(str(DEFAULT_OPTION)), settings, demo=False, headless=True)
    busy = describe_busy_ports(settings.host, components, record)
    numbers = ", ".join(str(use.number) for component in components for use in component.ports)
    free = CheckResult(subject, Level.GOOD, Message(es=f"{numbers}: libres", en=f"{numbers}: free"))
    return [CheckResult(subject, Level.PROBLEM, message) for message in busy] or [free]


def check_disk() -> CheckResult:
    """Check the free space of the current folder's disk."""
    subject = Message(es="Disco", en="Disk")
    free = shutil.disk_usage(Path.cwd()).free
    message = Message(es=f"{free / 1e9:.1f} GB libres", en=f"{free / 1e9:.1f} GB free")
    if free >= LOW_DISK_BYTES:
        return CheckResult(subject, Level.GOOD, message)
    level = Level.PROBLEM if free < NO_DISK_BYTES else Level.WARNING
    return CheckResult(subject, level, Message(es=f"{message.es}: libere espacio", en=f"{message.en}: free some space"))


def check_time_zone(settings: Settings) -> CheckResult:
    """Return the plant's time zone and its present time."""
    subject = Message(es="Zona horaria", en="Time zone")
    zone = ZoneInfo(settings.time_zone)
    now = utc_now().astimezone(zone)
    return CheckResult(subject, Level.GOOD, Message(es=f"{zone.key}, {now:%H:%M}", en=f"{zone.key}, {now:%H:%M}"))


def check_display(settings: Settings) -> CheckResult:
    """Return whether there is a display, or where the camera is shown without one."""
    subject = Message(es="Pantalla", en="Display")
    if has_display():
        return CheckResult(subject, Level.GOOD, Message(es="disponible", en="available"))
    preview = f"http://127.0.0.1:{settings.preview_port}"
    return CheckResult(
        subject,
        Level.GOOD,
        Message(es=f"ninguna: la cámara se ve en {preview}", en=f"none: the camera shows at {preview}"),
    )


def has_display() -> bool:
    """Return whether a window or a browser can be shown."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _bundled_sqlite() -> tuple[int, ...]:
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return (0,)
    version: tuple[int, ...] = dbapi2.sqlite_version_info
    return version


def run_command(command: Sequence[str], typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program of this environment with `typed` as its input; exit code 124 after CHILD_SECONDS."""
    try:
        return subprocess.run(
            command,
            env=build_environment(),
            input=typed,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CHILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(list(command), 124, "", f"no answer in {CHILD_SECONDS:.0f} s")
