"""Where a page of a list goes on."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_


def older_than(
    moment: ColumnElement[Any], row_id: ColumnElement[int], place: tuple[datetime, int]
) -> ColumnElement[bool]:
    """What follows the row at `place` in a list that shows the newest first.

    Not a comparison of rows: written out, both databases find the beginning by the index on the moments.
    """
    at, last_id = place
    return and_(moment <= at, or_(moment < at, row_id < last_id))
