"""Looking for a person's traces among bytes."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

_FRAGMENT = 32
_PARTS = 2
"""Of each stored face that are looked for, about: any one would be enough, and each costs a pass over all bytes."""
_ODD = "surrogateescape"
_BEGINS = r"(?:(?<![^\W_])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
_ENDS = r"(?![^\W_])"
_VARIED = 6
"""A fragment with fewer different bytes than this (zeros, padding) would be found anywhere."""


def forms_of(words: Iterable[str]) -> tuple[bytes, ...]:
    """How words stand in files: plain, and as JSON escapes them (Jos\\u00e9). An empty one has no form."""
    forms = (form for word in words if word for form in (word.encode(), json.dumps(word)[1:-1].encode()))
    return tuple(dict.fromkeys(forms))


def face_parts(text: str | None, samples: Sequence[bytes]) -> tuple[bytes, ...]:
    """Of the bytes a face is stored as, some that would give the person away."""
    blocks = ((text or "").encode(), *samples)
    return tuple(sorted({part for block in blocks for part in _fragments(block)}))


def count_hits(pieces: Iterable[bytes], needles: Sequence[bytes], excused: Sequence[bytes] = ()) -> int:
    """How often a needle occurs in a stream of bytes, also across two pieces. `excused`: longer words that hold one."""
    reach = max((len(word) for word in (*needles, *excused)), default=1)
    hits, block, counted = 0, b"", 0
    for piece in pieces:
        block += piece
        until = max(counted, len(block) - reach)
        hits += _count(block, needles, excused, counted, until)
        kept_from = max(0, until - reach)
        block, counted = block[kept_from:], until - kept_from
    return hits + _count(block, needles, excused, counted, len(block))


def overwrite(text: bytes, words: Iterable[str], others: Iterable[str] = ()) -> bytes:
    """A text, as long as it was, with asterisks for these words in both their forms, where they stand alone.

    What a letter or a digit touches is another word, and so is what stands within one of `others`. The end of an
    escape (\\n, \\u00e9, %20) is no letter: in doubt a word is overwritten. Bytes need not be UTF-8.
    """
    own, theirs = ("|".join(re.escape(form.decode()) for form in forms_of(w)) or "(?!)" for w in (words, others))
    pattern = f"(?P<theirs>{theirs})|{_BEGINS}(?:{own}){_ENDS}"
    return re.sub(pattern, _asterisks, text.decode(errors=_ODD)).encode(errors=_ODD)


def _asterisks(found: re.Match[str]) -> str:
    return found["theirs"] or "*" * len(found[0].encode(errors=_ODD))


def _count(block: bytes, needles: Sequence[bytes], excused: Sequence[bytes], start: int, end: int) -> int:
    """Of those that begin in [start, end)."""
    places = ((needle, at) for needle in needles for at in _places(block, needle, start) if at < end)
    return sum(not any(_stands_within(block, at, needle, word) for word in excused) for needle, at in places)


def _places(block: bytes, needle: bytes, start: int) -> Iterator[int]:
    at = block.find(needle, start)
    while at >= 0:
        yield at
        at = block.find(needle, at + 1)


def _stands_within(block: bytes, at: int, needle: bytes, word: bytes) -> bool:
    offset = word.find(needle)
    start = at - offset
    return offset >= 0 and start >= 0 and block[start : start + len(word)] == word


def _fragments(block: bytes) -> Iterator[bytes]:
    starts = range(0, len(block) - _FRAGMENT + 1, _FRAGMENT)
    for start in starts[:: max(1, len(starts) // _PARTS)]:
        part = block[start : start + _FRAGMENT]
        if len(set(part)) >= _VARIED:
            yield part
