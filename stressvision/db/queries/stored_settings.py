"""Settings that were changed in the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import RowReader
from stressvision.db.schema.tables import stored_settings

_s = stored_settings.c


@dataclass(frozen=True)
class StoredSetting:
    """One stored setting. `value`: JSON."""

    name: str
    value: str
    recorded_by: str | None
    recorded_at: datetime


_read_setting = RowReader(StoredSetting)


def select_stored_settings(connection: Connection) -> Sequence[StoredSetting]:
    """Return every stored setting, by name."""
    query = select(*columns_for(StoredSetting, stored_settings)).order_by(_s.name)
    return _read_setting.many(connection.execute(query))


def store_setting(connection: Connection, setting: StoredSetting) -> None:
    """Store or replace one setting."""
    values = {"value": setting.value, "recorded_by": setting.recorded_by, "recorded_at": setting.recorded_at}
    changed = connection.execute(update(stored_settings).where(_s.name == setting.name).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(stored_settings).values(name=setting.name, **values))


def delete_setting(connection: Connection, name: str) -> None:
    """Delete one setting: the default applies again."""
    connection.execute(delete(stored_settings).where(_s.name == name))
