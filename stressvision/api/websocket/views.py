"""What a role gets of answers and events that several roles get: whoever may not see persons gets them without."""

from collections.abc import Mapping

from stressvision.api.websocket.hub import Envelope
from stressvision.domain.auth import Role, sees_persons
from stressvision.wire.events import DetectionEvent

Fields = frozenset[str]

_WHEN: Fields = frozenset({"id", "committed_at", "type"})

EVENTS: Mapping[tuple[str, Role], Fields] = {
    ("report", Role.VIEWER): _WHEN | {"report_id", "start_timestamp", "end_timestamp", "revision"},
    ("report", Role.ADMIN): _WHEN | {"report_id", "start_timestamp", "end_timestamp", "revision"},
    ("detection", Role.ADMIN): _WHEN | {"data"},
}
"""Which fields of which event a role gets that may not see persons; an event that is not here it does not get.

Of a report that it is there: its figures come from GET /api/reports, which leaves out what rests on too few people.
"""

TECHNICAL: Fields = frozenset({"id", "timestamp", "device_id", "session_id", "processing_time_ms", "created_at"})
"""What an administrator gets of a detection: that, when and where the system works."""


def view_event(envelope: Envelope, role: Role | None) -> str | None:
    """The message as this role gets it; None where it gets nothing."""
    event = envelope.event
    if event is None or sees_persons(role):
        return envelope.text
    fields = EVENTS.get((event.type, role)) if role is not None else None
    if fields is None:
        return None
    if isinstance(event, DetectionEvent):
        seen = {name: value for name, value in event.data.items() if name in TECHNICAL}
        event = event.model_copy(update={"data": seen})
    return event.model_dump_json(include=set(fields))
