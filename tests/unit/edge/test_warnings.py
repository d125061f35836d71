from datetime import timedelta

import pytest

from stressvision.edge.delivery.client import CLOCK_TOLERANCE
from stressvision.edge.delivery.outbox import Backlog
from stressvision.edge.health.machine import MachineState
from stressvision.edge.health.warnings import HOT, MEMORY_SECONDS, DeviceWarnings, WarningCounts


def counts(processed: int = 0, dropped: int = 0, refused: int = 0, lost: int = 0, early: int = 0) -> WarningCounts:
    return WarningCounts(processed, dropped, Backlog(waiting=early, dropped=lost, refused=refused, early=early))


def update(warnings: DeviceWarnings, at: float, now: WarningCounts) -> list[str]:
    return [message.es for message in warnings.update(at, now, MachineState(), None)]


def test_healthy_device_has_no_warnings() -> None:
    warnings = DeviceWarnings()
    described = [update(warnings, second, counts(15 * second, second, refused=4, lost=2)) for second in range(100)]

    assert described == [[]] * 100


def test_dropped_frames_are_reported_while_their_share_is_high() -> None:
    warnings = DeviceWarnings()
    update(warnings, 0.0, counts())
    few = update(warnings, 1.0, counts(processed=6, dropped=6))
    many = update(warnings, 10.0, counts(processed=60, dropped=40))
    later = update(warnings, 11.0 + MEMORY_SECONDS, counts(processed=900, dropped=41))

    assert few == []
    assert many == ["descarta 40 % de las imágenes: el equipo no da abasto"]
    assert later == []


def test_refused_and_lost_messages_are_reported_when_their_count_grows() -> None:
    warnings = DeviceWarnings()
    update(warnings, 0.0, counts(refused=7, lost=1))

    assert update(warnings, 1.0, counts(refused=9, lost=4, early=5)) == [
        "2 rechazadas por el servidor",
        "3 perdidas por cola llena o antigua",
        "5 esperan a que el servidor las acepte",
    ]


@pytest.mark.parametrize(
    ("machine", "ahead", "expected"),
    [
        (MachineState(), timedelta(seconds=312.2), ["reloj adelantado 312 s"]),
        (MachineState(), timedelta(seconds=-61), ["reloj atrasado 61 s"]),
        (MachineState(), CLOCK_TOLERANCE, []),
        (MachineState(temperature=HOT - 1, throttled=False), None, []),
        (MachineState(temperature=HOT + 4, throttled=True), None, ["84 °C", "frenado por temperatura o tensión"]),
    ],
)
def test_clock_difference_and_heat_are_reported(
    machine: MachineState, ahead: timedelta | None, expected: list[str]
) -> None:
    assert [message.es for message in DeviceWarnings().update(0.0, counts(), machine, ahead)] == expected
