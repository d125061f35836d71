"""Erasure rules: remove a person from texts and reports, and search bytes for remaining traces of them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stressvision.domain.emotions import Emotion, percent, stress_percentage

ERASED_KEY = "0"
"""Key in a report's summary under which the counts of all erased people are kept together."""
ERASED_NAME = "Persona borrada"
REPLACEMENT = "[borrado]"


@dataclass(frozen=True)
class Traces:
    """Code and names that identify a person in text.

    `others`: codes and names of other people that contain this person's, and are left as they are.
    """

    code: str
    names: tuple[str, ...]
    others: tuple[str, ...] = ()

    def remove_from(self, text: str) -> str:
        """Return the text with each trace replaced; a code only where it stands alone (EMP001, not EMP0010)."""
        own = rf"(?<![A-Za-z0-9])(?-i:{re.escape(self.code)})(?![0-9])|{_match_whole_words(self.names)}"
        pattern = f"(?P<theirs>{_match_whole_words(self.others)})|{own}"
        return re.sub(pattern, lambda found: found["theirs"] or REPLACEMENT, text, flags=re.IGNORECASE)

    def remove_within(self, value: Any) -> Any:
        """Return a JSON value with each trace replaced in all its texts, keys included."""
        if isinstance(value, str):
            return self.remove_from(value)
        if isinstance(value, list):
            return [self.remove_within(item) for item in value]
        if isinstance(value, dict):
            return {self.remove_from(str(key)): self.remove_within(item) for key, item in value.items()}
        return value


def _match_whole_words(words: Iterable[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?!\w)"


def forget_person(summary: Mapping[str, Any], employee_id: int) -> dict[str, Any]:
    """Return a report's per_employee_summary without this person.

    Their counts move to the entry ERASED_KEY, so that sums stay the same. People erased earlier are in the same entry:
    the counts of two erased people can no longer be separated.
    """
    kept = {key: entry for key, entry in summary.items() if key != str(employee_id)}
    erased = summary.get(str(employee_id))
    if not isinstance(erased, Mapping):
        return kept
    kept[ERASED_KEY] = _merge(kept.get(ERASED_KEY), erased)
    return kept


def forget_in_public(figures: Mapping[str, Any] | None, employee_id: int) -> dict[str, Any] | None:
    """Return a report's public_figures without this person, whose counts move to the entry ERASED_KEY."""
    if figures is None or not isinstance(figures.get("people"), Mapping):
        return None
    kept = {key: entry for key, entry in figures["people"].items() if key != str(employee_id)}
    erased = figures["people"].get(str(employee_id))
    if isinstance(erased, Mapping):
        merged = _merge(kept.get(ERASED_KEY), erased)
        kept[ERASED_KEY] = {name: merged[name] for name in ("department", "total_detections", "counts")}
    return {**figures, "people": kept}


def _merge(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> dict[str, Any]:
    entries = [entry for entry in (one, other) if isinstance(entry, Mapping)]
    counts = {emotion: sum(_counts(entry).get(emotion, 0) for entry in entries) for emotion in map(str, Emotion)}
    total = sum(_total(entry) for entry in entries)
    fatigue = counts[Emotion.FATIGUE]
    return {
        "employee_id": int(ERASED_KEY),
        "name": ERASED_NAME,
        "code": "",
        "department": None,
        "stress_pct": stress_percentage(counts, total),
        "fatigue_pct": percent(fatigue, total),
        "total_detections": total,
        "counts": counts,
        "avg_confidence": None,
    }


def _total(entry: Mapping[str, Any]) -> int:
    stored = entry.get("total_detections")
    return stored if isinstance(stored, int) else sum(_counts(entry).values())


def _counts(entry: Mapping[str, Any]) -> Mapping[str, int]:
    """Return the counts of an entry; other programs may have written it in another form."""
    counts = entry.get("counts")
    if not isinstance(counts, Mapping):
        return {}
    return {name: count for name, count in counts.items() if isinstance(count, int)}


RECORD_TABLES = frozenset(
    {"consents", "employees", "face_samples", "kiosk_codes", "person_links", "person_requests", "recognition_pauses"}
)
"""Tables of enrolment and consent: the numbers of rows of all others state what was measured of the person."""


def limit_counts(row_counts: Mapping[str, int]) -> dict[str, int]:
    """Return the numbers of deleted rows that roles without access to measurements may see."""
    return {name: count for name, count in row_counts.items() if name in RECORD_TABLES}


_FRAGMENT_BYTES = 32
_FRAGMENTS_PER_FACE = 2
"""Approximate number of fragments searched for per stored face: one suffices, and each costs a pass over all bytes."""
_MIN_DIFFERENT_BYTES = 6
"""Fragments with fewer different bytes (zeros, padding) would match anywhere."""
_UNDECODABLE = "surrogateescape"
_WORD_START = r"(?:(?<![^\W_])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
_WORD_END = r"(?![^\W_])"


def encode_words(words: Iterable[str]) -> tuple[bytes, ...]:
    """Return the forms in which words occur in files: UTF-8, and JSON-escaped (Jos\\u00e9). Empty words are skipped."""
    forms = (form for word in words if word for form in (word.encode(), json.dumps(word)[1:-1].encode()))
    return tuple(dict.fromkeys(forms))


def pick_face_fragments(text: str | None, samples: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return byte fragments of a stored face, each of which identifies the person.

    Args:
        text: The embedding as stored in the employee's row, or None.
        samples: The stored bytes of each face sample.
    """
    blocks = ((text or "").encode(), *samples)
    return tuple(sorted({fragment for block in blocks for fragment in _fragments(block)}))


def count_occurrences(pieces: Iterable[bytes], needles: Sequence[bytes], excused: Sequence[bytes] = ()) -> int:
    """Return how often a needle occurs in a stream of bytes, also across two pieces.

    Occurrences inside one of the longer words `excused` are not counted.
    """
    reach = max((len(word) for word in (*needles, *excused)), default=1)
    hits, block, counted = 0, b"", 0
    for piece in pieces:
        block += piece
        until = max(counted, len(block) - reach)
        hits += _count(block, needles, excused, counted, until)
        kept_from = max(0, until - reach)
        block, counted = block[kept_from:], until - kept_from
    return hits + _count(block, needles, excused, counted, len(block))


def mask_words(text: bytes, words: Iterable[str], others: Iterable[str] = ()) -> bytes:
    """Return a text of the same length with asterisks for these words, in both encoded forms, where they stand alone.

    A word next to a letter or digit is another word, and so is one inside a word of `others`. The end of an escape
    (\\n, \\u00e9, %20) is not a letter: in doubt a word is masked. Bytes need not be UTF-8.
    """
    own, theirs = ("|".join(re.escape(form.decode()) for form in encode_words(w)) or "(?!)" for w in (words, others))
    pattern = f"(?P<theirs>{theirs})|{_WORD_START}(?:{own}){_WORD_END}"
    return re.sub(pattern, _to_asterisks, text.decode(errors=_UNDECODABLE)).encode(errors=_UNDECODABLE)


def _to_asterisks(found: re.Match[str]) -> str:
    return found["theirs"] or "*" * len(found[0].encode(errors=_UNDECODABLE))


def _count(block: bytes, needles: Sequence[bytes], excused: Sequence[bytes], start: int, end: int) -> int:
    """Return the number of occurrences that begin in [start, end)."""
    positions = ((needle, at) for needle in needles for at in _positions(block, needle, start) if at < end)
    return sum(not any(_is_inside(block, at, needle, word) for word in excused) for needle, at in positions)


def _positions(block: bytes, needle: bytes, start: int) -> Iterator[int]:
    at = block.find(needle, start)
    while at >= 0:
        yield at
        at = block.find(needle, at + 1)


def _is_inside(block: bytes, at: int, needle: bytes, word: bytes) -> bool:
    offset = word.find(needle)
    start = at - offset
    return offset >= 0 and start >= 0 and block[start : start + len(word)] == word


def _fragments(block: bytes) -> Iterator[bytes]:
    starts = range(0, len(block) - _FRAGMENT_BYTES + 1, _FRAGMENT_BYTES)
    for start in starts[:: max(1, len(starts) // _FRAGMENTS_PER_FACE)]:
        fragment = block[start : start + _FRAGMENT_BYTES]
        if len(set(fragment)) >= _MIN_DIFFERENT_BYTES:
            yield fragment
