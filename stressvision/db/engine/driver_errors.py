"""Errors of the database drivers: wrapped as SQLAlchemy's, without values of rows, and explained to the operator."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Dialect
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, ProgrammingError

from stressvision.core.errors import DatabaseUnavailable, InvalidInput, Message
from stressvision.db.engine.urls import sqlite_path

_DRIVER_FAULTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("locked", "busy"),
        "La base de datos {where} está ocupada por otro programa. Ciérrelo o espere y repita.",
        "Database {where} is in use by another program. Close it, or wait and try again.",
    ),
    (
        ("full",),
        "No queda espacio en el disco de {where}: no se guardó nada. Libere espacio y repita.",
        "The disk of {where} is full: nothing was stored. Free some space and try again.",
    ),
    (
        ("readonly", "read-only", "permission"),
        "No se puede escribir en {where}. Revise los permisos del archivo y de su carpeta.",
        "{where} cannot be written. Check the permissions of the file and its folder.",
    ),
    (
        ("unable to open",),
        "No se puede abrir {where}. Revise que la carpeta exista y que tenga permisos.",
        "{where} cannot be opened. Check that its folder exists and its permissions.",
    ),
    (
        ("not a database", "malformed"),
        "{where} no es una base de datos SQLite sana. Restaure una copia o use otro archivo.",
        "{where} is not a sound SQLite database. Restore a backup or use another file.",
    ),
)
"""Words of a driver's error message, and the Spanish and English texts for it; the first match applies."""


_TOO_LARGE = Message(
    es="Un número es demasiado grande: no hay ninguna fila con ese id.",
    en="A number is too large: there is no row with that id.",
)
"""PostgreSQL's ids have 32 bits; SQLite compares any id."""


def hide_row(fault: ExceptionContext) -> None:
    """Keep the first line of an error: in those after it, PostgreSQL repeats the row that it refused."""
    for error in (fault.original_exception, fault.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def wrap_driver_error(statement: str, error: Exception, dialect: Dialect) -> DBAPIError:
    """Return sqlalchemy's error for one of SQLite's driver, of a statement that was passed to the driver itself."""
    base = dialect.loaded_dbapi.Error
    wrapped = DBAPIError.instance(statement, None, error, base, hide_parameters=True, dialect=dialect)
    assert isinstance(wrapped, DBAPIError)  # noqa: S101  other errors are not the driver's
    return wrapped


@contextmanager
def translate_errors(url: URL) -> Iterator[None]:
    """Raise the DatabaseUnavailable for a driver error of the block."""
    try:
        yield
    except DatabaseError as error:
        if (translated := translate_error(error, url)) is error:
            raise
        raise translated from error


def translate_error(error: Exception, url: URL) -> Exception:
    """Return the DatabaseUnavailable for a driver error; any other error unchanged."""
    if not isinstance(error, DatabaseError) or isinstance(error, IntegrityError | ProgrammingError):
        return error
    is_too_large = type(error.orig).__name__ == "NumericValueOutOfRange"  # of psycopg, not imported for SQLite
    translated = InvalidInput(_TOO_LARGE) if is_too_large else explain_driver_error(error.orig, url)
    translated.__cause__ = error
    return translated


def explain_driver_error(cause: BaseException | None, url: URL) -> DatabaseUnavailable:
    """Return the error that explains a driver's error to the operator, without any value of any row.

    Its text is also shown without a login: of a server it names the database alone, neither user nor host.
    """
    where = sqlite_path(url) or f"«{url.database}»"
    reason = str(cause).lower()
    for words, es, en in _DRIVER_FAULTS:
        if any(word in reason for word in words):
            return DatabaseUnavailable(Message(es=es.format(where=where), en=en.format(where=where)))
    kind = type(cause).__name__
    if sqlite_path(url):
        return DatabaseUnavailable(
            Message(
                es=f"La base de datos {where} no se puede usar ({cause}). Restaure una copia o use otro archivo.",
                en=f"Database {where} cannot be used ({cause}). Restore a backup or use another file.",
            )
        )
    return DatabaseUnavailable(
        Message(
            es=f"La base de datos {where} no responde ({kind}). Revise que PostgreSQL esté en marcha, en "
            "la dirección de STRESSVISION_DATABASE_URL, y repita.",
            en=f"Database {where} does not answer ({kind}). Check that PostgreSQL runs at the address in "
            "STRESSVISION_DATABASE_URL, and try again.",
        )
    )
