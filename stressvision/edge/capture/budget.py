"""How often something dear may be done: a bucket that fills with time."""


class Budget:
    """`burst` at once, and in the long run as many a second as `take` is told. Times are monotonic seconds."""

    def __init__(self, burst: int) -> None:
        self._burst = burst
        self._left = float(burst)
        self._at: float | None = None

    def take(self, at: float, rate: float) -> bool:
        """Spends one, if one is left, the bucket having filled by `rate` a second since the last time."""
        if self._at is not None:
            self._left = min(self._burst, self._left + rate * max(0.0, at - self._at))
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True
