"""What every service works with, and for whom."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings
from stressvision.db.engine.connection import Database, sqlite_path
from stressvision.db.schema.opening import Opening, OpeningOutcome, inspect_database, prepare_database
from stressvision.domain.roles import Role
from stressvision.services.reads import ReadLog
from stressvision.services.sightings import Sightings


@dataclass(frozen=True)
class Context:
    database: Database
    settings: Settings
    clock: Clock = utc_now
    sightings: Sightings = field(default_factory=Sightings)
    reads: ReadLog = field(default_factory=ReadLog)


@dataclass(frozen=True)
class Actor:
    """Who asks, for the audit log. Without accounts `user_id` is what the caller says of itself, and `role` is None."""

    user_id: str | None = None
    ip_address: str | None = None
    role: Role | None = None
    device_id: str | None = None
    """The device whose token was shown."""

    def claiming(self, user_id: str | None) -> "Actor":
        """As whom this is recorded, where the request names somebody: once there are accounts, that does not count."""
        return self if self.role is not None or user_id is None else replace(self, user_id=user_id)


def open_context(settings: Settings, clock: Clock = utc_now) -> Context:
    """Opens the configured database, brought to this program's schema. Raises DatabaseUnavailable."""
    context, _ = open_context_telling(settings, clock)
    return context


@contextmanager
def opened_context(settings: Settings) -> Iterator[Context]:
    """As open_context, closed with the block."""
    context = open_context(settings)
    with closing(context.database):
        yield context


def open_context_telling(settings: Settings, clock: Clock = utc_now) -> tuple[Context, Opening]:
    """As open_context, and tells what opening did to the database."""
    database = Database(settings.database_url)
    opening = prepare_database(database, clock())
    path = sqlite_path(database.url)
    if path is not None and opening.outcome is OpeningOutcome.CREATED:
        path.chmod(0o600)
    return Context(database, settings, clock), opening


def check_database(settings: Settings) -> None:
    """Whether open_context would find a database it can use; changes nothing. Raises DatabaseUnavailable."""
    inspect_database(Database(settings.database_url))
