"""Runs the launcher over the components given as JSON: `small_launcher.py RUN_DIR COMPONENTS`."""

import sys
from pathlib import Path

from pydantic import TypeAdapter

from stressvision.launcher.components import Component
from stressvision.launcher.printer import choose_printer
from stressvision.launcher.session import Session, run_session
from stressvision.launcher.supervisor import Limits

COMPONENTS = TypeAdapter(tuple[Component, ...])

if __name__ == "__main__":
    session = Session(
        components=COMPONENTS.validate_json(sys.argv[2]),
        run_dir=Path(sys.argv[1]),
        prepare=((sys.executable, "-c", "print('prepared')"),),
        limits=Limits(grace_seconds=1.0),
        restore=(sys.executable, "-c", "import sys; print('restored', sys.argv[2], 'by', sys.argv[4])"),
    )
    sys.exit(run_session(session, choose_printer("es")))
