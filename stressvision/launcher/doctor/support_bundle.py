"""Support bundle of `doctor --bundle`: a ZIP without personal data and without secrets, to send to support."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import SecretStr

from stressvision.core.cameras import NamedCamera, remove_credentials
from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.errors import Message
from stressvision.core.files import make_private
from stressvision.core.program import build_command, build_environment
from stressvision.launcher.doctor.checks import CheckResult

BENCHMARK_SECONDS = 20
CHILD_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_LINES = 300
"""Kept of each log: the last lines of level warning or above."""
LOG_BYTES = 2_000_000
"""Read of each log, from its end."""

WRITTEN = Message(
    es="Escrito: {path}. Contiene versiones, ajustes sin contraseñas, errores de los registros, la forma y el tamaño "
    "de la base, y una medición de {seconds} s. No contiene personas ni imágenes: puede abrirlo y revisarlo antes de "
    "enviarlo.",
    en="Written: {path}. It contains versions, settings without passwords, errors from the logs, the shape and size of "
    "the database, and a measurement of {seconds} s. It contains no people and no images: open and review it before "
    "you send it.",
)
MEASURING = Message(
    es="Midiendo este equipo durante {seconds} s con la grabación de demostración…",
    en="Measuring this machine for {seconds} s with the demo recording…",
)

_SERIOUS = re.compile(r"\b(warning|error|critical|exception|traceback)\b", re.IGNORECASE)
_IDENTIFIERS = re.compile(
    r"(?i)\b(\w*(?:employee|person|people|user|account|actor|code|name|track|input_value|parameters)\w*)"
    r"(\"?[=:]\s*)"
    r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\([^)]*\)|\[[^\]]*\]|[^\s,}]+)"
)
"""A field with its value: a quoted text, also with escaped quotes in it, a list, or one word."""
_EMAILS = re.compile(r"[^\s\"'<>(),:;=]+@[^\s\"'<>(),:;=]+")
_CREDENTIALS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_PLAIN = (bool, int, float)

Run = Callable[[tuple[str, ...], dict[str, str], float], str]
"""Runs a command with additions to the environment for at most some seconds, and returns what it printed."""


def write_bundle(settings: Settings, results: Iterable[CheckResult], path: Path, run: Run) -> None:
    """Write the bundle, readable by its owner alone. Raises OSError where the file cannot be written.

    Args:
        settings: Settings of this installation.
        results: Results of the checks of `doctor`.
        path: The ZIP file; an existing one is replaced.
        run: Runs the commands that read the database, list the cameras and measure the machine.
    """
    make_private(path)
    with ZipFile(path, "w", ZIP_DEFLATED) as bundle:
        bundle.writestr("doctor.txt", _render_results(results))
        bundle.writestr("versions.json", _to_json(_versions()))
        bundle.writestr("settings.json", _to_json(describe_settings(settings)))
        bundle.writestr("machine.json", _to_json(_describe_machine()))
        bundle.writestr("database.json", hide(run((*build_command("stressvision"), "inspect"), {}, CHILD_SECONDS)))
        bundle.writestr("cameras.txt", hide(run((*build_command("stressvision"), "cameras"), {}, CHILD_SECONDS)))
        for log in sorted(settings.run_dir.glob("logs/*.log")):
            bundle.writestr(f"logs/{log.name}", "\n".join(read_serious_lines(log)))
        bundle.writestr("benchmark.jsonl", _measure(run))


def describe_settings(settings: Settings) -> dict[str, object]:
    """Return every setting, without secrets: of an address only scheme, host and path."""
    return {name: _describe_value(getattr(settings, name)) for name in type(settings).model_fields}


def read_serious_lines(log: Path) -> list[str]:
    """Return the last warnings and errors of a log, without addresses' credentials and identifiers of people."""
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - LOG_BYTES, 0))
        lines = file.read().decode("utf-8", errors="replace").splitlines()
    return [hide(line) for line in lines if _SERIOUS.search(line)][-LOG_LINES:]


def hide(text: str) -> str:
    """Return the text without credentials in addresses, values of personal fields, and the user's home folder."""
    text = _CREDENTIALS.sub(lambda found: remove_credentials(found[0]), text)
    text = _EMAILS.sub("…", _IDENTIFIERS.sub(r"\1\2…", text))
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def run_command(command: tuple[str, ...], additions: dict[str, str], seconds: float) -> str:
    """Run a command and return what it printed; after `seconds` it is asked to end, and killed if it does not."""
    with TemporaryFile() as output:
        child = subprocess.Popen(
            command,
            env=build_environment(additions),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        output.seek(0)
        return output.read().decode("utf-8", errors="replace")


def _measure(run: Run) -> str:
    """Return the device's own figures on the demo recording; nothing is delivered, stored or shown."""
    with TemporaryDirectory() as work:
        statistics = Path(work) / "statistics.jsonl"
        unreachable = {
            "STRESSVISION_INGEST_URL": "http://127.0.0.1:9",
            "STRESSVISION_OUTBOX_PATH": str(Path(work) / "outbox.db"),
            "STRESSVISION_RUN_DIR": work,
            "STRESSVISION_LOG_LEVEL": "warning",
        }
        command = (sys.executable, str(PROJECT_ROOT / "pi_simulator.py"), "--demo", "--headless", "--once")
        output = run((*command, "--record-stats", str(statistics)), unreachable, BENCHMARK_SECONDS)
        return statistics.read_text("utf-8") if statistics.exists() else hide(output)


def _describe_value(value: object) -> object:
    if isinstance(value, SecretStr):
        return "set" if value.get_secret_value() else ""
    if isinstance(value, NamedCamera):
        return f"{value.name}={_describe_value(value.source)}"
    if isinstance(value, tuple):
        return [_describe_value(item) for item in value]
    if value is None or isinstance(value, _PLAIN):
        return value
    text = str(value)
    is_address = "://" in text and not text.startswith("sqlite:")
    return remove_credentials(text) if is_address else hide(text)


def _render_results(results: Iterable[CheckResult]) -> str:
    return "".join(hide(f"{item.level}\t{item.subject.en}\t{item.message.en}\n") for item in results)


def _versions() -> dict[str, object]:
    return {
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": {str(item.metadata["Name"]): item.version for item in distributions()},
    }


def _describe_machine() -> dict[str, object]:
    disk = shutil.disk_usage(Path.cwd())
    return {
        "processors": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else None,
        "disk_bytes": disk.total,
        "disk_free_bytes": disk.free,
        "time_utc": utc_now().isoformat(),
    }


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
