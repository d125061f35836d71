"""Access to the preview once there are accounts: the device's token, or a ticket that expires."""

import hmac
import secrets
import threading
import time
from collections.abc import Callable

from stressvision.edge.delivery.client import ServerStatus

TICKET_SECONDS = 300.0
"""How often the ticket changes; the one before is accepted for as long again, for pages that still show it."""


class PreviewAccess:
    """Decides who may see the preview. Thread-safe.

    Without accounts the preview needs nothing. Accounts are known to exist if this device has a token, or if the server
    has rejected it. The server gives the ticket, as a part of the preview's address, to roles that may see persons.
    """

    def __init__(
        self, token: str, server: ServerStatus | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._token, self._server, self._monotonic = token, server, monotonic
        self._lock = threading.Lock()
        self._rejected = False
        self._changed_at = float("-inf")
        self._tickets = ("", "")

    @property
    def is_restricted(self) -> bool:
        """Whether a ticket or token is required."""
        self._rejected = self._rejected or (self._server is not None and not self._server.accepts_token)
        return bool(self._token) or self._rejected

    def ticket(self) -> str:
        """Return the present ticket."""
        with self._lock:
            self._rotate()
            return self._tickets[0]

    def allows(self, ticket: str, authorization: str) -> bool:
        """Return whether a request may see the preview.

        Args:
            ticket: Of the request's query; empty if it has none.
            authorization: Header of this name; empty if it has none.
        """
        if not self.is_restricted:
            return True
        with self._lock:
            self._rotate()
            valid = [candidate for candidate in self._tickets if candidate]
        if any(_equal(ticket, candidate) for candidate in valid):
            return True
        return bool(self._token) and _equal(authorization, f"Bearer {self._token}")

    def _rotate(self) -> None:
        age = self._monotonic() - self._changed_at
        if age >= TICKET_SECONDS:
            previous = self._tickets[0] if age < 2 * TICKET_SECONDS else ""
            self._tickets = (secrets.token_urlsafe(24), previous)
            self._changed_at = self._monotonic()


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
