"""Disclosure control: small groups are not shown and cannot be computed."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from stressvision.domain.disclosure import MOST_ROWS, SMALLEST_GROUP, Cell, suppress_cells, suppress_small_groups

GROUPS = st.dictionaries(st.sampled_from("ABCDEFGH"), st.frozensets(st.integers(1, 20), max_size=12), max_size=8)


def people(*counts: int) -> dict[str, frozenset[int]]:
    """Return disjoint groups A, B, … of these sizes."""
    starts = [sum(counts[:place]) for place in range(len(counts))]
    return {
        name: frozenset(range(start, start + count))
        for name, start, count in zip("ABCDEFGH", starts, counts, strict=False)
    }


def test_large_groups_and_their_total_are_shown() -> None:
    assert suppress_small_groups(people(5, 9)).shown == {"A", "B"}
    assert suppress_small_groups(people(5, 9)).has_total


def test_small_group_withholds_the_smallest_other() -> None:
    assert suppress_small_groups(people(2, 9, 6)).shown == {"B"}


def test_small_groups_that_protect_each_other_withhold_no_other() -> None:
    assert suppress_small_groups(people(3, 9, 2)).shown == {"B"}


def test_too_few_people_in_total_show_nothing() -> None:
    found = suppress_small_groups(people(2, 2))
    assert (found.shown, found.has_total) == (frozenset(), False)


def test_empty_group_is_withheld_without_effect_on_others() -> None:
    assert suppress_small_groups(people(0, 7)).shown == {"B"}


@given(GROUPS)
def test_no_group_and_no_difference_rests_on_fewer_than_five(
    groups: dict[str, frozenset[int]],
) -> None:
    found = suppress_small_groups(groups)
    everyone = frozenset().union(*groups.values())
    assert all(len(groups[name]) >= SMALLEST_GROUP for name in found.shown)
    assert found.has_total == (len(everyone) >= SMALLEST_GROUP)
    assert found.has_total or not found.shown
    for count in range(len(found.shown) + 1):
        for subtracted in combinations(sorted(found.shown), count):
            left = frozenset().union(*(groups[name] for name in groups if name not in subtracted))
            assert not left or not found.has_total or len(left) >= SMALLEST_GROUP


@given(GROUPS)
def test_nothing_is_withheld_without_a_small_group(groups: dict[str, frozenset[int]]) -> None:
    if all(len(members) >= SMALLEST_GROUP for members in groups.values()):
        assert suppress_small_groups(groups).shown == set(groups)


CELLS = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from("1234")),
    st.frozensets(st.integers(1, 14), min_size=1),
    max_size=12,
)


def computable_remainders(cells: dict[Cell, frozenset[int]], shown: frozenset[Cell]) -> list[frozenset[int]]:
    """Return the people behind each sum of withheld cells that totals of rows minus totals of columns reveal."""
    withheld = set(cells) - shown
    found = []
    for row_count in range(4):
        for rows in combinations("ABC", row_count):
            for column_count in range(5):
                for columns in combinations("1234", column_count):
                    added = [cell for cell in withheld if cell[0] in rows and cell[1] not in columns]
                    subtracted = [cell for cell in withheld if cell[0] not in rows and cell[1] in columns]
                    for cells_left in (added if not subtracted else [], subtracted if not added else []):
                        found.append(frozenset().union(*(cells[cell] for cell in cells_left)))
    return [left for left in found if left]


@given(CELLS)
def test_no_cell_and_no_sum_of_withheld_cells_rests_on_fewer_than_five(cells: dict[Cell, frozenset[int]]) -> None:
    shown = suppress_cells(cells)
    assert all(len(cells[cell]) >= SMALLEST_GROUP for cell in shown)
    if shown:
        assert all(len(left) >= SMALLEST_GROUP for left in computable_remainders(cells, shown))


def test_large_cells_are_all_shown() -> None:
    cells = {(row, column): frozenset(range(5)) for row in "AB" for column in "12"}
    assert suppress_cells(cells) == set(cells)


def test_one_small_cell_withholds_a_rectangle() -> None:
    """Its row would reveal it without a second cell, its column without a third; the fourth closes the rectangle."""
    many = {("A", column): frozenset(range(20)) for column in "123"} | {
        ("B", column): frozenset(range(20, 40)) for column in "123"
    }
    shown = suppress_cells({**many, ("A", "1"): frozenset({1})})
    assert shown == {("A", "3"), ("B", "3")}


def test_row_with_withheld_total_shows_no_cell() -> None:
    cells = {(row, column): frozenset(range(9)) for row in "AB" for column in "12"}
    assert suppress_cells(cells, {"A"}) == {("B", "1"), ("B", "2")}


def test_too_many_rows_with_small_cells_show_nothing() -> None:
    rows = [chr(65 + number) for number in range(MOST_ROWS + 1)]
    cells = {(row, "1"): frozenset({1, 2}) for row in rows} | {("Z", "2"): frozenset(range(9))}
    assert suppress_cells(cells) == frozenset()


def test_rows_with_withheld_totals_protect_each_other() -> None:
    """Their totals are known together only: three people and three people hide each other in every column."""
    cells = {
        (row, column): frozenset(range(start, start + count))
        for row, start, count in (("A", 0, 9), ("B", 20, 3), ("C", 30, 3))
        for column in "12"
    }
    assert suppress_cells(cells, {"B", "C"}) == {("A", "1"), ("A", "2")}
