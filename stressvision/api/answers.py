"""Answers that everybody of a role gets alike, kept as bytes until somebody commits, for a second at most.

The second bounds what follows the clock (the last hour, a device gone silent); commits are asked for at each request,
so that a reader always finds what it has just written. What is about one person is never kept: each look is audited.
"""

import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.api.feed import EventSource, OpenSource
from stressvision.domain.roles import Role
from stressvision.errors import Unavailable

PATHS = frozenset({"/api/dashboard/overview", "/api/dashboard/stats", "/api/employees", "/api/reports", "/api/devices"})
KEPT_SECONDS = 1.0
CAPACITY = 64


Question = tuple[str, bytes, Role | None]
"""Path, query, and as whom it was asked."""


@dataclass(frozen=True)
class _Answer:
    route: object
    messages: tuple[Message, ...]
    until: float


class Answers:
    """What has been answered since the last commit. For the event loop's thread."""

    def __init__(self, open_source: OpenSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._open_source = open_source
        self._clock = clock
        self._source: EventSource | None = None
        self._answers: dict[Question, _Answer] = {}
        self._commits = 0

    def count_commits(self) -> int | None:
        """Grows when anybody has committed; None where the database cannot tell."""
        try:
            self._source = self._source or self._open_source()
            has_news = self._source.has_news()
        except Unavailable:
            self.close()
            return None
        if has_news:
            self._commits += 1
            self._answers.clear()
        return self._commits

    def find(self, key: Question) -> _Answer | None:
        answer = self._answers.get(key)
        return answer if answer and self._clock() < answer.until else None

    def keep(self, key: Question, route: object, messages: list[Message]) -> None:
        if len(self._answers) >= CAPACITY:
            self._answers.clear()
        self._answers[key] = _Answer(route, tuple(messages), self._clock() + KEPT_SECONDS)

    def close(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()


class AnswersMiddleware:
    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self.app = app
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in PATHS:
            await self.app(scope, receive, send)
            return
        visitor = scope.get("state", {}).get("visitor")
        key = (scope["path"], scope["query_string"], visitor.role if visitor else None)
        commits = self.answers.count_commits()
        kept = self.answers.find(key) if commits is not None else None
        if kept is not None:
            scope["route"] = kept.route
            for message in kept.messages:
                await send(_copy(message))
            return
        messages: list[Message] = []

        async def send_noted(message: Message) -> None:
            messages.append(_copy(message))
            await send(message)

        await self.app(scope, receive, send_noted)
        # Asked again: what was committed while this was being answered may be missing from it.
        if messages[0]["status"] == 200 and commits is not None and commits == self.answers.count_commits():
            self.answers.keep(key, scope["route"], messages)


def _copy(message: MutableMapping[str, Any]) -> Message:
    """The middleware around this one adds headers to the list it is given."""
    return {**message, "headers": list(message["headers"])} if "headers" in message else {**message}
