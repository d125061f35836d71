"""The document docs/performance.md; each benchmark writes its own section."""

import re
from pathlib import Path

from stressvision.core.config import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"


def replace_section(section: str, document: Path = DOCUMENT) -> None:
    """Replace the section with the same heading, or append it; the other sections stay unchanged."""
    text = document.read_text(encoding="utf-8") if document.exists() else "# Performance\n"
    heading = section.partition("\n")[0]
    others = re.sub(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    document.write_text(f"{others.rstrip()}\n\n{section.rstrip()}\n", encoding="utf-8")


def verdict(met: bool) -> str:
    """Return the cell that shows whether a target is met."""
    return "met" if met else "**missed**"
