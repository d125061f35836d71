"""The document docs/performance.md; each benchmark writes its own part of its section, between marks."""

import re
from pathlib import Path

from stressvision.core.config import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"


BEGINNING, END = "<!-- measured: written by the benchmark -->", "<!-- end of what was measured -->"
"""Around what a benchmark writes; what people write stands before or after it."""


def replace_section(section: str, document: Path = DOCUMENT) -> None:
    """Replace what a benchmark wrote in the section with the same heading; add the section where there is none.

    The other sections, and the text outside the marks, stay unchanged. A section without marks gets the new text below
    its heading.
    """
    text = document.read_text(encoding="utf-8") if document.exists() else "# Performance\n"
    heading, _, measured = section.strip().partition("\n")
    block = f"{BEGINNING}\n\n{measured.strip()}\n\n{END}"
    found = re.search(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    if found is None:
        document.write_text(f"{text.rstrip()}\n\n{heading}\n\n{block}\n", encoding="utf-8")
        return
    old = found.group()
    if BEGINNING in old:
        before, rest = old.split(BEGINNING, 1)
        new = before + block + rest.split(END, 1)[1]
    else:
        new = f"{heading}\n\n{block}\n\n{old.removeprefix(heading).lstrip()}"
    document.write_text(text[: found.start()] + new + text[found.end() :], encoding="utf-8")


def verdict(met: bool) -> str:
    """Return the cell that shows whether a target is met."""
    return "met" if met else "**missed**"
