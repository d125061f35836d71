"""`python3 -m tests [arguments of pytest]`: prepares the test tools and runs the suite from the repository root."""

import os
import sys

from stressvision.launcher.environment import ROOT, TESTS, enter

enter(TESTS, prepare=True)

import pytest

if __name__ == "__main__":
    os.chdir(ROOT)
    raise SystemExit(pytest.main(sys.argv[1:]))
