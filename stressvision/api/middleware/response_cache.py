"""A response cache: responses are kept until what they depend on changes, at most one second, and computed once.

Most depend on every commit. One with a fingerprint survives the commits that leave its fingerprint as it is.

The second bounds what depends on the clock (the last hour, a silent device). Every request checks for commits, so that
a response always holds what any program committed before the request.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.api.etags import compute_etag, is_current
from stressvision.api.middleware.commit_count import CommitCount
from stressvision.api.middleware.headers import RequestHeaders
from stressvision.domain.auth import sees_persons

_OVERVIEW = "/api/dashboard/overview"
PATHS = frozenset({_OVERVIEW, "/api/dashboard/stats", "/api/employees", "/api/reports", "/api/devices"})
"""Endpoints with the same response for everyone of a role, and about no particular person."""
_AUDITED = frozenset({"/api/dashboard/stats", "/api/reports"})
"""Endpoints whose responses name persons to some roles: each reader's own request records the read."""
KEPT_SECONDS = 1.0
CAPACITY = 256

T = TypeVar("T")


Fingerprint = Callable[[], Awaitable[Hashable]]
"""Return a value, within a fraction of a millisecond, that changes with every commit that changes the response."""


@dataclass
class _CachedResponse:
    """`commits`: the commit count at which the value was current. `fingerprint`: read before it was computed."""

    value: Any
    expires_at: float
    commits: int
    fingerprint: Hashable


@dataclass(frozen=True)
class _Computation:
    """A value being computed. `commits`: the commit count at its start."""

    task: "asyncio.Task[Any]"
    commits: int


class ResponseCache:
    """Values that no commit has changed since they were computed. For use in the event loop's thread."""

    def __init__(self, commits: CommitCount, clock: Callable[[], float] = time.monotonic) -> None:
        self._commits = commits
        self._clock = clock
        self._entries: dict[Hashable, _CachedResponse] = {}
        self._computations: dict[Hashable, _Computation] = {}

    async def get_or_compute(
        self, key: Hashable, compute: Callable[[], Awaitable[T]], fingerprint: Fingerprint | None = None
    ) -> T:
        """Return the cached value, the one being computed for another request, or compute it now.

        The value is never older than the request. Raises what `compute` and `fingerprint` raise.
        """
        commits = await self._commits.count()
        if commits is None:
            return await compute()
        entry = self._find(key)
        if entry is not None and entry.commits == commits:
            value: T = entry.value
            return value
        computation = self._computations.get(key)
        if computation is not None and computation.commits != commits:
            # It may miss the newest commit. Of all requests that wait for its end, the first starts the next one.
            await asyncio.wait([computation.task])
            computation, commits = self._computations.get(key), self._commits.latest
        if computation is None:
            task = asyncio.ensure_future(self._compute(key, compute, commits, fingerprint))
            computation = self._computations[key] = _Computation(task, commits)
        # A cancelled request must not cancel the others' computation.
        result: T = await asyncio.shield(computation.task)
        return result

    def _find(self, key: Hashable) -> _CachedResponse | None:
        entry = self._entries.get(key)
        return entry if entry is not None and self._clock() < entry.expires_at else None

    async def _compute(
        self, key: Hashable, compute: Callable[[], Awaitable[T]], commits: int, fingerprint: Fingerprint | None
    ) -> T:
        try:
            before = await fingerprint() if fingerprint is not None else None
            entry = self._find(key)
            if entry is not None and fingerprint is not None and entry.fingerprint == before:
                entry.commits = commits
                kept: T = entry.value
                return kept
            value = await compute()
            # The value may miss a commit made meanwhile: the next request counts it, and the numbers differ.
            if len(self._entries) >= CAPACITY:
                self._entries.clear()
            self._entries[key] = _CachedResponse(value, self._clock() + KEPT_SECONDS, commits, before)
            return value
        finally:
            del self._computations[key]

    def close(self) -> None:
        """Stop counting commits; the next request begins anew."""
        self._commits.close()


@dataclass(frozen=True)
class _Response:
    """The messages of a whole response, its ETag, and the route that sent them."""

    route: object
    messages: tuple[Message, ...]
    etag: str = ""


class _NotCacheable(Exception):
    """A response other than 200: for the waiting requests, but not kept."""

    def __init__(self, response: _Response) -> None:
        super().__init__()
        self.response = response


class ResponseCacheMiddleware:
    """Runs inside the authentication middleware; responses are cached per role.

    `fingerprints`: of the responses that few commits change, by path.
    """

    def __init__(self, app: ASGIApp, response_cache: ResponseCache, fingerprints: Mapping[str, Fingerprint]) -> None:
        self.app = app
        self.response_cache = response_cache
        self.fingerprints = fingerprints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in PATHS:
            await self.app(scope, receive, send)
            return

        async def compute() -> _Response:
            messages: list[Message] = []

            async def collect(message: Message) -> None:
                messages.append(message)

            await self.app(scope, receive, collect)
            if messages[0]["status"] != 200:
                raise _NotCacheable(_Response(scope.get("route"), tuple(messages)))
            body = b"".join(message.get("body", b"") for message in messages[1:])
            etag = compute_etag(body, has_own_time=scope["path"] == _OVERVIEW)
            messages[0]["headers"] = [*messages[0]["headers"], (b"etag", etag.encode())]
            return _Response(scope.get("route"), tuple(messages), etag)

        principal = scope.setdefault("state", {}).get("principal")
        headers = RequestHeaders(scope)
        language = headers.get(b"accept-language")
        try:
            role = principal.role if principal else None
            is_audited = scope["path"] in _AUDITED and sees_persons(role)
            reader = (principal and principal.token_id, scope["state"].get("address")) if is_audited else None
            key = (scope["path"], scope["query_string"], role, language, reader)
            mark = self.fingerprints.get(scope["path"])
            response = await self.response_cache.get_or_compute(key, compute, mark)
        except _NotCacheable as error:
            response = error.response
        scope["route"] = response.route
        if response.etag and is_current(headers.get(b"if-none-match"), response.etag):
            await Response(status_code=304, headers={"ETag": response.etag})(scope, receive, send)
            return
        for message in response.messages:
            await send(_copy_message(message))


def _copy_message(message: MutableMapping[str, Any]) -> Message:
    """Copy a message: the outer middleware adds headers to the list in it."""
    return {**message, "headers": list(message["headers"])} if "headers" in message else {**message}
