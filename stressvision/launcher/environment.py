"""Environment of a program: every entry script calls `enter()` before it imports an installed package.

Standard library only. Uses the interpreter's own environment where it has the dependencies; otherwise `.venv` in the
project's folder, which `start_complete_system.py` and `python3 -m tests` prepare.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the first check of the version; the code below needs 3.11
    sys.stderr.write(f"Stress Vision necesita Python 3.11 o posterior (needs Python >= 3.11): {sys.version}\n")
    sys.exit(2)

import functools
import importlib
import os
import re
import subprocess
import time
import types
from importlib import metadata
from pathlib import Path

from stressvision.core.errors import (
    ConfigurationError,
    Message,
    StressVisionError,
    Unavailable,
)
from stressvision.core.files import require_utf8
from stressvision.core.texts import detect_language
from stressvision.launcher import installation
from stressvision.launcher.project import (
    DEVICE_REQUIREMENTS,
    MODELS,
    REQUIREMENTS,
    Project,
    is_prepared,
    read_stamp,
)

ROOT = Path(__file__).resolve().parents[2]
RUN = (REQUIREMENTS, MODELS)
TESTS = (*RUN, "requirements-test.txt")
DEVICE = (DEVICE_REQUIREMENTS, MODELS)
SUBSTITUTES = {
    "ai-edge-litert": "tflite-runtime",
    "backports.strenum": "tflite-runtime",
    "opencv-python-headless": "opencv-python",
}
"""Replacement of a package in requirements-tflite-runtime.txt, or in requirements.txt."""


@functools.cache
def enter(requirements: tuple[str, ...] = RUN, *, prepare: bool = False) -> None:
    """Return where the dependencies are installed; otherwise restart in `.venv`, or print how to prepare it and exit 2.

    With `prepare` it prepares `.venv` first. Takes a few milliseconds where there is nothing to do, and is cached:
    Streamlit runs its entry script again for every page.
    """
    sys.excepthook = _hide_interruption
    project = Project(ROOT)
    try:
        require_usable_root(ROOT)
        if requirements == RUN and _is_for_device(sys.argv):
            requirements = DEVICE
        _ensure_environment(project, requirements, prepare=prepare)
    except StressVisionError as error:
        _print_message(error.message)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        _print_message(
            Message(
                es="Interrumpido. La misma orden seguirá donde quedó.",
                en="Interrupted. The same command will continue where it stopped.",
            )
        )
        raise SystemExit(130) from None


def leave_out_rich() -> None:
    """Make imports of rich fail in this process.

    structlog imports it with pygments and attrs, 4 MB, for tracebacks in colour, which no program here prints. Only the
    launcher's table needs it.
    """
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # what Python itself looks for


def is_device_only() -> bool:
    """Return whether the project's `.venv` was prepared for a camera device, without servers and dashboard."""
    installed = read_stamp(Project(ROOT))
    return DEVICE[0] in installed and RUN[0] not in installed


def is_device_option(option: str | None) -> bool:
    """Return whether a value of `--option` means the camera device alone."""
    return option in {"device", "7"}


def _is_for_device(arguments: list[str]) -> bool:
    """Return whether a command line, not parsed yet, needs only what a camera device does."""
    if Path(arguments[0]).name not in {"start_complete_system.py", "pi_simulator.py"}:
        return False
    option = None
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == "--option":
            option = following
        elif argument.startswith("--option="):
            option = argument.partition("=")[2]
    return is_device_option(option) or (option is None and (is_device_only() or _has_device_alone(arguments)))


def _has_device_alone(arguments: list[str]) -> bool:
    """Return whether this is the device's program in an environment that was filled by other means, as in its image."""
    project = Project(ROOT)
    is_device = Path(arguments[0]).name == "pi_simulator.py" and not read_stamp(project)
    return is_device and not missing_packages(project, DEVICE)


def _hide_interruption(kind: type[BaseException], error: BaseException, traceback: types.TracebackType | None) -> None:
    """Print no traceback for Ctrl-C while a program loads. The exit status still reports SIGINT to the shell."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)


def require_usable_root(root: Path) -> None:
    """Raise ConfigurationError where Python cannot run a project in this folder.

    `:` (on Windows `;`) separates the folders of Python's search path; no environment can be created below one.
    """
    require_utf8(root)
    if os.pathsep in str(root):
        raise ConfigurationError(
            Message(
                es=f"El nombre de la carpeta {root} contiene «{os.pathsep}», y Python no puede usarla: cambie el "
                "nombre y repita la misma orden.",
                en=f"The name of the folder {root} contains “{os.pathsep}”, and Python cannot use it: rename it and "
                "repeat the same command.",
            )
        )


def missing_packages(project: Project, requirements: tuple[str, ...]) -> list[str]:
    """Return the pinned packages that the running interpreter lacks. A line with a marker is optional and ignored."""
    names: list[str] = []
    for file in requirements:
        text = (project.root / file).read_text(encoding="utf-8")
        names += re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==[^\s;]+[ \t]*(?:#.*)?$", text, re.MULTILINE)
    return [name for name in names if not _is_installed(name) and not _is_installed(SUBSTITUTES.get(name, name))]


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _ensure_environment(project: Project, requirements: tuple[str, ...], *, prepare: bool) -> None:
    inside = Path(sys.prefix).resolve() == project.venv.resolve()
    if inside and project.stamp.exists():
        if is_prepared(project, requirements):
            return
    elif not (missing := missing_packages(project, requirements)):
        return
    elif set(missing) == set(missing_packages(project, (MODELS,))):
        _complete_models(project)
        return
    if not is_prepared(project, requirements):
        if not prepare:
            raise ConfigurationError(
                Message(
                    es="Faltan dependencias, o cambiaron desde la última vez. Prepárelas con: "
                    f"python3 {project.root / 'start_complete_system.py'}",
                    en="Dependencies are missing, or have changed since the last start. Prepare them with: "
                    f"python3 {project.root / 'start_complete_system.py'}",
                )
            )
        installation.prepare(project, requirements, _Progress().report)
    if inside:
        importlib.invalidate_caches()
    else:
        _restart_in(project.interpreter)


def _complete_models(project: Project) -> None:
    _print_message(
        Message(
            es="Este entorno no tiene los modelos de rostro: instalándolos (8 MB) …",
            en="This environment lacks the face models: installing them (8 MB) …",
        )
    )
    try:
        installation.complete_models(project)
    except Unavailable as error:
        # Only the camera needs them, and reports their absence: the other programs must still start.
        _print_message(error.message)
    importlib.invalidate_caches()


def _restart_in(interpreter: Path) -> None:
    command = [str(interpreter), *sys.orig_argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        raise SystemExit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)  # noqa: S606 - the same command again, without a shell


def _print_message(message: Message) -> None:
    print(message.text(detect_language()), file=sys.stderr, flush=True)


class _Progress:
    """Prints progress: transient messages share a line on a terminal; elsewhere one is printed every ten seconds."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._is_transient = False
        self._printed_at = time.monotonic()

    def report(self, message: Message, *, transient: bool = False) -> None:
        """Print the message; a transient one may be overwritten or left out."""
        if transient and self._live:
            width = os.get_terminal_size(sys.stderr.fileno()).columns
            sys.stderr.write("\r\x1b[2K" + message.text(detect_language())[: width - 1])
            sys.stderr.flush()
        elif not transient or time.monotonic() - self._printed_at >= 10:
            self._printed_at = time.monotonic()
            if self._is_transient and self._live:
                sys.stderr.write("\n")
            _print_message(message)
        self._is_transient = transient
