"""Reading of rows that other programs wrote: every value has its field's type, and the others are named.

Rules of writing are strict, but people and earlier programs write into the tables with SQL. A query loads its rows
through a RowReader, so that everything above it may rely on the types of the row class.
"""

import math
import types
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from stressvision.db.engine.types import OddMoment, Unreadable

R = TypeVar("R")
Repair = Callable[[object], tuple[object, bool]]
"""Return the value to show in place of a stored one, and whether the stored one was sound."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_COUNT = 2**31 - 1
ODD_FIELDS_READ: Counter[tuple[str, str]] = Counter()
"""Odd values read by this process, by row class and field, for /metrics."""


@dataclass(frozen=True)
class ReadRow:
    """Base of the row classes. `odd_fields`: names of the fields whose stored value is not what the field promises.

    Such a field is None, or as it stands where its type allows it; a required number is 0, a required text its
    readable part.
    """

    odd_fields: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class OneOf:
    """Mark of a text field: values outside `names` are shown as they stand, and are odd."""

    names: frozenset[str]


@dataclass(frozen=True)
class Within:
    """Mark of a number field: values outside the bounds are shown as they stand, and are odd."""

    least: float
    most: float


@dataclass(frozen=True)
class Tally:
    """Mark of a count: a negative one, or one that no database holds in 32 bits, is left out."""


class Shape:
    """Mark of a JSON field that must have the form of a model; another value becomes None."""

    def __init__(self, model: Any, *, strict: bool = False) -> None:
        self._adapter = TypeAdapter(model)
        self._is_strict = strict

    def fits(self, value: object) -> bool:
        """Return whether a parsed JSON value has the form of the model."""
        try:
            self._adapter.validate_python(value, strict=self._is_strict)
        except (ValidationError, OverflowError):
            return False
        return True

    def __call__(self, value: object) -> tuple[object, bool]:
        """Repair a value."""
        return (value, True) if self.fits(value) else (None, False)


class Items(Shape):
    """Mark of a JSON list of models: items of another form are left out."""

    def __call__(self, value: object) -> tuple[object, bool]:
        """Repair a value."""
        if not isinstance(value, list):
            return None, False
        kept = [item for item in value if self.fits(item)]
        return kept, len(kept) == len(value)


class Entries(Shape):
    """Mark of a JSON object of models by row id: entries of another form, or under another key, are left out."""

    def __call__(self, value: object) -> tuple[object, bool]:
        """Repair a value."""
        if not isinstance(value, dict):
            return None, False
        kept = {key: entry for key, entry in value.items() if _is_row_id(key) and self.fits(entry)}
        return kept, len(kept) == len(value)


class RowReader(Generic[R]):
    """Load rows of one query into one row class; the query's columns are in the order of the class's fields."""

    def __init__(self, row_class: type[R], names: Iterable[str] | None = None) -> None:
        """Read rows of `row_class`. `names`: only these fields, for find_odd."""
        hints = get_type_hints(row_class, include_extras=True)
        self._class: Callable[..., R] = row_class
        self._names = tuple(names or row_fields(row_class))
        self._repairs = tuple(_repair_of(hints[name]) for name in self._names)
        self._sound_types = tuple(_sound_types(hints[name]) for name in self._names)
        self._row_name = row_class.__name__
        self._is_flagged = issubclass(row_class, ReadRow)

    def __call__(self, row: Sequence[Any]) -> R:
        """Return the row as an object of the row class."""
        values = list(row)
        odd: list[str] = []
        for place, (stored, sound) in enumerate(zip(row, self._sound_types, strict=True)):
            if type(stored) in sound:
                continue
            values[place], is_sound = self._repairs[place](stored)
            if not is_sound:
                odd.append(self._names[place])
        if odd:
            ODD_FIELDS_READ.update((self._row_name, name) for name in odd)
        flags = {"odd_fields": tuple(odd)} if odd and self._is_flagged else {}
        return self._class(*values, **flags)

    def find_odd(self, row: Sequence[Any]) -> tuple[str, ...]:
        """Return the names of the row's odd fields."""
        checks = zip(self._names, self._repairs, row, strict=True)
        return tuple(name for name, repair, stored in checks if not repair(stored)[1])

    def many(self, rows: Iterable[Sequence[Any]]) -> list[R]:
        """Return all rows."""
        return [self(row) for row in rows]

    def one(self, row: Sequence[Any] | None) -> R | None:
        """Return the row, None for None."""
        return None if row is None else self(row)


def row_fields(row_class: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields that are read from columns."""
    return tuple(own.name for own in fields(row_class) if own.name != "odd_fields")


def as_text(value: object) -> str:
    """Return a value of a text column as text: bytes and numbers too, which SQLite does not refuse there."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else str(value)


def as_it_stands(value: Any) -> Any:
    """Return a stored value as JSON can hold it: text for bytes and for what is not JSON, None for infinity."""
    if isinstance(value, Unreadable):
        return as_text(value.raw)
    if isinstance(value, bytes):
        return as_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {as_text(key): as_it_stands(item) for key, item in value.items()}
    return [as_it_stands(item) for item in value] if isinstance(value, list) else value


def sum_by_text(counts: Iterable[tuple[object, int]]) -> dict[str | None, int]:
    """Return counts by text, None for NULL: a text column may hold the same word as text and as bytes."""
    totals: Counter[str | None] = Counter()
    for name, count in counts:
        totals[None if name is None else as_text(name)] += count
    return dict(totals)


def _is_row_id(key: object) -> bool:
    return isinstance(key, str) and key.isascii() and key.lstrip("-").isdigit() and len(key) < 19


def _repair_of(hint: Any) -> Repair:
    marks: tuple[object, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        marks = tuple(rest)
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    is_optional = types.NoneType in options or hint is object
    (kind,) = (option for option in options if option is not types.NoneType)
    repair = _marked(get_origin(kind) or kind, marks)
    return _optional(repair) if is_optional else _required(repair, get_origin(kind) or kind)


def _sound_types(hint: Any) -> frozenset[type]:
    """Return the types whose values need no repair, whatever the value: a third of the cost of asking the repair."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if get_origin(hint) is Annotated:
        marked = get_args(hint)[0]
        options = tuple(kind for kind in get_args(marked) if kind is types.NoneType)
    return frozenset(kind for kind in options if kind in (str, int, bool, datetime, bytes, types.NoneType))


def _marked(kind: Any, marks: tuple[object, ...]) -> Repair:
    for mark in marks:
        if isinstance(mark, Shape):
            return mark
        if isinstance(mark, OneOf):
            names = mark.names
            return lambda value: (value, value in names) if type(value) is str else _text(value)
        if isinstance(mark, Within):
            return _bounded(mark)
        if isinstance(mark, Tally):
            return _tally
    return _REPAIRS[kind]


def _bounded(mark: Within) -> Repair:
    def repair_bounded(value: object) -> tuple[object, bool]:
        shown, is_sound = _number(value)
        return shown, is_sound and isinstance(shown, float) and mark.least <= shown <= mark.most

    return repair_bounded


def _optional(repair: Repair) -> Repair:
    return lambda value: (None, True) if value is None else repair(value)


def _required(repair: Repair, kind: Any) -> Repair:
    fallback = _FALLBACKS[kind]

    def repair_required(value: object) -> tuple[object, bool]:
        shown, is_sound = repair(value)
        return (fallback() if shown is None else shown), is_sound and shown is not None

    return repair_required


def _text(value: object) -> tuple[object, bool]:
    return (value, True) if type(value) is str else (as_text(value), False)


def _number(value: object) -> tuple[object, bool]:
    if type(value) is float and math.isfinite(value):
        return value, True
    return (float(value), True) if type(value) is int and abs(value) < 2**63 else (None, False)


def _whole(value: object) -> tuple[object, bool]:
    if type(value) is int:
        return value, True
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value), False
    return None, False


def _tally(value: object) -> tuple[object, bool]:
    shown, is_sound = _whole(value)
    return (shown, is_sound) if isinstance(shown, int) and 0 <= shown <= LARGEST_COUNT else (None, False)


def _flag(value: object) -> tuple[object, bool]:
    return (value, True) if type(value) is bool else (bool(value), False)


def _moment(value: object) -> tuple[object, bool]:
    return (value, not isinstance(value, OddMoment)) if isinstance(value, datetime) else (None, False)


def _bytes(value: object) -> tuple[object, bool]:
    return (value, True) if isinstance(value, bytes) else (None, False)


def _json_of(kind: type) -> Repair:
    return lambda value: (value, True) if isinstance(value, kind) else (None, False)


def _anything(value: object) -> tuple[object, bool]:
    return (value.raw, False) if isinstance(value, Unreadable) else (value, True)


_REPAIRS: dict[Any, Repair] = {
    str: _text,
    float: _number,
    int: _whole,
    bool: _flag,
    datetime: _moment,
    bytes: _bytes,
    dict: _json_of(dict),
    Mapping: _json_of(dict),
    list: _json_of(list),
    object: _anything,
}
_FALLBACKS: dict[Any, Callable[[], object]] = {
    str: str,
    float: float,
    int: int,
    bool: bool,
    datetime: lambda: EPOCH,
    bytes: bytes,
    dict: dict,
    Mapping: dict,
    list: list,
}
