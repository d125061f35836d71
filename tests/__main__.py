"""`python3 -m tests [arguments of pytest]`: prepares the test tools and runs the suite from the repository root.

Without arguments the whole of it, a file at a time to each core.
"""

import os
import sys

from stressvision.launcher.environment import ROOT, TESTS, enter

enter(TESTS, prepare=True)

import pytest

EVERYTHING = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]
"""More than four would each start a PostgreSQL and a browser of their own for little gain."""

if __name__ == "__main__":
    os.chdir(ROOT)
    raise SystemExit(pytest.main(sys.argv[1:] or EVERYTHING))
