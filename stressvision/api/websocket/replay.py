"""What a client missed: events read again from the database, a page at a time. Reading raises DatabaseUnavailable."""

from contextlib import closing
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from stressvision.api.websocket.feed import OpenSource, enclose, read_on
from stressvision.api.websocket.hub import Batch
from stressvision.core.errors import InvalidInput, Message


@dataclass(frozen=True)
class Extent:
    """The ids of the first and the last event that are kept."""

    oldest: int
    last: int

    def misses_some_after(self, since: int) -> bool:
        """Whether events after `since` are gone, or `since` comes from another database."""
        return since < self.oldest - 1 or since > self.last


def parse_since(text: str | None) -> int | None:
    """Raises InvalidInput where it is not an event id."""
    if text is None or (text.isascii() and text.isdigit() and len(text) < 20):
        return None if text is None else int(text)
    raise InvalidInput(
        Message(
            es="since no es un id de evento: use el último id recibido, por ejemplo /ws?since=120.",
            en="since is not an event id: use the last id received, for example /ws?since=120.",
        ),
        field="since",
    )


async def read_extent(open_source: OpenSource) -> Extent:
    def read() -> Extent:
        with closing(open_source()) as source:
            return Extent(oldest=source.oldest_id(), last=source.last_id())

    return await run_in_threadpool(read)


async def read_batch(open_source: OpenSource, after: int) -> Batch:
    """The next events after the given id, in order; its position is `after` where there is none."""

    def read() -> Batch:
        with closing(open_source()) as source:
            return enclose(read_on(source, after))

    return await run_in_threadpool(read)
