"""The identity of the database: row ids mean the same in every copy that has it, and nothing in another one."""

from sqlalchemy import Connection, exists, insert, literal, select

from stressvision.db.engine.prepared import PreparedStatement
from stressvision.db.schema.tables import database_identity

_i = database_identity.c
_ID = PreparedStatement(select(_i.id))


def find_identity(connection: Connection) -> str:
    """Return the id; empty before `store_identity`."""
    return _ID.fetch_scalar(connection, {}) or ""


def store_identity(connection: Connection, identity: str) -> None:
    """Store the id, unless there is one."""
    new = select(literal(1), literal(identity)).where(~exists(select(_i.id)))
    connection.execute(insert(database_identity).from_select(["only_row", "id"], new))
