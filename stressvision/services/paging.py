"""Cursors of paginated lists: the sort key of the last row of a page, as opaque text.

A cursor holds what the list is sorted by, so that rows that arrive meanwhile neither shift nor repeat the others.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from stressvision.core.clock import parse_moment, to_wire
from stressvision.core.errors import InvalidInput, Message
from stressvision.wire.values import MAX_ID

Instant = tuple[datetime, int]
"""The sort key of a list with the newest row first: the row's time, and its id among the rows of the same time."""

Row = TypeVar("Row")


def next_cursor(found: Sequence[Row], limit: int, write: Callable[[Row], str]) -> str | None:
    """Return the cursor of the next page, or None on the last one.

    Args:
        found: rows of this page, read with a limit of `limit + 1` so that a further row shows there is a next page.
        limit: rows of one page.
        write: encodes a row's sort key.
    """
    return write(found[limit - 1]) if len(found) > limit else None


def write_instant(moment: datetime, row_id: int) -> str:
    """Encode the sort key of a list sorted by time."""
    return _encode([to_wire(moment), row_id])


def read_instant(cursor: str | None) -> Instant | None:
    """Decode a cursor of `write_instant`. Raises InvalidInput for any other text."""
    if cursor is None:
        return None
    try:
        moment, row_id = _decode(cursor)
        if type(row_id) is not int or not 0 < row_id <= MAX_ID:
            raise ValueError(row_id)
        return parse_moment(moment), row_id
    except (ValueError, TypeError, AttributeError, InvalidInput):
        raise _invalid_cursor() from None


def write_name(name: str) -> str:
    """Encode the sort key of a list sorted by name."""
    return _encode([name])


def read_name(cursor: str | None) -> str | None:
    """Decode a cursor of `write_name`. Raises InvalidInput for any other text."""
    if cursor is None:
        return None
    try:
        (name,) = _decode(cursor)
    except (ValueError, TypeError):
        raise _invalid_cursor() from None
    if not isinstance(name, str) or "\0" in name:
        raise _invalid_cursor()
    return name


def _encode(key: list[str | int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _decode(cursor: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, RecursionError):
        raise ValueError(cursor) from None


def _invalid_cursor() -> InvalidInput:
    return InvalidInput(
        Message(
            es="cursor no es válido: use tal cual el next_cursor de la página anterior, o quítelo para empezar.",
            en="cursor is not valid: use the previous page's next_cursor unchanged, or omit it to start.",
        ),
        field="cursor",
    )
