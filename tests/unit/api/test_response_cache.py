"""What a cached response survives, and how the event loop waits for writes."""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, cast

from stressvision.api.completions import Completions
from stressvision.api.middleware.commit_count import RETRY_SECONDS, PolledCommits, QueriedCommits
from stressvision.api.middleware.response_cache import ResponseCache
from stressvision.api.short_work import MOST_SECONDS, ShortWork
from stressvision.api.websocket.feed import EventSource
from stressvision.core.errors import Message, Unavailable
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


class NetworkQuery:
    """A query that is answered with `state` when `answer` is called, over one end of a socket pair."""

    def __init__(self) -> None:
        self.own, self.server = socket.socketpair()
        self.asked, self.state, self.is_broken = 0, 0, False

    def fileno(self) -> int:
        return self.own.fileno()

    def ask(self) -> None:
        self.asked += 1

    def answer(self) -> None:
        self.server.send(b"1")

    def receive(self) -> int | None:
        self.own.recv(1)
        if self.is_broken:
            raise Unavailable(Message(es="", en=""))
        return self.state

    def close(self) -> None:
        self.own.close()
        self.server.close()


async def count_started(commits: QueriedCommits) -> "asyncio.Task[int | None]":
    task = asyncio.ensure_future(commits.count())
    await asyncio.sleep(0)
    return task


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def test_requests_share_the_query_sent_after_they_arrived() -> None:
    query = NetworkQuery()

    async def run() -> None:
        commits = QueriedCommits(lambda: query)
        first = await count_started(commits)
        await wait_for(lambda: query.asked == 1)
        late = [await count_started(commits) for _ in range(3)]
        query.answer()
        before = await first
        assert not any(task.done() for task in late)
        assert query.asked == 2
        query.state = 1
        query.answer()
        assert set(await asyncio.gather(*late)) == {(before or 0) + 1}
        commits.close()

    asyncio.run(run())


def test_broken_query_leaves_the_count_unknown_until_the_next_connection() -> None:
    queries, now = [NetworkQuery(), NetworkQuery()], [0.0]
    opened = iter(queries)

    async def ask(commits: QueriedCommits, query: NetworkQuery) -> int | None:
        task = await count_started(commits)
        await wait_for(lambda: bool(query.asked))
        query.answer()
        return await task

    async def run() -> None:
        commits = QueriedCommits(lambda: next(opened), lambda: now[0])
        queries[0].is_broken = True
        assert await ask(commits, queries[0]) is None
        assert await commits.count() is None
        now[0] += RETRY_SECONDS
        assert await ask(commits, queries[1]) is not None
        commits.close()

    asyncio.run(run())
