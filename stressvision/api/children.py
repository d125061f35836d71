"""Short-lived processes of ours for what would stay in the backend's memory for good (docs/adr/0017)."""

import os
import sys
from collections.abc import Mapping

from stressvision.config import PROJECT_ROOT


def command_of(module: str) -> tuple[str, ...]:
    """Runs one of our modules, from whatever folder, with nothing imported from there."""
    return (sys.executable, "-P", "-m", module)


def environment_of(own: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(PROJECT_ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, **own}
