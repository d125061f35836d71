"""Rate limit per client address: a token bucket that holds some seconds of the rate."""

import math
import threading
import time
from collections.abc import Callable

from stressvision.core.addresses import client_network, is_loopback
from stressvision.core.errors import Message, TooManyAttempts

BURST_SECONDS = 4.0
"""Seconds of the rate that may come at once: a dashboard page sends several requests, a device empties its outbox."""
_MOST_ADDRESSES = 10_000


class RateLimiter:
    """Token bucket per address, safe for several threads. Loopback addresses are not limited."""

    def __init__(self, per_second: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Create a limiter of `per_second` requests per address; 0 disables it."""
        self._rate, self._monotonic = per_second, monotonic
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def acquire(self, address: str | None) -> None:
        """Count one request of this address. Raises TooManyAttempts where its bucket is empty."""
        if not self._rate or address is None or is_loopback(address):
            return
        address = client_network(address)
        now, capacity = self._monotonic(), self._rate * BURST_SECONDS
        with self._lock:
            level, updated_at = self._buckets.get(address, (capacity, now))
            level = min(capacity, level + (now - updated_at) * self._rate)
            self._buckets[address] = (max(level - 1, 0.0) if level >= 1 else level, now)
            if len(self._buckets) > _MOST_ADDRESSES:
                # A bucket unused for BURST_SECONDS is full again, as a new one is.
                self._buckets = {
                    key: bucket for key, bucket in self._buckets.items() if now - bucket[1] < BURST_SECONDS
                }
        if level < 1:
            raise TooManyAttempts(
                Message(
                    es="Demasiadas peticiones desde esta dirección. Espere un momento y repita.",
                    en="Too many requests from this address. Wait a moment and try again.",
                ),
                retry_seconds=max(1, math.ceil((1 - level) / self._rate)),
            )
