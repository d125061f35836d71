"""State of one running backend, and its timing."""

import time
from contextlib import closing
from dataclasses import dataclass, field

from stressvision.api.completions import Completions
from stressvision.api.expensive_work import ExpensiveWork
from stressvision.api.middleware.metrics import Metrics
from stressvision.api.middleware.response_cache import ResponseCache
from stressvision.api.short_work import ShortWork
from stressvision.api.snapshot_reads import SnapshotReads
from stressvision.api.websocket.feed import FeedReader, OpenSource
from stressvision.api.websocket.hub import Hub
from stressvision.core.errors import Message, Unavailable
from stressvision.http.rate_limits import RateLimiter
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import Context


@dataclass(frozen=True)
class Pace:
    """Intervals and limits of the live feed; tests choose their own.

    `heartbeat_seconds`: interval of heartbeat messages.
    `poll_seconds`: interval of polling the feed; half of it is the mean delay of an event.
    `busy_seconds`: the same interval for a second after each event.
    `unfollowed_seconds`: the same interval while no client follows the feed.
    `mailbox_size`: messages a client may fall behind before it is dropped, most of a minute at 20 per second.
    `identify_seconds`: time for a client to send a token in its first message.
    `recheck_seconds`: interval of checking a client's token again, so that a revoked one ends within five seconds.
    `closing_seconds`: time for a dropped client to receive the close reason; shorter than the grace of a stop.
    """

    heartbeat_seconds: float = 30.0
    poll_seconds: float = 0.005
    busy_seconds: float = 0.001
    unfollowed_seconds: float = 0.05
    mailbox_size: int = 1000
    closing_seconds: float = 0.75
    identify_seconds: float = 5.0
    recheck_seconds: float = 2.0


def default_pace(context: Context) -> Pace:
    """Return the pace for a database. PostgreSQL notifies of commits; polling it covers lost notifications only."""
    return Pace() if context.database.is_sqlite else Pace(poll_seconds=0.1, busy_seconds=0.1)


BUSY_SECONDS = 1.0


def poll_interval(pace: Pace, hub: Hub) -> float:
    """Return the seconds until the feed is polled again."""
    if not hub.is_followed:
        return pace.unfollowed_seconds
    return pace.busy_seconds if time.monotonic() - hub.published_at < BUSY_SECONDS else pace.poll_seconds


LINKS_PER_SECOND = 1.0
"""Uses of links in messages by one address, with four at once."""


KIOSK_REPORTS_PER_SECOND = 0.25
"""Codes that one kiosk may send: guessing one of a hundred takes ten hours."""


@dataclass(frozen=True)
class BackendState:
    """Objects of one running backend, built once by `create_app`."""

    context: Context
    pace: Pace
    hub: Hub
    reader: FeedReader
    metrics: Metrics
    open_source: OpenSource
    response_cache: ResponseCache
    authenticator: Authenticator
    completions: Completions
    reads: SnapshotReads
    short: ShortWork
    expensive: ExpensiveWork = field(default_factory=ExpensiveWork)
    kiosk_limit: RateLimiter = field(default_factory=lambda: RateLimiter(KIOSK_REPORTS_PER_SECOND))
    link_limit: RateLimiter = field(default_factory=lambda: RateLimiter(LINKS_PER_SECOND))

    def database_fault(self) -> Message | None:
        """Return why the database does not answer, or None."""
        try:
            with closing(self.open_source()) as source:
                source.last_id()
        except Unavailable as error:
            return error.message
        return None
