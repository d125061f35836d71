"""Checks that the compiled libraries load on this machine, each in a child process.

A compiled library for another machine may end the process that imports it.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import Message
from stressvision.launcher.doctor.checks import CheckResult, Level, run_command
from stressvision.launcher.environment import DEVICE, RUN, is_device_only


@dataclass(frozen=True)
class Library:
    """A compiled library: the code that needs it, and the packages of which one contains it."""

    name: str
    code: str
    packages: tuple[str, ...]


OPENCV = Library("OpenCV", "import cv2; cv2.VideoCapture", ("opencv-python", "opencv-python-headless"))
"""An attribute, because a damaged installation leaves a folder cv2 that imports and is empty."""

LIBRARIES = (
    OPENCV,
    Library("dlib", "import dlib; dlib.correlation_tracker", ("dlib-bin",)),
    Library(
        "TFLite",
        "import importlib.util as u; assert u.find_spec('ai_edge_litert') or u.find_spec('tflite_runtime')",
        ("ai-edge-litert", "tflite-runtime"),
    ),
)


SYSTEM_LIBRARIES = ("libGL", "libgthread", "libglib", "libxcb", "libX11")
"""Needed by OpenCV and missing in a Debian without a desktop; the loader names the first one that it does not find."""


def check_libraries() -> Iterator[CheckResult]:
    """Yield a result for each library."""
    return map(check_library, LIBRARIES)


def check_library(library: Library) -> CheckResult:
    """Check that a compiled library loads on this machine."""
    subject = Message(es=library.name, en=library.name)
    done = run_command([sys.executable, "-W", "ignore", "-c", f"{library.code}; print('loaded')"])
    if done.returncode == 0 and "loaded" in done.stdout:
        return CheckResult(subject, Level.GOOD, Message(es="se carga", en="loads"))
    output = (done.stderr or done.stdout).strip().splitlines()
    reason = output[-1] if output else f"exit {done.returncode}"
    if any(missing in reason for missing in SYSTEM_LIBRARIES):
        remedy = "sudo apt install libgl1 libglib2.0-0"
    else:
        file = DEVICE[0] if is_device_only() else RUN[0]
        pinned = find_pinned(library.packages, (PROJECT_ROOT / file, PROJECT_ROOT / "constraints.txt"))
        # Without --force-reinstall pip does nothing: the package is damaged, but its record says that it is installed.
        remedy = f"{sys.executable} -m pip install --force-reinstall --no-deps {pinned}"
    return CheckResult(
        subject, Level.PROBLEM, Message(es=f"{reason}. Escriba: {remedy}", en=f"{reason}. Type: {remedy}")
    )


def find_pinned(packages: tuple[str, ...], files: tuple[Path, ...]) -> str:
    """Return the one of these packages that is installed, with its version; otherwise the first that a file pins."""
    for package in packages:
        try:
            return f"{package}=={metadata.version(package)}"
        except metadata.PackageNotFoundError:
            continue
    for file in files:
        text = file.read_text(encoding="utf-8")
        for package in packages:
            if pin := re.search(rf"^{re.escape(package)}==[^\s;]+", text, re.MULTILINE):
                return pin[0]
    return packages[0]
