"""Disclosure control: small groups are not shown and cannot be computed."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from stressvision.domain.disclosure import SMALLEST_GROUP, suppress_small_groups

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
