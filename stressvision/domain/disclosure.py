"""Disclosure control: which aggregates may be shown without identifying a person.

No figure may rest on fewer than five people, nor allow such a figure to be computed. Three rules:

* Groups that add up to a published total (departments, shifts): a small group is withheld, and with it as many of the
  smallest others as needed until the withheld groups together rest on five people too. Otherwise the total minus the
  published groups would be the small group (complementary suppression).
* Tables of groups by hour, whose rows and columns have published totals: cells are withheld until no sum of withheld
  cells that the totals reveal rests on few people (docs/adr/0037).
* Windows of time: a window that rests on fewer than five people is left out of everything, totals included, and every
  figure is a sum of whole windows that do not overlap. Differences between any two figures are sums of such windows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")
SMALLEST_SIZE = 2**26


FEWEST_ROWS = 64
"""Smallest stated number of rows."""


def round_size(number: int, smallest: int = SMALLEST_SIZE) -> int:
    """Return the next power of two, from `smallest` on: the exact size of a database counts its detections."""
    return max(smallest, 1 << max(number - 1, 0).bit_length())


SMALLEST_GROUP = 5
"""People. In a smaller group a colleague can often identify the person (docs/adr/0023)."""


@dataclass(frozen=True)
class Disclosure:
    """Names of the groups that may be shown. `has_total`: whether the figure over all of them may be shown too."""

    shown: frozenset[str]
    has_total: bool


def is_large_enough(people: int, smallest: int = SMALLEST_GROUP) -> bool:
    """Return whether a figure over that many people may be shown by itself."""
    return people >= smallest


def suppress_small_groups(groups: Mapping[str, Collection[int]], smallest: int = SMALLEST_GROUP) -> Disclosure:
    """Return which groups may be shown beside their total.

    A person may be in several groups. The withheld groups rest on no person at all or on `smallest` at least; where
    that cannot be reached, nothing is shown, nor the total. Equal groups yield an equal result, whatever their order.

    Args:
        groups: Name of each group → ids of the people it rests on.
        smallest: Fewest people that a published figure may rest on.
    """
    people = {name: frozenset(members) for name, members in groups.items()}
    by_size = sorted(people, key=lambda name: (len(people[name]), name))
    withheld = {name for name in by_size if not is_large_enough(len(people[name]), smallest)}
    hidden = _union(people, withheld)
    for name in by_size:
        if not hidden or is_large_enough(len(hidden), smallest):
            break
        withheld.add(name)
        hidden = _union(people, withheld)
    everyone = _union(people, set(people))
    return Disclosure(frozenset(people) - withheld, has_total=is_large_enough(len(everyone), smallest))


def _union(people: Mapping[Key, frozenset[int]], names: Collection[Key]) -> frozenset[int]:
    return frozenset().union(*(people[name] for name in names))


Cell = tuple[str, str]
"""Row (a department) and column (an hour) of a table."""
_WITHHELD_ROW = "\0"
MOST_ROWS = 14
"""Rows with a withheld cell. With more, no cell is shown: the check grows with 2 to their number."""


def suppress_cells(
    cells: Mapping[Cell, Collection[int]], withheld_rows: Collection[str] = (), smallest: int = SMALLEST_GROUP
) -> frozenset[Cell]:
    """Return which cells of a table may be shown beside the totals of its rows and of its columns.

    Cells with few people are withheld, and with them further ones, until no figure that rests on few people can be
    computed: the total of some rows, minus what is shown, minus the totals of some columns, adds up withheld cells.

    Args:
        cells: Row and column → ids of the people it rests on; empty cells are left out.
        withheld_rows: Rows whose total is withheld; none of their cells is shown. Only their sum is computable, so
            that they count as one row.
        smallest: Fewest people that a computable figure may rest on.
    """
    people: dict[Cell, frozenset[int]] = {}
    for (row, column), members in cells.items():
        cell = (_WITHHELD_ROW if row in withheld_rows else row, column)
        people[cell] = people.get(cell, frozenset()) | frozenset(members)
    withheld = {
        cell
        for cell, members in people.items()
        if cell[0] == _WITHHELD_ROW or not is_large_enough(len(members), smallest)
    }
    while len({row for row, _ in withheld}) <= MOST_ROWS:
        exposed = _find_exposed({cell: people[cell] for cell in withheld}, smallest)
        if exposed is None:
            return frozenset(people) - withheld
        shown = sorted(people.keys() - withheld, key=lambda cell: (len(people[cell]), cell))
        if not shown:
            break
        withheld.add(_choose_further(shown, withheld, exposed))
    return frozenset()


@dataclass(frozen=True)
class _Exposed:
    """Withheld cells whose sum is computable: those of one `column`, or of `rows` outside the columns of their own."""

    rows: frozenset[str]
    column: str | None = None


def _find_exposed(withheld: Mapping[Cell, frozenset[int]], smallest: int) -> _Exposed | None:
    """Return withheld cells whose sum can be computed and rests on too few people, or None.

    With the totals of the rows R and of the columns C, where no withheld cell of C lies outside R, the sum of the
    withheld cells in R outside C can be computed. For each R it is least for all such columns; where nothing is left
    then, each of these columns is computable alone.
    """
    columns = _rows_by_column(withheld)
    for column, members in columns.items():
        if not is_large_enough(len(_union(withheld, [(row, column) for row in members])), smallest):
            return _Exposed(frozenset(members), column)
    rows = sorted({row for row, _ in withheld})
    for number in range(1, 2 ** len(rows)):
        chosen = frozenset(row for place, row in enumerate(rows) if number >> place & 1)
        cells = [
            (row, column) for column, members in columns.items() if not members <= chosen for row in members & chosen
        ]
        if cells and not is_large_enough(len(_union(withheld, cells)), smallest):
            return _Exposed(chosen)
    return None


def _choose_further(shown: Sequence[Cell], withheld: Collection[Cell], exposed: _Exposed) -> Cell:
    """Return the smallest shown cell that protects the exposed ones. `shown`: by the number of people."""
    if exposed.column is not None:
        return next((cell for cell in shown if cell[1] == exposed.column), shown[0])
    columns = _rows_by_column(withheld)
    own = {column for column, members in columns.items() if members <= exposed.rows}
    for row, column in shown:
        if (row in exposed.rows and column in columns.keys() - own) or (row not in exposed.rows and column in own):
            return row, column
    return next((cell for cell in shown if cell[0] in exposed.rows), shown[0])


def _rows_by_column(cells: Iterable[Cell]) -> dict[str, set[str]]:
    columns: dict[str, set[str]] = {}
    for row, column in cells:
        columns.setdefault(column, set()).add(row)
    return columns
