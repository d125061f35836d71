"""What each stage of the pipeline costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class StageTimes:
    """Seconds spent and calls made by stage since the beginning, and the seconds of the last call, by `stopwatch`."""

    stopwatch: Callable[[], float]
    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        start = self.stopwatch()
        try:
            yield
        finally:
            self.last[stage] = self.stopwatch() - start
            self.seconds[stage] = self.seconds.get(stage, 0.0) + self.last[stage]
            self.calls[stage] = self.calls.get(stage, 0) + 1

    def mean_ms(self) -> dict[str, float]:
        """Mean milliseconds a call, by stage."""
        return {stage: round(1000 * spent / self.calls[stage], 2) for stage, spent in self.seconds.items()}
