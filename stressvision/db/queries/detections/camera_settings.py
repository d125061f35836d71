"""Stored settings of each camera."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import Connection, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import ReadRow, RowReader, Shape
from stressvision.db.schema.tables import camera_settings
from stressvision.wire.cameras import CameraView

_c = camera_settings.c


@dataclass(frozen=True)
class CameraSettingsRow(ReadRow):
    """Settings of a camera. `view`: as JSON, None where another program wrote something else."""

    device_id: str
    revision: int
    view: Annotated[dict[str, Any] | None, Shape(CameraView)]
    changed_at: datetime | None
    changed_by: str | None
    paused_until: datetime | None
    pause_reason: str | None
    paused_by: str | None


@dataclass(frozen=True)
class StoredPause:
    """The pause of a camera; all None: it has none."""

    paused_until: datetime | None = None
    pause_reason: str | None = None
    paused_by: str | None = None


_read_settings = RowReader(CameraSettingsRow)


def select_camera_settings(connection: Connection, device_id: str) -> CameraSettingsRow | None:
    """Return the settings of a device's camera; None where none were stored."""
    query = select(*columns_for(CameraSettingsRow, camera_settings)).where(_c.device_id == device_id)
    return _read_settings.one(connection.execute(query).one_or_none())


def save_view(
    connection: Connection, device_id: str, view: dict[str, Any], revision: int, at: datetime, user_id: str | None
) -> None:
    """Store what a camera watches, under the next revision."""
    _upsert(connection, device_id, {"view": view, "revision": revision, "changed_at": at, "changed_by": user_id})


def save_pause(connection: Connection, device_id: str, pause: StoredPause) -> None:
    """Store the pause of a camera, or that it has none."""
    _upsert(connection, device_id, vars(pause))


def _upsert(connection: Connection, device_id: str, values: dict[str, Any]) -> None:
    changed = connection.execute(update(camera_settings).where(_c.device_id == device_id).values(values))
    if changed.rowcount == 0:
        first = {"device_id": device_id, "revision": 0, "view": CameraView().model_dump(mode="json")}
        connection.execute(insert(camera_settings).values({**first, **values}))
