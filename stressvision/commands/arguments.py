"""What a module of this room is given to add its commands with."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

Say = Callable[[str], str]
"""The sentence of a name in commands/texts.py, in the user's language."""
