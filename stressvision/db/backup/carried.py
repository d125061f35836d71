"""What a restoration must not undo: ended consents, revoked tokens, disabled accounts, changed passwords."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from stressvision.db.engine.connection import Connection, sqlite_driver

_QUERIES = {
    "withdrawn": "SELECT id FROM employees WHERE NOT consent_given",
    "inactive": "SELECT id FROM employees WHERE NOT is_active",
    "tokens": "SELECT token_id, revoked_at FROM access_tokens WHERE revoked_at IS NOT NULL",
    "accounts": "SELECT name, disabled_at, password_hash, password_changed_at FROM accounts",
    "audit": "SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1",
}
_REVOKE = text("UPDATE access_tokens SET revoked_at = :revoked_at WHERE token_id = :token_id AND revoked_at IS NULL")
_DISABLE = text("UPDATE accounts SET disabled_at = :disabled_at WHERE name = :name AND disabled_at IS NULL")
_SET_PASSWORD = text(
    "UPDATE accounts SET password_hash = :password_hash, password_changed_at = :password_changed_at "
    "WHERE name = :name AND password_changed_at < :password_changed_at"
)


@dataclass(frozen=True)
class Carried:
    """State of the previous database. `audit`: id and hash of its last entry of the audit log, or None."""

    withdrawn: frozenset[int]
    inactive: frozenset[int]
    tokens: tuple[tuple[Any, ...], ...]
    accounts: tuple[tuple[Any, ...], ...]
    audit: tuple[int, str] | None


def read_carried(path: Path) -> Carried:
    """Return what is to be carried over from a database file; nothing of tables that cannot be read."""
    found = {name: _select(path, query) for name, query in _QUERIES.items()}
    return Carried(
        withdrawn=frozenset(row[0] for row in found["withdrawn"]),
        inactive=frozenset(row[0] for row in found["inactive"]),
        tokens=found["tokens"],
        accounts=found["accounts"],
        audit=next(((int(row[0]), str(row[1])) for row in found["audit"]), None),
    )


def _select(path: Path, query: str) -> tuple[tuple[Any, ...], ...]:
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return tuple(connection.execute(query))
    except driver.Error:
        return ()


def carry_over_access(connection: Connection, carried: Carried) -> None:
    """Revoke tokens, disable accounts and set newer passwords as in the previous database."""
    for token_id, revoked_at in carried.tokens:
        connection.execute(_REVOKE, {"token_id": token_id, "revoked_at": revoked_at})
    for name, disabled_at, password_hash, changed_at in carried.accounts:
        if disabled_at is not None:
            connection.execute(_DISABLE, {"name": name, "disabled_at": disabled_at})
        named = {"name": name, "password_hash": password_hash, "password_changed_at": changed_at}
        connection.execute(_SET_PASSWORD, named)
