"""Answers that are worth keeping until somebody commits, for a second at most, and made once for all who wait for them.

The second bounds what follows the clock (the last hour, a device gone silent); commits are asked for at each request,
so that a reader always finds what was committed before it asked, by whatever program.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.api.websocket.feed import EventSource, OpenSource
from stressvision.core.errors import Unavailable

PATHS = frozenset({"/api/dashboard/overview", "/api/dashboard/stats", "/api/employees", "/api/reports", "/api/devices"})
"""What everybody of a role gets alike, and nobody in particular is looked at."""
KEPT_SECONDS = 1.0
CAPACITY = 256

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept:
    value: Any
    until: float


@dataclass(frozen=True)
class _Making:
    """An answer that is being made. `commits`: how many there had been when that began."""

    task: "asyncio.Task[Any]"
    commits: int


class ResponseCache:
    """What has been answered since the last commit. For the event loop's thread.

    `open_source`: what tells of commits; without it nothing is kept.
    """

    def __init__(self, open_source: OpenSource | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._open_source = open_source
        self._clock = clock
        self._source: EventSource | None = None
        self._kept: dict[Hashable, _Kept] = {}
        self._making: dict[Hashable, _Making] = {}
        self._commits = 0

    async def get_or_compute(self, question: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The answer as it is kept, as it is being made for somebody else, or made now; never older than the question.

        Raises what `make` raises.
        """
        commits = self.count_commits()
        if commits is None:
            return await make()
        kept = self._kept.get(question)
        if kept is not None and self._clock() < kept.until:
            value: T = kept.value
            return value
        making = self._making.get(question)
        if making is not None and making.commits != commits:
            # It may miss the newest commit. Of all who wait for its end, the first makes the next one for all.
            await asyncio.wait([making.task])
            making, commits = self._making.get(question), self._commits
        if making is None:
            task = asyncio.ensure_future(self._make(question, make, commits))
            making = self._making[question] = _Making(task, commits)
        # The others still wait where one goes away.
        answer: T = await asyncio.shield(making.task)
        return answer

    def count_commits(self) -> int | None:
        """Grows when anybody has committed; None where the database cannot tell."""
        if self._open_source is None:
            return None
        try:
            self._source = self._source or self._open_source()
            has_news = self._source.has_news()
        except Unavailable:
            self.close()
            return None
        if has_news:
            self._commits += 1
            self._kept.clear()
        return self._commits

    async def _make(self, question: Hashable, make: Callable[[], Awaitable[T]], commits: int) -> T:
        try:
            value = await make()
        finally:
            del self._making[question]
        # Asked again: what was committed meanwhile may be missing from it.
        if commits == self.count_commits():
            if len(self._kept) >= CAPACITY:
                self._kept.clear()
            self._kept[question] = _Kept(value, self._clock() + KEPT_SECONDS)
        return value

    def close(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()


@dataclass(frozen=True)
class _Reply:
    """A whole response, as the application sent it, and the route that it came from."""

    route: object
    messages: tuple[Message, ...]


class _Refusal(Exception):
    """Any reply but a good one: for those who wait for it, and not to be kept."""

    def __init__(self, reply: _Reply) -> None:
        super().__init__()
        self.reply = reply


class ResponseCacheMiddleware:
    """Inside of who decides who may ask: what is kept is handed to whoever gets here in the same role."""

    def __init__(self, app: ASGIApp, response_cache: ResponseCache) -> None:
        self.app = app
        self.response_cache = response_cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in PATHS:
            await self.app(scope, receive, send)
            return

        async def make() -> _Reply:
            messages: list[Message] = []

            async def note(message: Message) -> None:
                messages.append(message)

            await self.app(scope, receive, note)
            reply = _Reply(scope.get("route"), tuple(messages))
            if messages[0]["status"] != 200:
                raise _Refusal(reply)
            return reply

        principal = scope.get("state", {}).get("visitor")
        language = Headers(scope=scope).get("accept-language")
        try:
            question = (scope["path"], scope["query_string"], principal.role if principal else None, language)
            reply = await self.response_cache.get_or_compute(question, make)
        except _Refusal as refusal:
            reply = refusal.reply
        scope["route"] = reply.route
        for message in reply.messages:
            await send(_copy(message))


def _copy(message: MutableMapping[str, Any]) -> Message:
    """The middleware around this one adds headers to the list it is given."""
    return {**message, "headers": list(message["headers"])} if "headers" in message else {**message}
