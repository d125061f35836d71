import ast
import re
import sys
from importlib import metadata

from stressvision.core.config import PROJECT_ROOT

PART_OF = {"starlette": "fastapi", "werkzeug": "flask", "pydantic-core": "pydantic", "dlib-bin": "dlib"}
"""Imported by us and pinned through another, which cannot be had without it."""

REPLACED = {"ai-edge-litert", "backports-strenum"}
"""By tflite-runtime, in its set."""


def pinned(file: str) -> dict[str, str]:
    """Normalised name to version, markers left out."""
    text = (PROJECT_ROOT / file).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)(?:\[\w+\])?==([^\s;]+)", text, re.MULTILINE)
    return {normalise(name): version for name, version in found}


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_packages() -> set[str]:
    """Top-level names of what is imported at run time and is neither ours nor Python's."""
    sources = [path for path in (PROJECT_ROOT / "stressvision").rglob("*.py") if "training" not in path.parts]
    names = set()
    for path in (*sources, *PROJECT_ROOT.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(str(node.module).split(".")[0])
    return names - sys.stdlib_module_names - {"stressvision", "tflite_runtime"}


def test_everything_imported_is_pinned() -> None:
    homes = metadata.packages_distributions()
    known = pinned("requirements.txt")
    for name in imported_packages():
        packages = {normalise(package) for package in homes.get(name, [name])}
        assert any(PART_OF.get(package, package) in known for package in packages), f"{name} is pinned nowhere"


def test_the_constraints_agree_with_what_is_asked_for() -> None:
    constraints = pinned("constraints.txt")
    for file in ("requirements.txt", "requirements-test.txt"):
        for name, version in pinned(file).items():
            assert constraints.get(name, version) == version, f"make constraints: {name}"


def test_the_set_with_tflite_runtime_has_everything_else_too() -> None:
    other = pinned("requirements-tflite-runtime.txt")
    assert set(pinned("requirements.txt")) - REPLACED <= set(other)
    assert "tflite-runtime" in other
