"""How often something dear may be done: a bucket that fills with time."""


class Budget:
    """`rate` a second in the long run, `burst` at once. Times are monotonic seconds."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._left = float(burst)
        self._at: float | None = None

    def take(self, at: float) -> bool:
        """Spends one, if one is left."""
        if self._at is not None:
            self._left = min(self._burst, self._left + self._rate * max(0.0, at - self._at))
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True
