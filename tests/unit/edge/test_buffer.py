import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.edge.delivery.buffer import MAX_UNSAVED, OutboxBuffer
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from tests.conftest import FakeClock

SESSION = "session_cam-1_100"


class FullDisk(Outbox):
    """An outbox whose disk is full while `full` is set."""

    full = False

    def add_all(self, messages: Sequence[OutboxMessage]) -> None:
        self._write()
        super().add_all(messages)

    def touch_session(self, key: str) -> None:
        self._write()
        super().touch_session(key)

    def delete_except(self, employee_ids: Collection[int], database_id: str = "") -> int:
        self._write()
        return super().delete_except(employee_ids, database_id)

    def _write(self) -> None:
        if self.full:
            raise DatabaseUnavailable(Message("disco lleno", "disk full"))


@pytest.fixture
def outbox(tmp_path: Path, clock: FakeClock) -> Iterator[FullDisk]:
    opened = FullDisk(tmp_path / "outbox.db", clock=clock)
    opened.add(MessageKind.SESSION_START, SESSION, "{}")
    yield opened
    opened.close()


def detection(key: str, employee_id: int | None = None) -> OutboxMessage:
    return OutboxMessage(MessageKind.DETECTION, key, json.dumps({"event_id": key, "employee_id": employee_id}))


def waiting(outbox: Outbox) -> list[str]:
    keys = []
    while items := outbox.peek(MAX_UNSAVED):
        keys += [item.key for item in items]
        outbox.settle([item.id for item in items], {})
    return keys


def test_messages_a_full_disk_rejects_are_kept_in_order(outbox: FullDisk) -> None:
    added: list[int] = []
    buffer = OutboxBuffer(outbox, lambda: added.append(buffer.unsaved))
    buffer.enqueue(detection("a"))
    outbox.full = True
    buffer.enqueue(detection("b"), detection("c"))
    buffer.enqueue()
    in_memory = buffer.unsaved
    outbox.full = False
    buffer.enqueue(OutboxMessage(MessageKind.SESSION_END, SESSION, "{}"))

    assert (in_memory, buffer.unsaved, added) == (2, 0, [0, 0])
    assert waiting(outbox) == [SESSION, "a", "b", "c", SESSION]
    assert outbox.unfinished_sessions("cam-1") == {}


def test_memory_is_bounded_and_keeps_the_end_of_the_session(outbox: FullDisk) -> None:
    buffer = OutboxBuffer(outbox, lambda: None)
    outbox.full = True
    buffer.enqueue(*(detection(f"d{number}") for number in range(MAX_UNSAVED)))
    buffer.enqueue(OutboxMessage(MessageKind.SESSION_END, SESSION, "{}"))
    in_memory = buffer.unsaved
    outbox.full = False
    buffer.enqueue()

    assert in_memory == MAX_UNSAVED
    assert waiting(outbox)[-2:] == [f"d{MAX_UNSAVED - 1}", SESSION]


def test_session_is_touched_again_when_the_disk_accepts_it(outbox: FullDisk, clock: FakeClock) -> None:
    buffer = OutboxBuffer(outbox, lambda: None)
    outbox.full = True
    clock.advance(seconds=10)
    buffer.touch_session(SESSION)
    before_write = outbox.unfinished_sessions("cam-1")
    outbox.full = False
    buffer.touch_session(SESSION)

    assert before_write == {SESSION: "2026-11-22 15:07:30.000"}
    assert outbox.unfinished_sessions("cam-1") == {SESSION: "2026-11-22 15:07:40.000"}


def test_deletion_is_immediate_in_memory_and_retried_in_the_file(outbox: FullDisk) -> None:
    buffer = OutboxBuffer(outbox, lambda: None)
    buffer.enqueue(detection("old of 1", 1), detection("old of 2", 2))
    outbox.full = True
    buffer.enqueue(detection("new of 1", 1), detection("new of 2", 2), detection("new of unknown"))
    buffer.delete_except({2})
    buffer.retry()
    in_memory = buffer.unsaved
    outbox.full = False
    buffer.retry()

    assert (in_memory, buffer.unsaved) == (2, 0)
    assert waiting(outbox) == [SESSION, "old of 2", "new of 2", "new of unknown"]


def test_completed_deletion_is_not_repeated(outbox: FullDisk) -> None:
    buffer = OutboxBuffer(outbox, lambda: None)
    buffer.delete_except({2})
    # An employee enrolled after the last gallery that this device received.
    outbox.add_all([detection("of 3", 3)])
    buffer.retry()

    assert waiting(outbox) == [SESSION, "of 3"]
