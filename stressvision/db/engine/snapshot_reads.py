"""Answers that rest on several queries of one snapshot, described apart from how the queries are sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from stressvision.db.engine.prepared import BoundQuery

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Answers:
    """The answers of queries."""

    by_query: Mapping[BoundQuery[Any], Any]

    def __getitem__(self, query: BoundQuery[T]) -> T:
        answer: T = self.by_query[query]
        return answer


@dataclass(frozen=True)
class SnapshotRead(Generic[T_co]):
    """Queries, and the function that combines their answers.

    SQLite is asked one after the other; PostgreSQL gets all of them at once where the event loop asks (pipeline.py).
    """

    queries: tuple[BoundQuery[Any], ...]
    combine: Callable[[Answers], T_co]

    def fetch(self, connection: Connection) -> T_co:
        """Return the answer from a connection of Database.read(). Raises sqlalchemy's DBAPIError."""
        return self.combine(Answers({query: query.fetch(connection) for query in self.queries}))


def read_alone(query: BoundQuery[T]) -> SnapshotRead[T]:
    """Return the read of one query."""
    return SnapshotRead((query,), lambda answers: answers[query])
