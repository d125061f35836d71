"""Text safety in tables that spreadsheet programs open."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def escape_formula(text: str) -> str:
    """Prefix an apostrophe to text that a spreadsheet would run as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
