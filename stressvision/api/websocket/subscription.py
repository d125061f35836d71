"""What one WebSocket client wants to hear of."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.wire.events import AlertEvent, DetectionEvent, FeedEvent, Subscribe
from stressvision.wire.problems import validation_problem


@dataclass(frozen=True)
class Subscription:
    """`events` None: of every type. `employee_id` narrows the events that are about one person to one of them."""

    events: frozenset[str] | None = None
    employee_id: int | None = None

    def wants(self, event: FeedEvent | None) -> bool:
        """None: what is no event of the feed, and always wanted."""
        if event is None:
            return True
        if self.events is not None and event.type not in self.events:
            return False
        return self.employee_id is None or _person_of(event) in {self.employee_id, _NOBODY}


EVERYTHING = Subscription()

_NOBODY = 0
"""Of whom a report tells: it is about all, and nobody's id is 0."""


def _person_of(event: FeedEvent) -> int | None:
    if isinstance(event, DetectionEvent):
        seen: int | None = event.data["employee_id"]
        return seen
    return event.employee_id if isinstance(event, AlertEvent) else _NOBODY


def read_subscription(said: Mapping[str, object], language: Language) -> Subscribe:
    """What the client wrote. Raises InvalidInput naming each field at fault, in the client's language."""
    try:
        return Subscribe.model_validate(said)
    except ValidationError as error:
        detail = validation_problem(error.errors(), language).detail
        raise InvalidInput(Message(es=detail, en=detail)) from None


def subscription_of(asked: Subscribe) -> Subscription:
    return Subscription(frozenset(asked.events) if asked.events is not None else None, asked.employee_id)
