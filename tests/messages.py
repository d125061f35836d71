"""Messages inside the values of a module of texts."""

from collections.abc import Iterator

from stressvision.core.errors import Message


def messages(value: object) -> Iterator[Message]:
    """Yield every text in a value, its dicts and tuples included."""
    if isinstance(value, Message):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from messages(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from messages(item)
