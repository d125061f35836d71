import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from stressvision.core.errors import DatabaseUnavailable
from stressvision.edge.delivery import outbox_file
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from tests import sqlite
from tests.conftest import FakeClock

SESSION = "session_cam-1_100"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def add_detections(outbox: Outbox, *keys: str) -> None:
    outbox.add_all([OutboxMessage(MessageKind.DETECTION, key, f'{{"event_id": "{key}"}}') for key in keys])


def waiting(outbox: Outbox) -> list[str]:
    return [item.key for item in outbox.peek(1000)]


def test_messages_survive_a_killed_device(path: Path, clock: FakeClock) -> None:
    add_detections(Outbox(path, clock=clock), "a", "b")

    # The first outbox was not closed: only its file is left.
    assert waiting(Outbox(path, clock=clock)) == ["a", "b"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no POSIX file modes")
def test_files_are_readable_by_their_owner_only(path: Path, clock: FakeClock) -> None:
    path.touch(mode=0o644)
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, "a")

    others = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    assert others == {"outbox.db": 0, "outbox.db-shm": 0, "outbox.db-wal": 0}


def test_messages_leave_in_order_and_sessions_are_sent_alone(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    add_detections(outbox, "a", "b")
    outbox.add(MessageKind.SESSION_END, SESSION, "{}")
    add_detections(outbox, "c")
    batches = []
    while items := outbox.peek(10):
        batches.append([item.key for item in items])
        outbox.settle([item.id for item in items], {})

    assert batches == [[SESSION], ["a", "b"], [SESSION], ["c"]]
    assert outbox.backlog().waiting == 0


def test_peek_returns_at_most_limit_messages(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, *"abcde")

    assert [item.key for item in outbox.peek(3)] == ["a", "b", "c"]


def test_refused_messages_are_set_aside_and_counted(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, "good", "bad")
    good, bad = outbox.peek(10)

    outbox.settle([good.id], {bad.id: "no such employee"})

    assert waiting(outbox) == []
    assert outbox.backlog().refused == 1


def test_oldest_detections_above_the_maximum_are_dropped_and_counted(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock, max_messages=3)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    add_detections(outbox, *"abcde")

    assert waiting(outbox) == [SESSION]
    outbox.settle([outbox.peek(1)[0].id], {})
    assert waiting(outbox) == ["c", "d", "e"]
    assert outbox.backlog().dropped == 2


def test_detections_above_the_maximum_age_are_dropped_and_counted(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock, monotonic=clock.monotonic, max_age=timedelta(days=1))
    add_detections(outbox, "old")
    clock.advance(days=1, seconds=1)
    add_detections(outbox, "new")

    assert waiting(outbox) == ["new"]
    assert outbox.backlog().dropped == 1


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_clock_step_drops_no_message(path: Path, clock: FakeClock, days: int) -> None:
    outbox = Outbox(path, clock=clock, monotonic=clock.monotonic, max_age=timedelta(hours=12))
    add_detections(outbox, "before")
    clock.set_wrong(days=days)
    add_detections(outbox, "during")
    clock.set_wrong(days=-days)
    add_detections(outbox, "after")
    kept, dropped = waiting(outbox), outbox.backlog().dropped
    clock.advance(hours=13)
    add_detections(outbox, "later")

    assert (kept, dropped) == (["before", "during", "after"], 0)
    assert waiting(outbox) == ["later"]


def test_unfinished_session_keeps_the_time_of_its_last_touch(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    outbox.add(MessageKind.SESSION_START, "session_cam-2_100", "{}")
    clock.advance(seconds=30)
    outbox.touch_session(SESSION)

    assert Outbox(path, clock=clock).unfinished_sessions("cam-1") == {SESSION: "2026-11-22 15:08:00.000"}


def test_ended_session_is_not_unfinished(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    outbox.add(MessageKind.SESSION_END, SESSION, "{}")

    assert outbox.unfinished_sessions("cam-1") == {}


def test_damaged_file_is_renamed_and_replaced(path: Path, clock: FakeClock) -> None:
    path.write_bytes(b"this is no database" * 100)
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, "a")

    assert waiting(outbox) == ["a"]
    assert [found.name for found in path.parent.glob("*.damaged-*")] == ["outbox.db.damaged-20261122150730"]


def test_missing_folder_raises_with_the_setting_to_change(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        Outbox(tmp_path / "missing" / "outbox.db", clock=clock)

    assert "STRESSVISION_OUTBOX_PATH" in caught.value.message.es


def test_postponed_messages_return_to_their_place_when_due(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, *"abc")
    early, later, _ = outbox.peek(10)
    outbox.postpone({early.id: clock.now + timedelta(minutes=5), later.id: clock.now + timedelta(minutes=9)})
    without = waiting(outbox)
    backlog = outbox.backlog()
    outbox.requeue_due(clock.now + timedelta(minutes=4))
    too_soon = waiting(outbox)
    outbox.requeue_due(clock.now + timedelta(minutes=5))
    outbox.requeue_due(clock.now + timedelta(minutes=6))

    assert (without, too_soon, waiting(outbox)) == (["c"], ["c"], ["a", "c"])
    assert (backlog.waiting, backlog.early, backlog.refused) == (3, 2, 0)
    assert waiting(Outbox(path, clock=clock)) == ["a", "c"]


def test_postponed_messages_count_towards_the_maximum(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock, max_messages=2)
    add_detections(outbox, "a")
    outbox.postpone({outbox.peek(1)[0].id: clock.now + timedelta(days=365)})
    add_detections(outbox, "b", "c")

    assert (outbox.backlog().waiting, outbox.backlog().dropped) == (2, 1)


def test_delete_except_overwrites_the_bytes_of_other_employees(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    for person in (1, 2, 3, None):
        body = f'{{"employee_id": {person or "null"}, "track_id": "trk_of_{person}"}}'
        outbox.add(MessageKind.DETECTION, f"key{person}", body)
    outbox.add(MessageKind.SESSION_END, SESSION, "{}")
    first, second, *_ = outbox.peek(10)
    outbox.settle([], {first.id: "no consent"})
    outbox.postpone({second.id: clock()})
    assert outbox.delete_except({3}) == 2
    assert waiting(outbox) == ["key3", "keyNone"]
    outbox.requeue_due(clock())
    assert waiting(outbox) == ["key3", "keyNone"]
    outbox.close()
    assert b"trk_of_3" in path.read_bytes()
    assert b"trk_of_1" not in path.read_bytes()
    assert b"trk_of_2" not in path.read_bytes()


def test_bytes_held_by_a_reader_are_overwritten_by_the_next_deletion(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_file, "BUSY_SECONDS", 0.05)
    outbox, log = Outbox(path, clock=clock), path.with_name(f"{path.name}-wal")
    outbox.add(MessageKind.DETECTION, "key1", '{"employee_id": 1, "track_id": "trk_of_1"}')
    # The outbox's own SQLite library: two libraries in one process would release each other's file locks.
    with closing(sqlite.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item").fetchone()
        outbox.delete_except(())
        kept = log.read_bytes()
    outbox.delete_except(())

    assert b"trk_of_1" in kept
    assert b"trk_of_1" not in log.read_bytes() + path.read_bytes()
    outbox.close()
