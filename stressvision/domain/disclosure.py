"""Disclosure control: which aggregates may be shown without identifying a person.

No figure may rest on fewer than five people, nor allow such a figure to be computed. Two rules, for two kinds of table:

* Groups that add up to a published total (departments, shifts): a small group is withheld, and with it as many of the
  smallest others as needed until the withheld groups together rest on five people too. Otherwise the total minus the
  published groups would be the small group (complementary suppression).
* Windows of time: a window that rests on fewer than five people is left out of everything, totals included, and every
  figure is a sum of whole windows that do not overlap. Differences between any two figures are sums of such windows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

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


def _union(people: Mapping[str, frozenset[int]], names: set[str]) -> frozenset[int]:
    return frozenset().union(*(people[name] for name in names))
