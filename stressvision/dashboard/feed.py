"""The latest detections, read from the backend's change feed, which needs no audited look-up.

Each refresh opens one short WebSocket connection that resumes at the position of the one before: no thread has to live
beside Streamlit's, and the content belongs to the browser session.
"""

import ssl
from dataclasses import dataclass

from pydantic import ValidationError
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from stressvision.dashboard.client import CONNECT_SECONDS, BackendClient, not_understood, unreachable
from stressvision.wire.backend import StoredDetection
from stressvision.wire.events import Connected, DetectionEvent
from stressvision.wire.values import WireModel

KEPT = 10
BACKLOG = 60
"""Limit of events read per poll; alerts and reports count too."""

_PING = '{"type": "ping"}'


@dataclass(frozen=True)
class LiveFeed:
    """The latest detections, newest first, at most ten. `position`: the id of the event to resume after."""

    position: int
    latest: tuple[StoredDetection, ...]


class _EventKind(WireModel):
    type: str


def poll_feed(backend: BackendClient, feed: LiveFeed | None) -> LiveFeed:
    """Return the feed with the events since `feed`. Raise ServerUnreachable, or Unavailable for an invalid answer."""
    try:
        present = Connected.model_validate_json(_receive_messages(backend)[0]).last_id
        if feed is None or feed.position > present:  # first poll, or another database
            feed = LiveFeed(0, ())
        if feed.position == present:
            return feed
        messages = _receive_messages(backend, since=max(feed.position, present - BACKLOG))
        events = [DetectionEvent.model_validate_json(text) for text in messages if _kind(text) == "detection"]
        newest_first = [StoredDetection.model_validate(event.data) for event in reversed(events)]
    except (OSError, WebSocketException):
        raise unreachable(backend.base) from None
    except (ValidationError, IndexError):
        raise not_understood(backend.base) from None
    position = max([present, *(event.id for event in events)])
    return LiveFeed(position, (*newest_first, *feed.latest)[:KEPT])


def _receive_messages(backend: BackendClient, since: int | None = None) -> list[str]:
    """Return the messages up to the answer to a ping, which follows every missed event."""
    query = "" if since is None else f"?since={since}"
    address = f"{backend.base.replace('http', 'ws', 1)}/ws{query}"
    messages: list[str] = []
    headers = {"Authorization": f"Bearer {backend.token}"} if backend.token else None
    with connect(
        address,
        additional_headers=headers,
        ssl=_encryption(backend),
        proxy=None,
        compression=None,
        open_timeout=CONNECT_SECONDS,
        close_timeout=CONNECT_SECONDS,
    ) as connection:
        connection.send(_PING)
        while _kind(message := str(connection.recv(timeout=backend.answer_seconds))) != "pong":
            messages.append(message)
    return messages


def _encryption(backend: BackendClient) -> ssl.SSLContext | None:
    if not backend.base.startswith("https"):
        return None
    return ssl.create_default_context(cafile=backend.trusted_ca if isinstance(backend.trusted_ca, str) else None)


def _kind(message: str) -> str:
    return _EventKind.model_validate_json(message).type
