import ast
import hashlib
import re
import sys
from importlib import metadata

import pytest

from stressvision.core.config import PROJECT_ROOT

PART_OF = {
    "urllib3": "requests",
    "starlette": "fastapi",
    "anyio": "fastapi",
    "werkzeug": "flask",
    "pydantic-core": "pydantic",
    "dlib-bin": "dlib",
}
"""Imported packages that are pinned through another one, which requires them."""

REPLACED = {"ai-edge-litert", "backports-strenum"}
"""By tflite-runtime, in requirements-tflite-runtime.txt."""

LOCKED = (
    "requirements.txt",
    "requirements-device.txt",
    "requirements-test.txt",
    "requirements-models.txt",
    "requirements-tflite-runtime.txt",
)
LOCKED_ENTRY = r"^([\w.-]+)==([^\s;]+)[^\\\n]*\\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
SOURCE = "face-recognition-models"
"""The one package without a wheel."""


def read_pinned(file: str) -> dict[str, str]:
    """Return the version by normalised name, without markers."""
    text = (PROJECT_ROOT / file).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)(?:\[\w+\])?==([^\s;]+)", text, re.MULTILINE)
    return {normalise(name): version for name, version in found}


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def find_imported_packages() -> set[str]:
    """Return the top-level names of the third-party packages that are imported at run time."""
    sources = [path for path in (PROJECT_ROOT / "stressvision").rglob("*.py") if "training" not in path.parts]
    names = set()
    for path in (*sources, *PROJECT_ROOT.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(str(node.module).split(".")[0])
    return names - sys.stdlib_module_names - {"stressvision", "tflite_runtime"}


def test_every_imported_package_is_pinned() -> None:
    homes = metadata.packages_distributions()
    known = read_pinned("requirements.txt")
    for name in find_imported_packages():
        packages = {normalise(package) for package in homes.get(name, [name])}
        assert any(PART_OF.get(package, package) in known for package in packages), f"{name} is pinned nowhere"


def test_constraints_agree_with_requirements() -> None:
    constraints = read_pinned("constraints.txt")
    for file in ("requirements.txt", "requirements-test.txt"):
        for name, version in read_pinned(file).items():
            assert constraints.get(name, version) == version, f"make constraints: {name}"


@pytest.mark.parametrize("file", LOCKED)
def test_hashes_are_recorded_for_every_pinned_package(file: str) -> None:
    text = (PROJECT_ROOT / "packaging" / "locked" / file).read_text(encoding="utf-8")
    options = [line for line in text.splitlines() if line.startswith("-")]
    assert options == ["--require-hashes", "--find-links ..", "--only-binary :all:", f"--no-binary {SOURCE}"]
    assert "://" not in text, "a lock file names no registry"
    entries = re.findall(
        r"^([\w.-]+)==([^\s;]+)[^\\\n]*\\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    )
    locked = {normalise(name): version for name, version, _ in entries}
    assert set(re.findall(r"^(\w\S*)==", text, re.MULTILINE)) == {name for name, _, _ in entries}
    pinned = read_pinned(file) | (read_pinned("requirements.txt") if "test" in file else {})
    assert {name: locked.get(name) for name in pinned} == pinned, "make locks"
    constraints = read_pinned("constraints.txt")
    if file in {"requirements.txt", "requirements-test.txt"}:
        for name, version in locked.items():
            assert constraints.get(name, version) == version, f"make locks: {name}"


def test_hash_of_own_wheel_is_recorded() -> None:
    (wheel,) = (PROJECT_ROOT / "packaging").glob("dlib-*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for file in ("requirements.txt", "requirements-test.txt", "requirements-tflite-runtime.txt"):
        assert digest in (PROJECT_ROOT / "packaging" / "locked" / file).read_text(encoding="utf-8"), "make locks"


def test_tflite_runtime_requirements_are_complete() -> None:
    other = read_pinned("requirements-tflite-runtime.txt")
    assert set(read_pinned("requirements.txt")) - REPLACED <= set(other)
    assert "tflite-runtime" in other


def test_device_has_the_same_pins_and_no_server() -> None:
    device, everything = read_pinned("requirements-device.txt"), read_pinned("requirements.txt")
    everything |= read_pinned("constraints.txt") | {"opencv-python-headless": everything["opencv-python"]}
    assert {name: everything.get(name) for name in device} == device
    locked = (PROJECT_ROOT / "packaging" / "locked" / "requirements-device.txt").read_text(encoding="utf-8")
    for name in ("streamlit", "flask", "fastapi", "psycopg", "sqlalchemy", "pandas"):
        assert not re.search(rf"^{name}\b", locked, re.MULTILINE)
