"""The way into the program: every door calls `enter()` before it imports anything that must be installed.

Standard library only. The interpreter's own environment is used where it has the dependencies; otherwise `.venv` beside
the project, which `start_complete_system.py` and `python3 -m tests` prepare.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - nothing else has looked at the version yet, and what follows needs 3.11
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
    Language,
    Message,
    StressVisionError,
    Unavailable,
)
from stressvision.launcher import installation

ROOT = Path(__file__).resolve().parents[2]
RUN = ("requirements.txt", installation.MODELS)
TESTS = (*RUN, "requirements-test.txt")
SUBSTITUTES = {"ai-edge-litert": "tflite-runtime", "backports.strenum": "tflite-runtime"}
"""What stands in for a package in the set of requirements-tflite-runtime.txt."""


@functools.cache
def enter(requirements: tuple[str, ...] = RUN, *, prepare: bool = False) -> None:
    """Returns where the dependencies are at hand; otherwise goes on in `.venv`, or says how to prepare it and exits 2.

    With `prepare` it prepares `.venv` first. Costs a few milliseconds where there is nothing to do, and only once:
    Streamlit runs its door again for every page it draws.
    """
    sys.excepthook = _say_nothing_of_interruptions
    project = installation.Project(ROOT)
    try:
        _settle(project, requirements, prepare=prepare)
    except StressVisionError as error:
        _say_line(error.message)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        _say_line(
            Message(
                es="Interrumpido. La misma orden seguirá donde quedó.",
                en="Interrupted. The same command will go on where it stopped.",
            )
        )
        raise SystemExit(130) from None


def _say_nothing_of_interruptions(
    kind: type[BaseException], error: BaseException, traceback: types.TracebackType | None
) -> None:
    """Ctrl-C while a program still loads is no fault of its own: no traceback. The shell hears of SIGINT as ever."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)


def language() -> Language:
    return "en" if os.environ.get("STRESSVISION_LANG") == "en" else "es"


def missing_packages(project: installation.Project, requirements: tuple[str, ...]) -> list[str]:
    """Pinned packages the running interpreter does not have. A line with a marker is optional: it is not looked at."""
    names: list[str] = []
    for file in requirements:
        text = (project.root / file).read_text(encoding="utf-8")
        names += re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==[^\s;]+[ \t]*(?:#.*)?$", text, re.MULTILINE)
    return [name for name in names if not _has(name) and not _has(SUBSTITUTES.get(name, name))]


def _has(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _settle(project: installation.Project, requirements: tuple[str, ...], *, prepare: bool) -> None:
    inside = Path(sys.prefix).resolve() == project.venv.resolve()
    if inside and project.stamp.exists():
        if installation.is_prepared(project, requirements):
            return
    elif not (missing := missing_packages(project, requirements)):
        return
    elif set(missing) == set(missing_packages(project, (installation.MODELS,))):
        _complete_models(project)
        return
    if not installation.is_prepared(project, requirements):
        if not prepare:
            raise ConfigurationError(
                Message(
                    es="Faltan dependencias, o cambiaron desde la última vez. Prepárelas con: "
                    f"python3 {project.root / 'start_complete_system.py'}",
                    en="Dependencies are missing, or have changed since the last time. Prepare them with: "
                    f"python3 {project.root / 'start_complete_system.py'}",
                )
            )
        installation.prepare(project, requirements, _Progress().say)
    if inside:
        importlib.invalidate_caches()
    else:
        _go_on_in(project.interpreter)


def _complete_models(project: installation.Project) -> None:
    _say_line(
        Message(
            es="Este entorno no tiene los modelos de rostro: instalándolos (8 MB) …",
            en="This environment lacks the face models: installing them (8 MB) …",
        )
    )
    try:
        installation.complete_models(project)
    except Unavailable as error:
        # Only the camera needs them, and vision says so by itself: the other programs must still start.
        _say_line(error.message)
    importlib.invalidate_caches()


def _go_on_in(interpreter: Path) -> None:
    command = [str(interpreter), *sys.orig_argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        raise SystemExit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)  # noqa: S606 - the same command again, with no shell in between


def _say_line(message: Message) -> None:
    print(message.text(language()), file=sys.stderr, flush=True)


class _Progress:
    """Passing messages share one line on a terminal; elsewhere one is printed every ten seconds."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._passing = False
        self._printed_at = time.monotonic()

    def say(self, message: Message, *, passing: bool = False) -> None:
        if passing and self._live:
            width = os.get_terminal_size(sys.stderr.fileno()).columns
            sys.stderr.write("\r\x1b[2K" + message.text(language())[: width - 1])
            sys.stderr.flush()
        elif not passing or time.monotonic() - self._printed_at >= 10:
            self._printed_at = time.monotonic()
            if self._passing and self._live:
                sys.stderr.write("\n")
            _say_line(message)
        self._passing = passing
