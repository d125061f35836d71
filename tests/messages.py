"""Messages inside the values of a module of texts."""

from collections.abc import Iterator

from stressvision.core.errors import Message


def messages(value: object) -> Iterator[Message]:
    if isinstance(value, Message):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from messages(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from messages(item)
