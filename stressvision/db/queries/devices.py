"""What the devices last said, for who watches over them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from stressvision.db.schema.tables import devices


def select_signs(connection: Connection) -> Sequence[Row[Any, Any, Any]]:
    """(device_id, state, last_seen) of every device that tells of its health.

    Of one that only posts detections nothing is heard while nobody passes: its silence means nothing.
    """
    query = select(devices.c.device_id, devices.c.state, devices.c.last_seen)
    return connection.execute(query.where(devices.c.outbox_depth.is_not(None)).order_by(devices.c.device_id)).all()


def has_device(connection: Connection, device_id: str) -> bool:
    query = select(devices.c.device_id).where(devices.c.device_id == device_id)
    return connection.execute(query).first() is not None
