"""Context of every service call: database, settings, clock, and the actor on whose behalf it runs."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.core.files import is_private, make_private, restrict
from stressvision.db.engine.connection import Database, sqlite_path
from stressvision.db.schema.opening import (
    Opening,
    inspect_database,
    prepare_database,
    require_current,
)
from stressvision.domain.audit import BY_TOKEN
from stressvision.domain.auth import Role
from stressvision.services.device_instances import DeviceInstances
from stressvision.services.reads import ReadLog
from stressvision.services.stored_settings import load_effective

LAST_SEEN_INTERVAL = timedelta(seconds=1)


class Sightings:
    """Cache of the `last_seen` values this process has written: one write a second for each person and device.

    Shared between threads without a lock: a lost entry costs one extra write.
    """

    def __init__(self) -> None:
        self._written: dict[tuple[str, str | int], datetime] = {}

    def is_due(self, kind: str, name: str | int, at: datetime) -> bool:
        """Return whether `at` must be written; if so, it counts as written."""
        known = self._written.get((kind, name))
        if known is not None and abs(at - known) < LAST_SEEN_INTERVAL:
            return False
        self._written[kind, name] = at
        return True

    def forget(self) -> None:
        """Empty the cache, for when a transaction may have been rolled back."""
        self._written.clear()


@dataclass(frozen=True)
class Context:
    """What one process shares between all service calls."""

    database: Database
    settings: Settings
    clock: Clock = utc_now
    sightings: Sightings = field(default_factory=Sightings)
    instances: DeviceInstances = field(default_factory=DeviceInstances)
    reads: ReadLog = field(default_factory=ReadLog)
    environment: Settings | None = None
    """The settings without stored ones; None where the context does not follow these."""

    def refresh_settings(self) -> None:
        """Apply the settings stored since the last call; the only change of a context. Raise DatabaseUnavailable."""
        if self.environment is not None:
            object.__setattr__(self, "settings", load_effective(self.database, self.environment))

    def on_writes_resolved(self, listener: Callable[[], None]) -> None:
        """Have `listener` called, in another thread, each time that submitted writes have completed or failed."""
        self.database.queue.add_listener(listener)


@dataclass(frozen=True)
class Actor:
    """The caller, for permissions and the audit log.

    Without accounts, `user_id` is the name that the request states, and `role` is None.
    """

    user_id: str | None = None
    ip_address: str | None = None
    role: Role | None = None
    device_id: str | None = None
    """Device that the token belongs to, if any."""
    token_id: str | None = None
    """Access token of a program, named in the audit log; None for a person's own session."""
    credential: str | None = field(default=None, compare=False)
    """Id of the token or session that authenticated the request, checked again where credentials are issued."""

    @property
    def token_details(self) -> dict[str, object]:
        """The token, as details of an audit row."""
        return {BY_TOKEN: self.token_id} if self.token_id else {}

    def claiming(self, user_id: str | None) -> "Actor":
        """Return the actor under the user id that the request states; a logged-in actor keeps its own."""
        return self if self.role is not None or user_id is None else replace(self, user_id=user_id)


def require_user_id(actor: Actor) -> None:
    """Raise InvalidInput where the actor has no user id: every decision is recorded under a name."""
    if not actor.user_id:
        raise InvalidInput(
            Message(
                es='Falta user_id, la persona que decide: envíe {"user_id": "admin"} como JSON, o ?user_id=admin.',
                en='user_id, the person who decides, is missing: send {"user_id": "admin"} as JSON, or ?user_id=admin.',
            ),
            field="user_id",
        )


def open_context(settings: Settings, clock: Clock = utc_now) -> Context:
    """Open the configured database, migrated to this program's schema. Raises DatabaseUnavailable."""
    context, _ = open_context_with_outcome(settings, clock)
    return context


@contextmanager
def opened_context(settings: Settings) -> Iterator[Context]:
    """Yield an open context, and close its database after the block. Raises DatabaseUnavailable."""
    context = open_context(settings)
    with closing(context.database):
        yield context


def open_context_with_outcome(settings: Settings, clock: Clock = utc_now) -> tuple[Context, Opening]:
    """Open the context, and return with it what opening changed in the database. Raises DatabaseUnavailable."""
    database = Database(settings.database_url)
    path = sqlite_path(database.url)
    if path is not None and not path.exists():
        with suppress(OSError):  # SQLite explains it
            make_private(path)
    opening = prepare_database(database, clock())
    if path is not None:
        _restrict(path)
    database.check_replacement = lambda: require_current(database)
    context = Context(database, settings, clock, environment=settings)
    context.refresh_settings()
    return context, opening


def _restrict(path: Path) -> None:
    """Restrict the database and its journals to their owner: earlier versions, and restored copies, were 0644."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(OSError):  # another owner's file, or a disk without permissions
            if not is_private(file):
                restrict(file)


def check_database(settings: Settings) -> None:
    """Raise DatabaseUnavailable where open_context could not use the database; changes nothing."""
    inspect_database(Database(settings.database_url))
