"""An observer without access to persons cannot detect the presence of one person.

Two plants live the same histories of few people, but for one person, present in one of both, chosen by chance. A viewer
(and an administrator) collects every answer, header, total, event, event id, metric and duration of both.

Content is compared byte by byte: an observer that receives the same from both plants is right in half of the cases,
whatever test it applies. Durations differ by chance, so they are tested: in how many histories was the plant with the
person the slower one? Without a leak that is a fair coin for each address. The order of asking is random too.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import pytest

from stressvision.domain.auth import Role
from stressvision.domain.disclosure import SMALLEST_GROUP
from tests.conftest import FakeClock
from tests.integration.access.observer import PEOPLE, Plant, live, open_plant

HISTORIES = 200
QUARTERS = 2
ERROR_CHANCE = 0.001
"""That durations of equal plants are called different, over all addresses together."""
DETECTED_SHARE = 0.7
"""A leak that makes the plant with the person the slower one in this share of histories is found …"""
POWER = 0.9
"""… with at least this probability."""


def draw_history(chance: random.Random) -> tuple[list[set[int]], list[set[int]], set[int]]:
    """Draw a history with a person, the same without, and the quarters with an alert in the former.

    Quarters beside the one that differs have up to all people, so that the totals are not empty.
    """
    shared = [set(chance.sample(range(PEOPLE), chance.randrange(PEOPLE + 1))) for _ in range(QUARTERS)]
    differing = chance.randrange(QUARTERS)
    others = set(chance.sample(range(1, PEOPLE), chance.randrange(SMALLEST_GROUP - 1)))
    person, absent = list(shared), list(shared)
    person[differing] = {0, *others}
    absent[differing] = others if chance.random() < 0.5 else set()
    return person, absent, {differing} if chance.random() < 0.5 else set()


def upper_tail(successes: int, trials: int, share: float) -> float:
    """Return the probability of at least so many successes."""
    exact = Fraction(share)
    return float(
        sum(math.comb(trials, k) * exact**k * (1 - exact) ** (trials - k) for k in range(successes, trials + 1))
    )


def critical_count(trials: int, error: float) -> int:
    """Return the smallest number of successes that a fair coin reaches with at most this chance (one side)."""
    tail, count = 0, trials + 1
    while (tail + math.comb(trials, count - 1)) <= error * 2**trials:
        count -= 1
        tail += math.comb(trials, count)
    return count


def compare(
    plants: tuple[Plant, Plant], role: Role, has_person: int, chance: random.Random, slower: Counter[str]
) -> list[str]:
    """Return the addresses whose content differs; count those that the plant with the person answered more slowly."""
    order = [0, 1] if chance.random() < 0.5 else [1, 0]
    seen = {number: plants[number].observe(role) for number in order}
    for address, seconds in seen[has_person].seconds.items():
        template = re.sub(r"/reports/\d+", "/reports/{report_id}", address)
        other = seen[1 - has_person].seconds.get(address)
        if other is None:
            continue
        slower[template] += seconds > other if seconds != other else chance.random() < 0.5
        slower[f"{template} asked"] += 1
    return [address for address, content in seen[0].content.items() if content != seen[1].content[address]]


def find_slow_addresses(slower: Counter[str]) -> list[str]:
    """Return the addresses whose durations differ more often than chance explains, corrected for their number."""
    addresses = [name.removesuffix(" asked") for name in slower if name.endswith(" asked")]
    found = []
    for address in addresses:
        asked = slower[f"{address} asked"]
        limit = critical_count(asked, ERROR_CHANCE / 2 / len(addresses))
        if slower[address] >= limit or asked - slower[address] >= limit:
            found.append(f"{address}: slower with the person in {slower[address]} of {asked}")
    return found


@pytest.mark.timeout(900)  # 70 s of one core
def test_observer_cannot_tell_whether_one_person_was_there(new_usual_url: Callable[[str], str], tmp_path: Path) -> None:
    chance, clock = random.Random(15), FakeClock()
    slower: Counter[str] = Counter()
    with ExitStack() as stack:
        plants = (
            stack.enter_context(open_plant(new_usual_url("one"), tmp_path / "one", clock)),
            stack.enter_context(open_plant(new_usual_url("two"), tmp_path / "two", clock)),
        )
        for number in range(HISTORIES):
            person, absent, alerts = draw_history(chance)
            has_person = chance.randrange(2)
            histories, raised = [person, absent], [alerts, set[int]()]
            live(plants, *((histories[::-1], raised[::-1]) if has_person else (histories, raised)), chance)
            role = Role.ADMIN if number % 5 == 0 else Role.VIEWER
            assert compare(plants, role, has_person, chance, slower) == [], f"{role}, history {number}"
    assert len(slower) >= 2 * 10
    assert find_slow_addresses(slower) == []


def test_doctor_can_tell_so_the_comparison_is_able_to_fail(new_usual_url: Callable[[str], str], tmp_path: Path) -> None:
    chance, clock = random.Random(15), FakeClock()
    with ExitStack() as stack:
        plants = (
            stack.enter_context(open_plant(new_usual_url("one"), tmp_path / "one", clock)),
            stack.enter_context(open_plant(new_usual_url("two"), tmp_path / "two", clock)),
        )
        for _ in range(3):
            person, absent, alerts = draw_history(chance)
            live(plants, [person, absent], [alerts, set()], chance)
            differing = compare(plants, Role.HEALTH, 0, chance, Counter())
            assert {"/ws", "/stats", "/api/dashboard/overview"} <= set(differing)


def test_power_of_the_test_of_durations() -> None:
    limit = critical_count(HISTORIES, ERROR_CHANCE / 2 / 25)
    assert upper_tail(limit, HISTORIES, DETECTED_SHARE) >= POWER


@pytest.mark.parametrize("share", [0.75, 0.25])
def test_durations_that_depend_on_the_person_are_found(share: float) -> None:
    fair, leaking = round(HISTORIES * 0.55), round(HISTORIES * share)
    counts = Counter({"/fair": fair, "/fair asked": HISTORIES, "/leak": leaking, "/leak asked": HISTORIES})
    assert [line.split(":")[0] for line in find_slow_addresses(counts)] == ["/leak"]
