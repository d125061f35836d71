import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from stressvision.core.errors import DatabaseUnavailable
from stressvision.edge.delivery import outbox as outboxes
from stressvision.edge.delivery.outbox import MessageKind, Outbox
from tests import sqlite
from tests.conftest import FakeClock

SESSION = "session_cam-1_100"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def add_detections(outbox: Outbox, *keys: str) -> None:
    outbox.add_all([(MessageKind.DETECTION, key, f'{{"event_id": "{key}"}}') for key in keys])


def waiting(outbox: Outbox) -> list[str]:
    return [item.key for item in outbox.head(1000)]


def test_what_was_added_is_there_after_the_device_was_killed(path: Path, clock: FakeClock) -> None:
    add_detections(Outbox(path, clock=clock), "a", "b")

    # Opened again without the first having been closed: nothing but the file is left of it.
    assert waiting(Outbox(path, clock=clock)) == ["a", "b"]


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such modes")
def test_what_waits_is_for_its_owner_alone(path: Path, clock: FakeClock) -> None:
    path.touch(mode=0o644)
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, "a")

    others = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    assert others == {"outbox.db": 0, "outbox.db-shm": 0, "outbox.db-wal": 0}


def test_items_leave_in_order_and_a_session_is_not_mixed_with_its_detections(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    add_detections(outbox, "a", "b")
    outbox.add(MessageKind.SESSION_END, SESSION, "{}")
    add_detections(outbox, "c")
    groups = []
    while items := outbox.head(10):
        groups.append([item.key for item in items])
        outbox.settle([item.id for item in items], {})

    assert groups == [[SESSION], ["a", "b"], [SESSION], ["c"]]
    assert outbox.backlog().waiting == 0


def test_a_batch_holds_no_more_than_asked(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, *"abcde")

    assert [item.key for item in outbox.head(3)] == ["a", "b", "c"]


def test_what_the_server_refuses_for_good_is_set_aside_and_counted(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, "good", "bad")
    good, bad = outbox.head(10)

    outbox.settle([good.id], {bad.id: "no such employee"})

    assert waiting(outbox) == []
    assert outbox.backlog().refused == 1


def test_the_oldest_detections_are_dropped_and_counted_when_there_are_too_many(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock, largest=3)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    add_detections(outbox, *"abcde")

    assert waiting(outbox) == [SESSION]
    outbox.settle([outbox.head(1)[0].id], {})
    assert waiting(outbox) == ["c", "d", "e"]
    assert outbox.backlog().dropped == 2


def test_detections_that_are_too_old_are_dropped_and_counted(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock, oldest=timedelta(days=1))
    add_detections(outbox, "old")
    clock.advance(days=1, seconds=1)
    add_detections(outbox, "new")

    assert waiting(outbox) == ["new"]
    assert outbox.backlog().dropped == 1


def test_a_session_that_was_never_ended_is_remembered_with_its_last_sign(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    outbox.add(MessageKind.SESSION_START, "session_cam-2_100", "{}")
    clock.advance(seconds=30)
    outbox.touch_session(SESSION)

    assert Outbox(path, clock=clock).unfinished_sessions("cam-1") == {SESSION: "2026-11-22 15:08:00.000"}


def test_a_session_that_was_ended_is_not(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    outbox.add(MessageKind.SESSION_START, SESSION, "{}")
    outbox.add(MessageKind.SESSION_END, SESSION, "{}")

    assert outbox.unfinished_sessions("cam-1") == {}


def test_a_damaged_file_is_set_aside_and_watching_goes_on(path: Path, clock: FakeClock) -> None:
    path.write_bytes(b"this is no database" * 100)
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, "a")

    assert waiting(outbox) == ["a"]
    assert [found.name for found in path.parent.glob("*.damaged-*")] == ["outbox.db.damaged-20261122150730"]


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        Outbox(tmp_path / "missing" / "outbox.db", clock=clock)

    assert "STRESSVISION_OUTBOX_PATH" in caught.value.message.es


def test_what_is_early_leaves_the_queue_and_returns_to_its_place_when_its_time_has_come(
    path: Path, clock: FakeClock
) -> None:
    outbox = Outbox(path, clock=clock)
    add_detections(outbox, *"abc")
    early, later, _ = outbox.head(10)
    outbox.postpone({early.id: clock.now + timedelta(minutes=5), later.id: clock.now + timedelta(minutes=9)})
    without = waiting(outbox)
    backlog = outbox.backlog()
    outbox.recall(clock.now + timedelta(minutes=4))
    too_soon = waiting(outbox)
    outbox.recall(clock.now + timedelta(minutes=5))
    outbox.recall(clock.now + timedelta(minutes=6))

    assert (without, too_soon, waiting(outbox)) == (["c"], ["c"], ["a", "c"])
    assert (backlog.waiting, backlog.early, backlog.refused) == (3, 2, 0)
    assert waiting(Outbox(path, clock=clock)) == ["a", "c"]


def test_what_is_early_counts_towards_the_bounds(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock, largest=2)
    add_detections(outbox, "a")
    outbox.postpone({outbox.head(1)[0].id: clock.now + timedelta(days=365)})
    add_detections(outbox, "b", "c")

    assert (outbox.backlog().waiting, outbox.backlog().dropped) == (2, 1)


def test_nothing_is_kept_of_people_who_may_not_be_recognised(path: Path, clock: FakeClock) -> None:
    outbox = Outbox(path, clock=clock)
    for person in (1, 2, 3, None):
        body = f'{{"employee_id": {person or "null"}, "track_id": "trk_of_{person}"}}'
        outbox.add(MessageKind.DETECTION, f"key{person}", body)
    outbox.add(MessageKind.SESSION_END, SESSION, "{}")
    first, second, *_ = outbox.head(10)
    outbox.settle([], {first.id: "no consent"})
    outbox.postpone({second.id: clock()})
    assert outbox.forget_others({3}) == 2
    assert waiting(outbox) == ["key3", "keyNone"]
    outbox.recall(clock())
    assert waiting(outbox) == ["key3", "keyNone"]
    outbox.close()
    assert b"trk_of_3" in path.read_bytes()
    assert b"trk_of_1" not in path.read_bytes()
    assert b"trk_of_2" not in path.read_bytes()


def test_bytes_that_a_reader_kept_from_being_forgotten_are_gone_the_next_time(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outboxes, "BUSY_SECONDS", 0.05)
    outbox, log = Outbox(path, clock=clock), path.with_name(f"{path.name}-wal")
    outbox.add(MessageKind.DETECTION, "key1", '{"employee_id": 1, "track_id": "trk_of_1"}')
    with closing(sqlite.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item").fetchone()
        outbox.forget_others(())
        kept = log.read_bytes()
    outbox.forget_others(())

    assert b"trk_of_1" in kept
    assert b"trk_of_1" not in log.read_bytes() + path.read_bytes()
    outbox.close()
