"""The paths and links in the documents exist."""

import re
from pathlib import Path

import pytest

from stressvision.core.config import PROJECT_ROOT

DOCUMENTS = sorted(
    path.relative_to(PROJECT_ROOT)
    for pattern in ("*.md", "docs/*.md", "docs/adr/*.md", "demo/*.md", "deploy/*.md", ".github/*.md")
    for path in PROJECT_ROOT.glob(pattern)
)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_PATH = re.compile(r"`([\w./-]+/[\w./-]*)`")
_HISTORY = {Path("CHANGELOG.md")}
"""Documents whose paths are those of their time."""


def exists(path: str, document: Path) -> bool:
    """Return whether the path exists from the root, from the package, or from the document's folder."""
    folders = (PROJECT_ROOT, PROJECT_ROOT / "stressvision", (PROJECT_ROOT / document).parent)
    return any((folder / path).exists() for folder in folders)


def read_paths(document: Path) -> list[str]:
    """Return the paths in backticks whose first part is a folder of the project, or that end in `.py`.

    Not those of running programs, which are there or not.
    """
    found = _PATH.findall((PROJECT_ROOT / document).read_text(encoding="utf-8"))
    named = [path for path in found if path.endswith(".py") or exists(path.split("/")[0] or "/", document)]
    return [path for path in named if not path.startswith(("/", ".run/")) and "NNNN" not in path]


def test_documents_are_found() -> None:
    assert {Path("README.md"), Path("docs/architecture.md"), Path("docs/adr/README.md")} <= set(DOCUMENTS)
    assert "db/schema/triggers.py" in read_paths(Path("docs/architecture.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_to_files(document: Path) -> None:
    folder = (PROJECT_ROOT / document).parent
    links = _LINK.findall((PROJECT_ROOT / document).read_text(encoding="utf-8"))
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if document not in _HISTORY], ids=str)
def test_named_paths_exist(document: Path) -> None:
    assert [path for path in read_paths(document) if not exists(path, document)] == []
