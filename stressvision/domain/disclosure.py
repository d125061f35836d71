"""What a viewer may see of aggregates: nothing that rests on fewer than five people, nor what would give it away.

Two rules, for two kinds of table:

* Groups that add up to a published total (departments, shifts): a small group is withheld, and with it as many of the
  smallest others as it takes until what is withheld rests on five people too. Otherwise the total less the groups shown
  would be the small group again (complementary suppression).
* Windows of time: one that rests on fewer than five people is left out of everything, totals included, and every figure
  is a sum of whole windows that do not overlap. Whatever is subtracted from whatever, only such windows remain.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

SMALLEST_GROUP = 5
"""People. Below it a colleague can often tell who is meant (docs/adr/0023)."""


@dataclass(frozen=True)
class Disclosure:
    """Names of the groups that may be shown. `has_total`: whether the figure over all of them may be shown too."""

    shown: frozenset[str]
    has_total: bool


def is_large_enough(people: int, smallest: int = SMALLEST_GROUP) -> bool:
    """Whether a figure over that many people may be shown by itself."""
    return people >= smallest


def suppress_small_groups(groups: Mapping[str, Collection[int]], smallest: int = SMALLEST_GROUP) -> Disclosure:
    """Which of the groups, given as name → ids of the people each rests on, may be shown beside their total.

    A person may be in several groups. What is withheld rests on no person at all or on `smallest` at least; where that
    cannot be reached, nothing is shown, nor the total. The same groups give the same answer, whatever their order.
    """
    people = {name: frozenset(members) for name, members in groups.items()}
    by_size = sorted(people, key=lambda name: (len(people[name]), name))
    withheld = {name for name in by_size if not is_large_enough(len(people[name]), smallest)}
    hidden = _together(people, withheld)
    for name in by_size:
        if not hidden or is_large_enough(len(hidden), smallest):
            break
        withheld.add(name)
        hidden = _together(people, withheld)
    everybody = _together(people, set(people))
    return Disclosure(frozenset(people) - withheld, has_total=is_large_enough(len(everybody), smallest))


def _together(people: Mapping[str, frozenset[int]], names: set[str]) -> frozenset[int]:
    return frozenset().union(*(people[name] for name in names))
