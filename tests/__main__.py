"""`python3 -m tests [arguments of pytest]`: prepare the test tools and run the suite from the repository root.

Without arguments, or with `--cov…` alone, the whole suite, a file at a time to each core.
"""

import os
import sys

from stressvision.launcher.environment import ROOT, TESTS, enter

enter(TESTS, prepare=True)

import pytest

EVERYTHING = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]
"""More than four would each start a PostgreSQL and a browser of their own for little gain."""


def choose_arguments(arguments: list[str]) -> list[str]:
    """Return the arguments for pytest: the whole suite unless something else than coverage is asked for."""
    is_whole = all(argument.startswith("--cov") for argument in arguments)
    return [*EVERYTHING, *arguments] if is_whole else arguments


if __name__ == "__main__":
    os.chdir(ROOT)
    raise SystemExit(pytest.main(choose_arguments(sys.argv[1:])))
