from datetime import timedelta

import pytest

from stressvision.edge.delivery.outbox import Backlog
from stressvision.edge.health.machine import Machine
from stressvision.edge.health.troubles import CLOCK_TOLERANCE, HOT, MEMORY_SECONDS, Counts, Troubles


def counts(looked_at: int = 0, dropped: int = 0, refused: int = 0, lost: int = 0, early: int = 0) -> Counts:
    return Counts(looked_at, dropped, Backlog(waiting=early, dropped=lost, refused=refused, early=early))


def describe(troubles: Troubles, at: float, now: Counts) -> list[str]:
    return [message.es for message in troubles.describe(at, now, Machine(), None)]


def test_a_device_that_does_well_has_no_troubles() -> None:
    troubles = Troubles()
    described = [describe(troubles, second, counts(15 * second, second, refused=4, lost=2)) for second in range(100)]

    assert described == [[]] * 100


def test_pictures_that_are_dropped_are_told_while_they_are_many_and_no_longer() -> None:
    troubles = Troubles()
    describe(troubles, 0.0, counts())
    few = describe(troubles, 1.0, counts(looked_at=6, dropped=6))
    many = describe(troubles, 10.0, counts(looked_at=60, dropped=40))
    later = describe(troubles, 11.0 + MEMORY_SECONDS, counts(looked_at=900, dropped=41))

    assert few == []
    assert many == ["descarta 40 % de las imágenes: el equipo no da abasto"]
    assert later == []


def test_what_the_server_refuses_and_what_is_lost_is_told_when_it_grows() -> None:
    troubles = Troubles()
    describe(troubles, 0.0, counts(refused=7, lost=1))

    assert describe(troubles, 1.0, counts(refused=9, lost=4, early=5)) == [
        "2 rechazadas por el servidor",
        "3 perdidas por cola llena o antigua",
        "5 esperan al reloj del servidor",
    ]


@pytest.mark.parametrize(
    ("machine", "ahead", "told"),
    [
        (Machine(), timedelta(seconds=312.2), ["reloj adelantado 312 s"]),
        (Machine(), timedelta(seconds=-61), ["reloj atrasado 61 s"]),
        (Machine(), CLOCK_TOLERANCE, []),
        (Machine(temperature=HOT - 1, throttled=False), None, []),
        (Machine(temperature=HOT + 4, throttled=True), None, ["84 °C", "frenado por temperatura o tensión"]),
    ],
)
def test_the_clock_and_the_heat_are_told(machine: Machine, ahead: timedelta | None, told: list[str]) -> None:
    assert [message.es for message in Troubles().describe(0.0, counts(), machine, ahead)] == told
