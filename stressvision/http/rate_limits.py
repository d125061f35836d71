"""How often one address may ask: a bucket that fills at a steady rate, and holds some seconds of it."""

import math
import threading
import time
from collections.abc import Callable

from stressvision.core.config import LOOPBACK_HOSTS
from stressvision.core.errors import Message, TooManyAttempts

BURST_SECONDS = 4.0
"""Of the rate, that may come at once: a page of the dashboard asks for several things, a device sends what it kept."""
_MOST_ADDRESSES = 10_000


class RateLimit:
    """Safe for several threads. This machine itself is not limited: its programs are its user's own."""

    def __init__(self, per_second: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`per_second` 0: no limit."""
        self._rate, self._monotonic = per_second, monotonic
        self._room: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def require_room(self, address: str | None) -> None:
        """Raises TooManyAttempts where the address has used up what it may."""
        if not self._rate or address is None or address in LOOPBACK_HOSTS:
            return
        now, most = self._monotonic(), self._rate * BURST_SECONDS
        with self._lock:
            room, at = self._room.get(address, (most, now))
            room = min(most, room + (now - at) * self._rate)
            self._room[address] = (max(room - 1, 0.0) if room >= 1 else room, now)
            if len(self._room) > _MOST_ADDRESSES:
                # Whoever has been quiet for long enough has a full bucket again, as somebody new has.
                self._room = {key: kept for key, kept in self._room.items() if now - kept[1] < BURST_SECONDS}
        if room < 1:
            raise TooManyAttempts(
                Message(
                    es="Demasiadas peticiones desde esta dirección. Espere un momento y repita.",
                    en="Too many requests from this address. Wait a moment and try again.",
                ),
                retry_seconds=max(1, math.ceil((1 - room) / self._rate)),
            )
