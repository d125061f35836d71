"""Cost of the pipeline: time per stage, and a rate limit on what is expensive."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class TokenBucket:
    """A rate limiter: at most `burst` at once, and in the long run the rate passed to `take`.

    Times are monotonic seconds.
    """

    def __init__(self, burst: int) -> None:
        self._burst = burst
        self._left = float(burst)
        self._at: float | None = None

    def take(self, at: float, rate: float) -> bool:
        """Take one token and return True, or return False if there is none.

        Args:
            at: Now, in monotonic seconds.
            rate: Tokens per second with which the bucket has filled since the last call.
        """
        if self._at is not None:
            self._left = min(self._burst, self._left + rate * max(0.0, at - self._at))
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class StageTimes:
    """Time spent per stage of the pipeline.

    Attributes:
        stopwatch: Returns seconds.
        seconds: Total seconds of each stage.
        calls: Number of calls of each stage.
        last: Seconds of the last call of each stage.
    """

    stopwatch: Callable[[], float]
    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Measure the time spent in the `with` block."""
        start = self.stopwatch()
        try:
            yield
        finally:
            self.last[stage] = self.stopwatch() - start
            self.seconds[stage] = self.seconds.get(stage, 0.0) + self.last[stage]
            self.calls[stage] = self.calls.get(stage, 0) + 1

    def mean_ms(self) -> dict[str, float]:
        """Return the mean milliseconds per call, by stage."""
        return {stage: round(1000 * spent / self.calls[stage], 2) for stage, spent in self.seconds.items()}
