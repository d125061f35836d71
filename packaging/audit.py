"""Known vulnerabilities of everything pinned: `make audit`. Exit code 1 where a pinned version is affected.

Always compares packaging/locked/ with packaging/advisories.toml, which needs no network. Where an advisory source can
be reached, pip-audit checks every package there too; otherwise a line says that it did not.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.version import Version

HERE = Path(__file__).resolve().parent
SOURCE = "api.osv.dev"
TOOL = "pip-audit==2.10.1"


def read_locked(path: Path) -> dict[str, Version]:
    """Return the version of each package of a lock file."""
    return {
        name: Version(version) for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text(), re.MULTILINE)
    }


def find_affected(folder: Path, advisories: Path) -> list[str]:
    """Return a line for each pinned version that an advisory of the list affects."""
    fixed = tomllib.loads(advisories.read_text(encoding="utf-8"))["fixed"]
    return [
        f"{path.name}: {name} {version} is affected by {identifier}, fixed in {first}"
        for path in sorted(folder.glob("*.txt"))
        for name, version in read_locked(path).items()
        for identifier, first in fixed.get(name, {}).items()
        if version < Version(first)
    ]


def is_reachable() -> bool:
    """Return whether the advisory source answers."""
    try:
        socket.create_connection((SOURCE, 443), 10).close()
    except OSError:
        return False
    return True


def audit_online(folder: Path) -> int:
    """Check every package with pip-audit, in an environment of its own; return its exit code."""
    with tempfile.TemporaryDirectory() as tools:
        subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        python = Path(tools) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        subprocess.run([python, "-m", "pip", "install", "-q", TOOL], check=True)
        pins = Path(tools) / "pins.txt"
        found = {
            f"{name}=={version.public}" for path in folder.glob("*.txt") for name, version in read_locked(path).items()
        }
        codes = []
        # A file may name a package once: older versions of the second set are checked apart.
        while found:
            once = {pin.split("==")[0]: pin for pin in sorted(found)}
            pins.write_text("\n".join(once.values()))
            command = [
                python,
                "-m",
                "pip_audit",
                "--vulnerability-service",
                "osv",
                "--no-deps",
                "--disable-pip",
                "-r",
                pins,
            ]
            codes.append(subprocess.run(command, check=False).returncode)
            found -= set(once.values())
        return max(codes)


def main() -> int:
    """Run both checks and print what they found."""
    affected = find_affected(HERE / "locked", HERE / "advisories.toml")
    print(*affected, sep="\n", end="\n" if affected else "")
    listed = tomllib.loads((HERE / "advisories.toml").read_text(encoding="utf-8"))
    count = sum(map(len, listed["fixed"].values()))
    print(f"audit: {len(affected)} affected by the {count} advisories of the list of {listed['updated']}")
    if not is_reachable():
        print("audit: SKIPPED online, no advisory source can be reached from here")
        return 1 if affected else 0
    return max(audit_online(HERE / "locked"), 1 if affected else 0)


if __name__ == "__main__":
    raise SystemExit(main())
