"""The `doctor` command: every check of this machine, one line each."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.launcher.device.trials import check_server
from stressvision.launcher.doctor import camera_checks, checks, library_checks, service_checks, support_bundle
from stressvision.launcher.doctor.checks import CheckResult, Level
from stressvision.launcher.environment import is_device_only

LEVEL_TEXTS = {
    Level.GOOD: Message(es="bien", en="ok"),
    Level.WARNING: Message(es="aviso", en="warning"),
    Level.PROBLEM: Message(es="problema", en="problem"),
}
LEVEL_STYLES = {Level.GOOD: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}


def print_checks(settings: Settings) -> int:
    """Print every result as it is available; return 1 where one of them is a problem, else 0."""
    return _print_results(settings, run_checks(settings))


def write_support_bundle(settings: Settings, path: Path) -> int:
    """Print the results, write them with the facts that support asks for, and return 0. Raises InvalidInput."""
    results = list(run_checks(settings))
    _print_results(settings, results)
    print(support_bundle.MEASURING.text(settings.lang).format(seconds=support_bundle.BENCHMARK_SECONDS), flush=True)
    try:
        support_bundle.write_bundle(settings, results, path, support_bundle.run_command)
    except OSError as error:
        raise InvalidInput(
            Message(
                es=f"No se puede escribir {path} ({error.strerror}): indique otro archivo con --bundle ARCHIVO.",
                en=f"{path} cannot be written ({error.strerror}): choose another file with --bundle FILE.",
            ),
            field="--bundle",
        ) from None
    print(support_bundle.WRITTEN.text(settings.lang).format(path=path, seconds=support_bundle.BENCHMARK_SECONDS))
    return 0


def _print_results(settings: Settings, results: Iterable[CheckResult]) -> int:
    console = Console(file=sys.stdout)
    problems = 0
    for result in results:
        problems += result.level is Level.PROBLEM
        level = Text(f"{LEVEL_TEXTS[result.level].text(settings.lang):<9}", style=LEVEL_STYLES[result.level])
        line = f"{result.subject.text(settings.lang):<20} {result.message.text(settings.lang)}"
        console.print(level.append(line, style="default"), soft_wrap=True)
    return 1 if problems else 0


def run_checks(settings: Settings) -> Iterator[CheckResult]:
    """Yield the results in the order in which a person would solve the problems.

    A machine with only a camera has no database, notifications or servers to check.
    """
    if is_device_only():
        yield from _run_device_checks(settings)
        return
    yield checks.check_python()
    yield checks.check_packages()
    yield from library_checks.check_libraries()
    yield checks.check_expression_model(settings)
    yield checks.check_sqlite()
    yield checks.check_database()
    yield checks.check_backups()
    yield checks.check_permissions(settings)
    yield checks.check_notifications(settings)
    yield service_checks.check_certificate(settings)
    yield service_checks.check_reporter(settings)
    yield service_checks.check_tokens()
    yield from checks.check_ports(settings)
    yield from camera_checks.check_cameras(settings)
    yield checks.check_disk()
    yield checks.check_time_zone(settings)
    yield checks.check_display(settings)


def _run_device_checks(settings: Settings) -> Iterator[CheckResult]:
    yield checks.check_python()
    yield checks.check_packages()
    yield from library_checks.check_libraries()
    yield checks.check_expression_model(settings)
    yield from check_server(settings)
    yield from camera_checks.check_cameras(settings)
    yield checks.check_disk()
    yield checks.check_time_zone(settings)
    yield checks.check_display(settings)
