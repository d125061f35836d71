"""The command line of `python -m stressvision`: each module of this room adds its own commands."""

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
    notices,
    retention,
    rights,
)
from stressvision.commands.texts import TEXTS
from stressvision.core.arguments import Arguments
from stressvision.core.config import Settings, load_settings
from stressvision.core.program import run_program

Command = Callable[[Settings, argparse.Namespace], int]

_MODULES = (enrolment, demo, database, cameras, notices, accounts, audit, rights, retention, backup)


def main() -> int:
    """Exit code 0 when it was done, 2 with a message when it was refused."""
    return run_program(_run)


def _run() -> int:
    settings = load_settings()
    arguments = _parser(settings).parse_args()
    command: Command = arguments.command
    return command(settings, arguments)


def _parser(settings: Settings) -> argparse.ArgumentParser:
    def say(name: str) -> str:
        return TEXTS[name].text(settings.lang)

    parser = Arguments(prog="python -m stressvision", description=say("about"))
    commands = parser.add_subparsers(required=True, metavar=say("command"))
    for module in _MODULES:
        module.add_commands(commands, say)
    return parser
