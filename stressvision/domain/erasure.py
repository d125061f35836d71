"""What remains of a person after an erasure: their share of totals, under nobody's name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stressvision.domain.emotions import Emotion, percent, stress_percentage

NOBODY = "0"
"""Under which a report keeps the counts of everybody who was erased from it, together."""
NOBODY_NAME = "Persona borrada"
REPLACEMENT = "[borrado]"


@dataclass(frozen=True)
class Traces:
    """What would give a person away in text. `others`: other people's codes and names that contain this person's."""

    code: str
    names: tuple[str, ...]
    others: tuple[str, ...] = ()

    def remove_from(self, text: str) -> str:
        """The text with each of them replaced; a code only where it stands alone (EMP001, not EMP0010)."""
        own = rf"(?<![A-Za-z0-9])(?-i:{re.escape(self.code)})(?![0-9])|{_any_alone(self.names)}"
        pattern = f"(?P<theirs>{_any_alone(self.others)})|{own}"
        return re.sub(pattern, lambda found: found["theirs"] or REPLACEMENT, text, flags=re.IGNORECASE)

    def remove_within(self, value: Any) -> Any:
        """The same for every text within a JSON value, keys included."""
        if isinstance(value, str):
            return self.remove_from(value)
        if isinstance(value, list):
            return [self.remove_within(item) for item in value]
        if isinstance(value, dict):
            return {self.remove_from(str(key)): self.remove_within(item) for key, item in value.items()}
        return value


def _any_alone(words: Iterable[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?!\w)"


def forget_person(summary: Mapping[str, Any], employee_id: int) -> dict[str, Any]:
    """A report's per_employee_summary without this person: their counts go to nobody, so that sums stay as they were.

    Whoever was erased earlier is in the same entry: counts of two erased people can no longer be told apart.
    """
    kept = {key: entry for key, entry in summary.items() if key != str(employee_id)}
    erased = summary.get(str(employee_id))
    if erased is None:
        return kept
    kept[NOBODY] = _merge(kept.get(NOBODY), erased)
    return kept


def _merge(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> dict[str, Any]:
    entries = [entry for entry in (one, other) if entry is not None]
    counts = {
        emotion: sum(int((entry.get("counts") or {}).get(emotion, 0)) for entry in entries)
        for emotion in map(str, Emotion)
    }
    total = sum(_total(entry) for entry in entries)
    fatigue = counts[Emotion.FATIGUE]
    return {
        "employee_id": int(NOBODY),
        "name": NOBODY_NAME,
        "code": "",
        "department": None,
        "stress_pct": stress_percentage(counts, total),
        "fatigue_pct": percent(fatigue, total),
        "total_detections": total,
        "counts": counts,
        "avg_confidence": None,
    }


def _total(entry: Mapping[str, Any]) -> int:
    given = entry.get("total_detections")
    return int(given) if given is not None else sum(int(count) for count in (entry.get("counts") or {}).values())
