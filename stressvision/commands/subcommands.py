"""Helpers with which each command module adds its subcommands, and the operator as the actor of the audit log."""

import argparse
import getpass
import os
from typing import TypeAlias

from stressvision.core.errors import Language, Message
from stressvision.services.context import Actor

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

COMMAND = Message(es="orden", en="command")
EMPLOYEE_CODE = Message(es="código del empleado, por ejemplo EMP001", en="employee code, for example EMP001")


def add_parser(
    parsers: Subparsers, name: str, language: Language, summary: Message, *, about: Message | None = None
) -> argparse.ArgumentParser:
    """Add the subcommand `name`. `about`: description on its own help page, `summary` if None."""
    return parsers.add_parser(name, help=summary.text(language), description=(about or summary).text(language))


def add_subparsers(parser: argparse.ArgumentParser, language: Language) -> Subparsers:
    """Let `parser` have subcommands, of which one is required."""
    return parser.add_subparsers(required=True, metavar=COMMAND.text(language))


def get_operator(user_id: str | None = None) -> Actor:
    """Return the actor for the audit log: `user_id`, else this machine's user, marked by the prefix `local:`.

    Users of this machine need no account, because they can read the database file: the log names the system user.
    """
    return Actor(user_id=user_id or f"local:{_machine_user()}")


def _machine_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name; before Python 3.13 that is a KeyError
        return str(os.getuid())
