import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.edge.delivery.intake import UNSAVED_KEPT, Intake
from stressvision.edge.delivery.outbox import MessageKind, Outbox
from tests.conftest import FakeClock

SESSION = "session_cam-1_100"


class FullDisk(Outbox):
    """An outbox whose disk takes nothing more while `full`."""

    full = False

    def add_all(self, items: Sequence[tuple[MessageKind, str, str]]) -> None:
        self._write()
        super().add_all(items)

    def touch_session(self, key: str) -> None:
        self._write()
        super().touch_session(key)

    def forget_others(self, employee_ids: Collection[int]) -> int:
        self._write()
        return super().forget_others(employee_ids)

    def _write(self) -> None:
        if self.full:
            raise DatabaseUnavailable(Message("disco lleno", "disk full"))


@pytest.fixture
def outbox(tmp_path: Path, clock: FakeClock) -> Iterator[FullDisk]:
    opened = FullDisk(tmp_path / "outbox.db", clock=clock)
    opened.add(MessageKind.SESSION_START, SESSION, "{}")
    yield opened
    opened.close()


def seen(key: str, employee_id: int | None = None) -> tuple[MessageKind, str, str]:
    return MessageKind.DETECTION, key, json.dumps({"event_id": key, "employee_id": employee_id})


def waiting(outbox: Outbox) -> list[str]:
    keys = []
    while items := outbox.head(UNSAVED_KEPT):
        keys += [item.key for item in items]
        outbox.settle([item.id for item in items], {})
    return keys


def test_what_a_full_disk_does_not_take_is_kept_in_order_until_it_does(outbox: FullDisk) -> None:
    noticed: list[int] = []
    intake = Intake(outbox, lambda: noticed.append(intake.unsaved))
    intake.keep(seen("a"))
    outbox.full = True
    intake.keep(seen("b"), seen("c"))
    intake.keep()
    held = intake.unsaved
    outbox.full = False
    intake.keep((MessageKind.SESSION_END, SESSION, "{}"))

    assert (held, intake.unsaved, noticed) == (2, 0, [0, 0])
    assert waiting(outbox) == [SESSION, "a", "b", "c", SESSION]
    assert outbox.unfinished_sessions("cam-1") == {}


def test_memory_is_bounded_and_the_end_of_the_session_is_what_stays(outbox: FullDisk) -> None:
    intake = Intake(outbox, lambda: None)
    outbox.full = True
    intake.keep(*(seen(f"d{number}") for number in range(UNSAVED_KEPT)))
    intake.keep((MessageKind.SESSION_END, SESSION, "{}"))
    held = intake.unsaved
    outbox.full = False
    intake.keep()

    assert held == UNSAVED_KEPT
    assert waiting(outbox)[-2:] == [f"d{UNSAVED_KEPT - 1}", SESSION]


def test_a_session_is_signed_again_when_the_disk_takes_it(outbox: FullDisk, clock: FakeClock) -> None:
    intake = Intake(outbox, lambda: None)
    outbox.full = True
    clock.advance(seconds=10)
    intake.sign_session(SESSION)
    before = outbox.unfinished_sessions("cam-1")
    outbox.full = False
    intake.sign_session(SESSION)

    assert before == {SESSION: "2026-11-22 15:07:30.000"}
    assert outbox.unfinished_sessions("cam-1") == {SESSION: "2026-11-22 15:07:40.000"}


def test_who_withdrew_is_forgotten_in_memory_at_once_and_in_the_file_as_soon_as_it_can_be(outbox: FullDisk) -> None:
    intake = Intake(outbox, lambda: None)
    intake.keep(seen("old of 1", 1), seen("old of 2", 2))
    outbox.full = True
    intake.keep(seen("new of 1", 1), seen("new of 2", 2), seen("new of nobody"))
    intake.forget_others({2})
    intake.retry()
    held = intake.unsaved
    outbox.full = False
    intake.retry()

    assert (held, intake.unsaved) == (2, 0)
    assert waiting(outbox) == [SESSION, "old of 2", "new of 2", "new of nobody"]


def test_what_has_been_forgotten_is_not_forgotten_again(outbox: FullDisk) -> None:
    intake = Intake(outbox, lambda: None)
    intake.forget_others({2})
    # Enrolled later than the last change of the gallery that this device knows of.
    outbox.add_all([seen("of 3", 3)])
    intake.retry()

    assert waiting(outbox) == [SESSION, "of 3"]
