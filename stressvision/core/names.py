"""Names as people type them: one form for storing and comparing, and the order of the Spanish alphabet."""

import unicodedata

_TILDE = "\u0303"


def clean_name(text: str) -> str:
    """Return the name composed (NFC), with plain single spaces and without invisible format characters.

    A Mac types ñ as two characters, and Word and Excel add no-break spaces, joiners and byte-order marks: the same
    department would be two. Control characters are kept, for validation to refuse.
    """
    kept = (
        " " if letter == "\t" or unicodedata.category(letter) == "Zs" else letter
        for letter in unicodedata.normalize("NFC", text)
        if unicodedata.category(letter) != "Cf"
    )
    return " ".join(part for part in "".join(kept).split(" ") if part)


def spanish_order(text: str) -> tuple[str, str, str]:
    """Return the sort key of a name in Spanish: accents and case decide only between equal letters; ñ follows n."""
    return _letters(text), unicodedata.normalize("NFC", text).casefold(), text


def group_order(name: str | None) -> tuple[bool, tuple[str, str, str]]:
    """Return the sort key of a group, such as a department: by name, the people without one last."""
    return name is None, spanish_order(name or "")


def _letters(text: str) -> str:
    letters: list[str] = []
    for letter in unicodedata.normalize("NFD", text.casefold()):
        if letter == _TILDE and letters and letters[-1] == "n":
            letters[-1] = "n\U0010ffff"
        elif not unicodedata.combining(letter):
            letters.append(_BASE.get(letter, letter))
    return "".join(letters)


def fold_name(text: str) -> str:
    """Return the form in which a search compares names: without case and accents, ñ as n."""
    return _letters(text).replace("\U0010ffff", "")


_BASE = {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"}
"""Letters of names that Unicode does not decompose."""
