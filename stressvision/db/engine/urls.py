"""Database URLs: the two kinds that are accepted, and the file of an SQLite one."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from stressvision.core.errors import ConfigurationError, DatabaseUnavailable, Message


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite URL, None for PostgreSQL."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def require_regular_file(path: Path | None) -> None:
    """Raise DatabaseUnavailable where the path names a folder, a pipe or a device, or cannot be a file's name."""
    try:
        is_usable = path is None or not path.exists() or path.is_file()
        reason = "no es un archivo", "is not a file"
    except OSError as error:  # such as a name that is too long
        is_usable, reason = False, (str(error.strerror), str(error.strerror))
    if not is_usable:
        raise DatabaseUnavailable(
            Message(
                es=f"{path} no puede ser la base de datos: {reason[0]}. Use otro en STRESSVISION_DATABASE_URL.",
                en=f"{path} cannot be the database: {reason[1]}. Use another one in STRESSVISION_DATABASE_URL.",
            )
        )


def parse_url(database_url: str) -> URL:
    """Parse a database URL. Raises ConfigurationError for anything but sqlite:///file and postgresql://…"""
    try:
        url = make_url(database_url)
    except ArgumentError:
        url = None
    if url is not None and url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url is not None and url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise ConfigurationError(
        Message(
            es="STRESSVISION_DATABASE_URL debe ser sqlite:///archivo.db o postgresql://usuario@servidor/base.",
            en="STRESSVISION_DATABASE_URL must be sqlite:///file.db or postgresql://user@server/database.",
        ),
        field="STRESSVISION_DATABASE_URL",
    )
