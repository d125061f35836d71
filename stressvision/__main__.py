"""`python -m stressvision --help`: enrolment, consent, the demonstration's people, the database."""

import sys
from pathlib import Path

# `-m` puts the current folder first: a file of the user called email.py would replace the module of that name.
if Path(sys.path[0]).resolve() != Path(__file__).resolve().parents[1]:
    del sys.path[0]

from stressvision.launcher.environment import enter

enter()

from stressvision.commands.command_line import main

if __name__ == "__main__":
    raise SystemExit(main())
