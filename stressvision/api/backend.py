"""What one running backend consists of."""

import asyncio
import time
from contextlib import closing
from dataclasses import dataclass, field

from stressvision.api.middleware.metrics import Metrics
from stressvision.api.middleware.response_cache import ResponseCache
from stressvision.api.websocket.feed import FeedReader, OpenSource
from stressvision.api.websocket.hub import Hub
from stressvision.core.errors import Message, Unavailable
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import Context


@dataclass(frozen=True)
class Pace:
    """How often things happen; tests choose their own.

    `poll_seconds`: how often the feed is asked for news; half of it is the mean wait of an event.
    `busy_seconds`: the same while events come, for a second after each.
    `unfollowed_seconds`: the same while no client follows it.
    `mailbox_size`: messages a client may fall behind before it is dropped, most of a minute of 20 a second.
    `identify_seconds`: how long a client may take to show a token in its first message.
    `recheck_seconds`: how often a client's token is looked at again, so that a revoked one ends within five seconds.
    `closing_seconds`: how long a dropped client may take to make room for the reason; less than a stop may take.
    """

    heartbeat_seconds: float = 30.0
    poll_seconds: float = 0.005
    busy_seconds: float = 0.001
    unfollowed_seconds: float = 0.05
    mailbox_size: int = 1000
    closing_seconds: float = 0.75
    identify_seconds: float = 5.0
    recheck_seconds: float = 2.0


def usual_pace(context: Context) -> Pace:
    """PostgreSQL says when there is news: asking it is only for when something between the two swallows that."""
    return Pace() if context.database.is_sqlite else Pace(poll_seconds=0.1, busy_seconds=0.1)


BUSY_SECONDS = 1.0


def pause_of(pace: Pace, hub: Hub) -> float:
    """Seconds until the feed is asked again."""
    if not hub.is_followed:
        return pace.unfollowed_seconds
    return pace.busy_seconds if time.monotonic() - hub.published_at < BUSY_SECONDS else pace.poll_seconds


@dataclass(frozen=True)
class BackendState:
    context: Context
    pace: Pace
    hub: Hub
    reader: FeedReader
    metrics: Metrics
    open_source: OpenSource
    response_cache: ResponseCache
    authenticator: Authenticator
    uploads: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one enrolment whose stills are in memory."""

    def database_fault(self) -> Message | None:
        """What keeps the database from answering, or None where it answers."""
        try:
            with closing(self.open_source()) as source:
                source.last_id()
        except Unavailable as error:
            return error.message
        return None
