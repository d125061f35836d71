"""The offline list of advisories against the pinned versions."""

import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

from stressvision.core.config import PROJECT_ROOT
from tests.unit.launcher.test_requirements import normalise, read_pinned

FOLDER = PROJECT_ROOT / "packaging"
AUDIT = FOLDER / "audit.py"


def test_no_pinned_version_is_affected_by_a_listed_advisory() -> None:
    find_affected = runpy.run_path(str(AUDIT))["find_affected"]
    assert find_affected(FOLDER / "locked", FOLDER / "advisories.toml") == []


def test_affected_version_is_named_with_its_fix(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("jinja2==3.1.5 \\\n    --hash=sha256:00\nidna==3.20 ; x == 'y' \\\n")
    find_affected = runpy.run_path(str(AUDIT))["find_affected"]
    assert find_affected(tmp_path, FOLDER / "advisories.toml") == [
        "requirements.txt: jinja2 3.1.5 is affected by CVE-2025-27516, fixed in 3.1.6"
    ]


def test_listed_names_are_pinned() -> None:
    listed = tomllib.loads((FOLDER / "advisories.toml").read_text(encoding="utf-8"))["fixed"]
    assert set(listed) <= set(read_pinned("constraints.txt")) | set(read_pinned("requirements.txt"))
    assert {normalise(name) for name in listed} == set(listed)


def test_audit_states_where_nothing_was_checked_online() -> None:
    program = (
        f"import socket, runpy, sys\n"
        f"def refuse(*_, **__): raise OSError\n"
        f"socket.create_connection = refuse\n"
        f"runpy.run_path({str(AUDIT)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "0 affected" in done.stdout
    assert "SKIPPED online" in done.stdout
