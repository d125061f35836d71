"""Kiosks for self-reports, and the personal codes that are typed there, by their hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.schema.tables import employees, kiosk_codes, kiosks

_k, _c = kiosks.c, kiosk_codes.c


@dataclass(frozen=True)
class KioskRow:
    """A kiosk. `location`: where it stands."""

    id: int
    location: str
    created_by: str | None
    created_at: datetime


_IN_USE = select(*columns_for(KioskRow, kiosks)).where(_k.ended_at.is_(None))


def insert_kiosk(connection: Connection, location: str, digest: str, created_by: str | None) -> int:
    """Store a kiosk and return its id."""
    values = {"location": location, "secret_hash": digest, "created_by": created_by}
    return int(connection.execute(insert(kiosks).values(values).returning(_k.id)).scalar_one())


def select_kiosks(connection: Connection) -> Sequence[KioskRow]:
    """Return the kiosks in use, the oldest first."""
    return [KioskRow(*row) for row in connection.execute(_IN_USE.order_by(_k.id))]


def find_kiosk(connection: Connection, digest: str) -> KioskRow | None:
    """Return the kiosk in use with that hash, or None."""
    row = connection.execute(_IN_USE.where(_k.secret_hash == digest)).one_or_none()
    return None if row is None else KioskRow(*row)


def end_kiosk(connection: Connection, kiosk_id: int, at: datetime) -> bool:
    """End a kiosk; return False where none in use has that id."""
    query = update(kiosks).where(_k.id == kiosk_id, _k.ended_at.is_(None))
    return bool(connection.execute(query.values(ended_at=at)).rowcount)


def replace_code(connection: Connection, employee_id: int, digest: str) -> bool:
    """Store the code of an employee in place of an earlier one; return False where another has the same."""
    taken = connection.execute(select(_c.id).where(_c.code_hash == digest)).first() is not None
    if not taken:
        connection.execute(delete(kiosk_codes).where(_c.employee_id == employee_id))
        connection.execute(insert(kiosk_codes).values(employee_id=employee_id, code_hash=digest))
    return not taken


def find_code_owner(connection: Connection, digest: str) -> int | None:
    """Return the id of the active employee with that code, or None."""
    query = select(_c.employee_id).join(employees, employees.c.id == _c.employee_id)
    found: int | None = connection.execute(
        query.where(_c.code_hash == digest, employees.c.is_active)
    ).scalar_one_or_none()
    return found
