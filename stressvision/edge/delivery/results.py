"""The server's answers to a batch of detections, sorted by what follows from them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from stressvision.core.errors import Message
from stressvision.edge.delivery.outbox import MessageKind, OutboxMessage, StoredMessage
from stressvision.wire.detections import BatchItem, DetectionIn, SessionStart

_FORBIDDEN = 403


@dataclass
class Results:
    """Results by message id.

    Attributes:
        accepted: Stored by the server, with the id of the detection.
        refused: Rejected for good, with the reason.
        early: Rejected until the server's clock has reached this time.
        foreign: Of another device, which this device's token may not send, or of an employee of another database.
        unknown_sessions: Keys of sessions that the server does not know; their detections are in `refused`.
        rejected: Why the server does not accept this device's own detections under its token; they stay in the queue.
    """

    accepted: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    early: dict[int, datetime] = field(default_factory=dict)
    foreign: list[int] = field(default_factory=list)
    unknown_sessions: set[str] = field(default_factory=set)
    rejected: Message | None = None


def sort_results(
    messages: Sequence[StoredMessage], items: Sequence[BatchItem], server_time: datetime | None, device_id: str
) -> Results:
    """Sort the answers to a batch.

    Args:
        messages: The batch.
        items: One answer per message, in the same order.
        server_time: The server's time now, if known.
        device_id: This device; empty: all messages are its own.
    """
    results = Results()
    for message, item in zip(messages, items, strict=True):
        if item.status == "ok":
            results.accepted[message.id] = item.detection_id or 0
            continue
        detail = item.problem.detail if item.problem else "refused"
        fields = {fault.field for fault in item.problem.errors} if item.problem else set()
        due = _due_later(message, server_time) if "timestamp" in fields else None
        if due is not None:
            results.early[message.id] = due
        elif "database_id" in fields:
            results.foreign.append(message.id)
        elif item.problem is not None and item.problem.status == _FORBIDDEN and "device_id" in fields:
            if is_foreign(message, device_id):
                results.foreign.append(message.id)
            else:
                results.rejected = Message(es=detail, en=detail)
        else:
            results.refused[message.id] = detail
            if "session_id" in fields and (session_id := _reopenable(message)) is not None:
                results.unknown_sessions.add(session_id)
    return results


def is_foreign(message: OutboxMessage, device_id: str) -> bool:
    """Return whether a message belongs to another device: this one was renamed, or two share the file."""
    if message.kind is MessageKind.DETECTION:
        owner = json.loads(message.body).get("device_id", device_id)
    else:
        owner = device_of(message.key)
    return bool(device_id) and owner != device_id


def device_of(session_id: str) -> str:
    """Return the device in a session's key, `session_<device>_<epoch>`."""
    return session_id.removeprefix("session_").rpartition("_")[0]


def rebuild_start(session_id: str) -> str:
    """Return the body of a session's start from its key, whose time has whole seconds."""
    epoch = int(session_id.rpartition("_")[2])
    start = SessionStart(
        device_id=device_of(session_id), session_id=session_id, start_timestamp=datetime.fromtimestamp(epoch, UTC)
    )
    return start.model_dump_json()


def _due_later(message: StoredMessage, server_time: datetime | None) -> datetime | None:
    """Return the detection's time if the server's clock has not reached it."""
    if server_time is None:
        return None
    timestamp = DetectionIn.model_validate_json(message.body).timestamp
    return timestamp if timestamp > server_time else None


def _reopenable(message: StoredMessage) -> str | None:
    """Return the key of the detection's session if the session can be opened again under it."""
    session_id = json.loads(message.body).get("session_id")
    try:
        rebuild_start(session_id)
    except (AttributeError, ValueError, OverflowError, OSError, ValidationError):
        return None
    return str(session_id)
