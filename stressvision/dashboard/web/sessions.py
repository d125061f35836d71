"""Login sessions that last: a cookie of the browser holds the token, and only this server reads it.

A login happens in Streamlit's script, which cannot set a cookie. It issues a ticket, which the page's own script
exchanges once for the cookie. Every new page then starts with the token of the cookie.
"""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings

VALID = timedelta(minutes=1)
"""Lifetime of a ticket."""
CAPACITY = 1000
"""Tickets that wait, at most."""


@dataclass(frozen=True)
class SessionCookie:
    """The cookie of one dashboard: cookies of a host are shared by all its ports, so the name has the port.

    `is_encrypted`: browsers reach the dashboard with TLS, its own or the proxy's. The prefix of the name then keeps
    other hosts of the domain from setting it, which would log the user in to another account.
    """

    port: int
    is_encrypted: bool

    @classmethod
    def of(cls, settings: Settings) -> "SessionCookie":
        """Return the cookie of the dashboard with these settings."""
        return cls(settings.dashboard_port, is_encrypted=settings.tls_certificate is not None or bool(settings.proxy))

    @property
    def name(self) -> str:
        """Name of the cookie."""
        return f"{'__Host-' if self.is_encrypted else ''}stressvision_session_{self.port}"

    def find_token(self, cookies: Mapping[str, str]) -> str:
        """Return the token of a request's cookies, or an empty string."""
        return cookies.get(self.name, "")

    def store(self, response: Response, token: str, seconds: int) -> None:
        """Add the header that keeps the token in the browser for `seconds`."""
        response.set_cookie(
            self.name, token, max_age=seconds, path="/", httponly=True, samesite="strict", secure=self.is_encrypted
        )

    def clear(self, response: Response) -> None:
        """Add the header that removes the cookie."""
        response.delete_cookie(self.name, path="/", httponly=True, samesite="strict", secure=self.is_encrypted)


@dataclass(frozen=True)
class _Waiting:
    token: str
    expires_at: datetime
    valid_until: datetime


class SessionTickets:
    """Tickets that wait to be exchanged for a cookie. Thread-safe."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}

    def issue(self, token: str, expires_at: datetime) -> str:
        """Return a ticket for the token, valid once and for VALID. `expires_at`: the end of the login session."""
        ticket, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._waiting = {key: item for key, item in self._waiting.items() if item.valid_until > now}
            if len(self._waiting) < CAPACITY:
                self._waiting[ticket] = _Waiting(token, expires_at, now + VALID)
        return ticket

    def redeem(self, ticket: str) -> tuple[str, int] | None:
        """Return the token of a ticket and the seconds that it lasts; None for an unknown, used or old ticket."""
        with self._lock:
            found = self._waiting.pop(ticket, None)
        now = self._clock()
        if found is None or found.valid_until <= now or found.expires_at <= now:
            return None
        return found.token, int((found.expires_at - now).total_seconds())


TICKETS = SessionTickets()
"""The tickets of this process: Streamlit's scripts and the server's routes run in it."""
