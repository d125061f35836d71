"""Lists a page at a time: where the next page begins, as a text that clients hand back as they got it.

A place is what the list is sorted by, so that rows which arrive meanwhile neither shift nor repeat the others.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import Field

from stressvision.core.clock import parse_moment, to_wire
from stressvision.core.errors import InvalidInput, Message

Instant = tuple[datetime, int]
"""The place of a row in a list that shows the newest first: its moment, and its id among those of the same moment."""

Row = TypeVar("Row")

MAX_ID = 2**63 - 1
"""The largest row id a database can hold."""

NextCursor = Annotated[str | None, Field(description="Where the next page begins; null on the last one.")]


def next_cursor(found: Sequence[Row], limit: int, write: Callable[[Row], str]) -> str | None:
    """The cursor after the last row of this page; None where `found`, one more than `limit`, has no such row more."""
    return write(found[limit - 1]) if len(found) > limit else None


def write_instant(moment: datetime, row_id: int) -> str:
    return _encode([to_wire(moment), row_id])


def read_instant(cursor: str | None) -> Instant | None:
    """Raises InvalidInput for what write_instant did not write."""
    if cursor is None:
        return None
    try:
        moment, row_id = _decode(cursor)
        if type(row_id) is not int or not 0 < row_id <= MAX_ID:
            raise ValueError(row_id)
        return parse_moment(moment), row_id
    except (ValueError, TypeError, AttributeError, InvalidInput):
        raise _not_ours() from None


def write_name(name: str) -> str:
    return _encode([name])


def read_name(cursor: str | None) -> str | None:
    """The place in a list sorted by name. Raises InvalidInput for what write_name did not write."""
    if cursor is None:
        return None
    try:
        (name,) = _decode(cursor)
    except (ValueError, TypeError):
        raise _not_ours() from None
    if not isinstance(name, str) or not name.isprintable():
        raise _not_ours()
    return name


def _encode(place: list[str | int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _decode(cursor: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, RecursionError):
        raise ValueError(cursor) from None


def _not_ours() -> InvalidInput:
    return InvalidInput(
        Message(
            es="cursor no es válido: use tal cual el next_cursor de la página anterior, o quítelo para empezar.",
            en="cursor is not valid: use the previous page's next_cursor as it is, or leave it out to begin.",
        ),
        field="cursor",
    )
