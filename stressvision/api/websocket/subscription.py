"""The subscription of one WebSocket client: which events it receives."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.wire.events import AlertEvent, DetectionEvent, FeedEvent, Subscribe
from stressvision.wire.problems import validation_problem


@dataclass(frozen=True)
class Subscription:
    """`events` None: every type. `employee_id`: only this person's, of the events about one person."""

    events: frozenset[str] | None = None
    employee_id: int | None = None

    @classmethod
    def of(cls, request: Subscribe) -> "Subscription":
        """Build the subscription of a client's request."""
        return cls(frozenset(request.events) if request.events is not None else None, request.employee_id)

    def wants(self, event: FeedEvent | None) -> bool:
        """Return whether the client receives an event. None, a message outside the feed, is always sent."""
        if event is None:
            return True
        if self.events is not None and event.type not in self.events:
            return False
        return self.employee_id is None or _employee_of(event) in {self.employee_id, _NO_EMPLOYEE}


EVERYTHING = Subscription()

_NO_EMPLOYEE = 0
"""Employee of a report event, which is about all; no row has the id 0."""


def _employee_of(event: FeedEvent) -> int | None:
    if isinstance(event, DetectionEvent):
        employee_id: int | None = event.data["employee_id"]
        return employee_id
    return event.employee_id if isinstance(event, AlertEvent) else _NO_EMPLOYEE


def parse_subscription(message: Mapping[str, object], language: Language) -> Subscribe:
    """Validate a client's request. Raises InvalidInput naming each invalid field, in the client's language."""
    try:
        return Subscribe.model_validate(message)
    except ValidationError as error:
        detail = validation_problem(error.errors(), language).detail
        raise InvalidInput(Message(es=detail, en=detail)) from None
