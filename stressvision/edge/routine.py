"""Something done every so often by a loop that has other things to do."""

import time
from collections.abc import Callable


class Routine:
    """Due at once for the first time, unless `first_after` says otherwise. Times are monotonic seconds.

    `action` is told the seconds since the last time.
    """

    def __init__(self, every: float, action: Callable[[float], None], *, first_after: float | None = None) -> None:
        self._every, self._action = every, action
        self._done_at = float("-inf") if first_after is None else time.monotonic() + first_after - every

    def run_if_due(self, now: float) -> None:
        elapsed = now - self._done_at
        if elapsed >= self._every:
            self._done_at = now
            self._action(elapsed)
