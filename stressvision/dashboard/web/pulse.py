"""Whether the backend answers, for the pages of this dashboard: one check serves all of them."""

import asyncio
import time
from collections.abc import Callable
from typing import Literal

from stressvision.core.errors import ServerUnreachable, StressVisionError, Unavailable

Pulse = Literal["ok", "unreachable", "failing"]

CHECK_SECONDS = 1.5
"""Longest wait for the backend: a page must show within five seconds that it is slow or gone."""
FRESH_SECONDS = 1.0


class BackendPulse:
    """The last check of the backend. `check`: asks it, and raises the client's errors; it runs in a thread."""

    def __init__(self, check: Callable[[], object], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._check, self._monotonic = check, monotonic
        self._lock = asyncio.Lock()
        self._known: tuple[float, Pulse] | None = None

    async def read(self) -> Pulse:
        """Return the state of the backend, asked a second ago at most."""
        async with self._lock:
            if self._known is None or self._monotonic() - self._known[0] >= FRESH_SECONDS:
                pulse = await asyncio.to_thread(self._ask)
                self._known = (self._monotonic(), pulse)
            return self._known[1]

    def _ask(self) -> Pulse:
        try:
            self._check()
        except ServerUnreachable:
            return "unreachable"
        except Unavailable:
            return "failing"
        except StressVisionError:
            return "ok"  # a refusal is an answer
        return "ok"
