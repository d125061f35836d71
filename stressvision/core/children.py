"""Processes of ours: how they are started from whatever folder the user is in."""

import os
import sys
from collections.abc import Mapping

from stressvision.core.config import PROJECT_ROOT


def command_of(module: str) -> tuple[str, ...]:
    """Runs one of our modules, with nothing imported from the current folder."""
    return (sys.executable, "-P", "-m", module)


def environment_of(own: Mapping[str, str] = {}) -> dict[str, str]:
    """The user's environment with the project importable, and what is the process's `own`."""
    path = os.pathsep.join(filter(None, (str(PROJECT_ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, **own}
