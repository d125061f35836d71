"""Move of the database from SQLite to PostgreSQL."""

from contextlib import closing

from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.db.backup.moving import copy_database
from stressvision.db.engine.connection import Database
from stressvision.services.context import open_context


def move_database(settings: Settings, target_url: str) -> int:
    """Copy the configured SQLite file into an empty PostgreSQL database, and return the number of rows.

    Args:
        settings: Names the SQLite file, which stays as it is.
        target_url: `postgresql://…`; the database is migrated to this program's schema first.

    Raises:
        InvalidInput: The source is not SQLite, or the target is not PostgreSQL.
        Conflict: The target is not empty.
        DatabaseUnavailable: One of the two does not answer.
    """
    with (
        closing(open_context(settings).database) as source,
        closing(Database(target_url)) as target,
    ):
        if not source.is_sqlite or target.is_sqlite:
            raise InvalidInput(
                Message(
                    es="Se mueve de un archivo SQLite (STRESSVISION_DATABASE_URL) a PostgreSQL (--to postgresql://…).",
                    en="Move from an SQLite file (STRESSVISION_DATABASE_URL) to PostgreSQL (--to postgresql://…).",
                ),
                field="--to",
            )
        open_context(settings.model_copy(update={"database_url": target_url})).database.close()
        return copy_database(source, target)
