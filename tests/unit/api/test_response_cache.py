"""What a cached response survives, and how the event loop waits for writes."""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, cast

import pytest

from stressvision.api import pipelined_reads
from stressvision.api.completions import Completions
from stressvision.api.middleware.commit_count import PolledCommits, QueriedCommits
from stressvision.api.middleware.response_cache import ResponseCache
from stressvision.api.pipelined_reads import RETRY_SECONDS, PipelinedReads
from stressvision.api.short_work import MOST_SECONDS, ShortWork
from stressvision.api.websocket.feed import EventSource
from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.db.engine.snapshot_reads import SnapshotRead
from stressvision.services.context import Context


class Commits:
    """A source that reports a commit once after each `commit`."""

    def __init__(self) -> None:
        self.is_new = False

    def commit(self) -> None:
        self.is_new = True

    def has_news(self) -> bool:
        was_new, self.is_new = self.is_new, False
        return was_new

    def close(self) -> None:
        pass


class Answer:
    """A computed value that counts its computations."""

    def __init__(self) -> None:
        self.computed = 0

    async def __call__(self) -> int:
        self.computed += 1
        return self.computed


def new_cache(commits: Commits) -> ResponseCache:
    return ResponseCache(PolledCommits(lambda: cast(EventSource, commits)), lambda: 0.0)


def test_response_without_fingerprint_ends_with_the_next_commit() -> None:
    commits, answer = Commits(), Answer()
    cache = new_cache(commits)

    async def ask() -> int:
        return await cache.get_or_compute("key", answer)

    assert [asyncio.run(ask()), asyncio.run(ask())] == [1, 1]
    commits.commit()
    assert asyncio.run(ask()) == 2


def test_response_survives_commits_that_leave_its_fingerprint() -> None:
    commits, answer, marks = Commits(), Answer(), [7]
    cache = new_cache(commits)

    async def mark() -> int:
        return marks[0]

    async def ask() -> int:
        return await cache.get_or_compute("key", answer, mark)

    assert asyncio.run(ask()) == 1
    commits.commit()
    assert asyncio.run(ask()) == 1
    commits.commit()
    marks[0] = 8
    assert asyncio.run(ask()) == 2


def test_commit_during_the_computation_is_found_by_the_fingerprint() -> None:
    commits, marks, cache_holder = Commits(), [1], list[ResponseCache]()

    async def compute() -> int:
        marks[0] += 1
        commits.commit()
        return marks[0]

    async def mark() -> int:
        return marks[0]

    async def ask() -> int:
        return await cache_holder[0].get_or_compute("key", compute, mark)

    cache_holder.append(new_cache(commits))
    assert [asyncio.run(ask()), asyncio.run(ask())] == [2, 3]


def test_work_that_took_long_runs_in_a_thread_until_it_is_short() -> None:
    durations = [MOST_SECONDS, 0.0, 0.0, 0.0]
    readings = [0.0]

    def clock() -> float:
        return readings[0]

    def work() -> int:
        readings[0] += durations.pop(0)
        return threading.get_ident()

    async def run_thrice(short: ShortWork) -> list[bool]:
        own = threading.get_ident()
        return [await short.run("kind", work) == own for _ in range(4)]

    assert asyncio.run(run_thrice(ShortWork(clock))) == [False, False, True, True]


def test_one_slow_measurement_beside_other_load_leaves_work_in_the_event_loop() -> None:
    readings, durations = [0.0], [MOST_SECONDS / 2] * 2 + [MOST_SECONDS * 1.5] * 4

    def work() -> int:
        readings[0] += durations.pop(0)
        return threading.get_ident()

    async def run_all(short: ShortWork) -> list[bool]:
        own = threading.get_ident()
        return [await short.run("kind", work) == own for _ in range(6)]

    assert asyncio.run(run_all(ShortWork(lambda: readings[0]))) == [False, True, True, True, True, False]


class Writes:
    """The part of a context that completions use."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[], None]] = []

    def on_writes_resolved(self, listener: Callable[[], None]) -> None:
        self.listeners.append(listener)

    def resolve(self, futures: list["Future[int]"]) -> None:
        for number, future in enumerate(futures):
            future.set_result(number)
        for listener in self.listeners:
            listener()


def test_writes_of_one_transaction_wake_the_loop_once() -> None:
    writes = Writes()
    woken: list[object] = []

    async def wait() -> list[int]:
        completions = Completions(cast(Context, writes))
        loop: Any = asyncio.get_running_loop()
        original = loop.call_soon_threadsafe

        def wake(*arguments: object) -> object:
            woken.append(arguments)
            return original(*arguments)

        loop.call_soon_threadsafe = wake
        futures = [Future[int]() for _ in range(5)]
        waiting = [asyncio.ensure_future(completions.wait(future)) for future in futures]
        await asyncio.sleep(0)
        thread = threading.Thread(target=writes.resolve, args=(futures,))
        thread.start()
        results = await asyncio.gather(*waiting)
        thread.join()
        return list(results)

    assert asyncio.run(wait()) == [0, 1, 2, 3, 4]
    assert len(woken) == 1


def test_completed_write_is_not_waited_for() -> None:
    done = Future[int]()
    done.set_result(3)

    async def wait() -> int:
        return await Completions(cast(Context, Writes())).wait(done)

    assert asyncio.run(wait()) == 3


class Connection:
    """A connection whose reads are answered with `state` by `answer`, over one end of a socket pair."""

    def __init__(self) -> None:
        self.own, self.server = socket.socketpair()
        self.sent, self.state, self.is_broken, self.is_full = 0, 0, False, False

    def fileno(self) -> int:
        return self.own.fileno()

    def send(self, read: SnapshotRead[Any]) -> None:
        self.sent += 1

    def flush(self) -> bool:
        was_full, self.is_full = self.is_full, False
        return not was_full

    def answer(self, count: int = 1) -> None:
        self.server.send(b"1" * count)

    def receive(self) -> list[Callable[[], int]]:
        count = len(self.own.recv(100))
        if self.is_broken:
            raise DatabaseUnavailable(Message(es="", en=""))
        state = self.state
        return [lambda: state] * count

    def close(self) -> None:
        self.own.close()
        self.server.close()


READ: SnapshotRead[Any] = SnapshotRead((), lambda answers: None)


async def count_started(commits: QueriedCommits) -> "asyncio.Task[int | None]":
    task = asyncio.ensure_future(commits.count())
    await asyncio.sleep(0)
    return task


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def test_requests_share_the_query_sent_after_they_arrived() -> None:
    connection = Connection()

    async def run() -> None:
        commits = QueriedCommits(PipelinedReads(lambda: connection), READ)
        first = await count_started(commits)
        await wait_for(lambda: connection.sent == 1)
        late = [await count_started(commits) for _ in range(3)]
        connection.answer()
        before = await first
        assert not any(task.done() for task in late)
        await wait_for(lambda: connection.sent == 2)
        connection.state = 1
        connection.answer()
        assert set(await asyncio.gather(*late)) == {(before or 0) + 1}
        commits.close()

    asyncio.run(run())


def test_broken_connection_leaves_the_count_unknown_until_the_next_one() -> None:
    connections, now = [Connection(), Connection()], [0.0]
    opened = iter(connections)

    async def ask(commits: QueriedCommits, connection: Connection) -> int | None:
        task = await count_started(commits)
        await wait_for(lambda: bool(connection.sent))
        connection.answer()
        return await task

    async def run() -> None:
        commits = QueriedCommits(PipelinedReads(lambda: next(opened), lambda: now[0]), READ)
        connections[0].is_broken = True
        assert await ask(commits, connections[0]) is None
        assert await commits.count() is None
        now[0] += RETRY_SECONDS
        assert await ask(commits, connections[1]) is not None
        commits.close()

    asyncio.run(run())


def test_reads_are_answered_in_order_and_one_that_fails_fails_alone() -> None:
    connection = Connection()

    def fail() -> int:
        raise KeyError

    async def run() -> list[object]:
        reads = PipelinedReads(lambda: connection)
        assert await reads.is_ready()
        futures = [reads.submit(READ) for _ in range(3)]
        answers = [lambda: 1, fail, lambda: 3]
        connection.receive = lambda: [answers.pop(0) for _ in connection.own.recv(100)]  # type: ignore[method-assign]
        connection.answer(2)
        await wait_for(futures[1].done)
        connection.answer()
        found = await asyncio.gather(*futures, return_exceptions=True)
        reads.close()
        return found

    first, second, third = asyncio.run(run())
    assert (first, type(second), third) == (1, KeyError, 3)


def test_read_that_is_not_answered_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelined_reads, "ANSWER_SECONDS", 0.0)

    async def run() -> None:
        reads = PipelinedReads(Connection)
        assert await reads.is_ready()
        with pytest.raises(DatabaseUnavailable):
            await reads.submit(READ)
        assert not await reads.is_ready()

    asyncio.run(run())


def test_what_the_socket_did_not_take_is_sent_when_it_can() -> None:
    connection = Connection()

    async def run() -> object:
        reads = PipelinedReads(lambda: connection)
        assert await reads.is_ready()
        connection.is_full = True
        future = reads.submit(READ)
        await wait_for(lambda: not connection.is_full)
        connection.answer()
        answer = await future
        reads.close()
        return answer

    assert asyncio.run(run()) == 0
