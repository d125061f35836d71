import ast
import re
import sys
from importlib import metadata

from stressvision.core.config import PROJECT_ROOT

PART_OF = {"starlette": "fastapi", "werkzeug": "flask", "pydantic-core": "pydantic", "dlib-bin": "dlib"}
"""Imported packages that are pinned through another one, which requires them."""

REPLACED = {"ai-edge-litert", "backports-strenum"}
"""By tflite-runtime, in requirements-tflite-runtime.txt."""


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


def test_tflite_runtime_requirements_are_complete() -> None:
    other = read_pinned("requirements-tflite-runtime.txt")
    assert set(read_pinned("requirements.txt")) - REPLACED <= set(other)
    assert "tflite-runtime" in other
