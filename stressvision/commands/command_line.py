"""Command line of `python -m stressvision`: each module of this package adds its own subcommands."""

import argparse
from collections.abc import Callable

from stressvision.commands import (
    accounts,
    audit,
    backup,
    cameras,
    database,
    demo,
    enrolment,
    notifications,
    papers,
    retention,
    rights,
)
from stressvision.commands.subcommands import add_subparsers
from stressvision.core.arguments import Arguments
from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import Message
from stressvision.core.program import run_program

Command = Callable[[Settings, argparse.Namespace], int]

ABOUT = Message(
    es="Inscripción, consentimiento y base de datos de Stress Vision.",
    en="Enrolment, consent and database of Stress Vision.",
)
_MODULES = (enrolment, demo, database, cameras, notifications, accounts, audit, rights, papers, retention, backup)


def main() -> int:
    """Run the command; return its exit code, or 2 with a message if it is refused."""
    return run_program(_run)


def _run() -> int:
    settings = load_settings()
    arguments = _parser(settings).parse_args()
    command: Command = arguments.command
    return command(settings, arguments)


def _parser(settings: Settings) -> argparse.ArgumentParser:
    parser = Arguments(prog="python -m stressvision", description=ABOUT.text(settings.lang))
    commands = add_subparsers(parser, settings.lang)
    for module in _MODULES:
        module.add_commands(commands, settings.lang)
    return parser
