"""The audit log: who did or looked at what."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert

from stressvision.db.tables import audit_log


def insert_audit(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(insert(audit_log).values(values))
