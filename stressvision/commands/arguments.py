"""What a module of this room is given to add its commands with, and who types them."""

import argparse
import getpass
import os
from collections.abc import Callable
from typing import TypeAlias

from stressvision.services.context import Actor

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

Say = Callable[[str], str]
"""The sentence of a name in commands/texts.py, in the user's language."""


def operator(said: str | None = None) -> Actor:
    """Who the log names: whoever the command names, else this machine's user, told from an account by `local:`.

    Whoever has this machine's database has it all: the log says which of its users it was.
    """
    return Actor(user_id=said or f"local:{_machine_user()}")


def _machine_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name; before Python 3.13 that is a KeyError
        return str(os.getuid())
