"""`doctor`: every check of this machine, one line each as it is made."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from stressvision.core.config import Settings
from stressvision.core.errors import Message
from stressvision.launcher import checks
from stressvision.launcher.checks import CheckResult, Level

LEVEL_TEXTS = {
    Level.GOOD: Message(es="bien", en="ok"),
    Level.WARNING: Message(es="aviso", en="warning"),
    Level.PROBLEM: Message(es="problema", en="problem"),
}
LEVEL_STYLES = {Level.GOOD: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}


def examine(settings: Settings) -> int:
    """Prints every finding; 1 when one of them is a problem, else 0."""
    console = Console(file=sys.stdout)
    problems = 0
    for finding in find_all(settings):
        problems += finding.level is Level.PROBLEM
        level = Text(f"{LEVEL_TEXTS[finding.level].text(settings.lang):<9}", style=LEVEL_STYLES[finding.level])
        said = f"{finding.subject.text(settings.lang):<20} {finding.said.text(settings.lang)}"
        console.print(level.append(said, style="default"), soft_wrap=True)
    return 1 if problems else 0


def find_all(settings: Settings) -> Iterator[CheckResult]:
    """In the order in which a person would mend things."""
    yield checks.check_python()
    yield checks.check_packages()
    for name, code in checks.LIBRARIES:
        yield checks.check_library(name, code)
    yield checks.check_expression_model(settings)
    yield checks.check_sqlite()
    yield checks.check_database()
    yield checks.check_backups()
    yield checks.check_permissions(settings)
    yield checks.check_notifications(settings)
    yield from checks.check_ports(settings)
    yield from checks.check_cameras(settings)
    yield checks.check_disk()
    yield checks.check_time_zone(settings)
    yield checks.check_display(settings)
