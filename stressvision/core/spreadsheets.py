"""Text safety in tables that spreadsheet programs open."""

import re

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BEHIND_SEPARATOR = re.compile(r"(;\s*)(?=[=+\-@＝＋－＠])")
"""Where Excel's list separator is a semicolon, as in Spain, it also splits cells of a table with commas."""


def escape_formula(text: str) -> str:
    """Prefix an apostrophe to text that a spreadsheet would run as a formula (OWASP, CSV injection)."""
    text = _BEHIND_SEPARATOR.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
