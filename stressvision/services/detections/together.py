"""Storing many detections with few statements, where none of them needs an answer of its own.

Detections that a device sends are nearly always new, of consenting employees and of its own session. This is checked
once for all of them, and they are inserted together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stressvision.core.clock import latest_credible
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections import detections as rows
from stressvision.db.queries.detections.devices import DeviceReport, upsert_device
from stressvision.db.queries.detections.identity import find_identity
from stressvision.db.queries.detections.sessions import find_session
from stressvision.db.queries.people.employees import touch_employees
from stressvision.domain.emotions import FATIGUE_EMOTIONS, STRESS_EMOTIONS, is_too_far_ahead
from stressvision.services.alerts.creation import create_alert_if_due
from stressvision.services.context import Context
from stressvision.services.detections.single import kept_emotion, session_name, to_row
from stressvision.wire.detections import DetectionAccepted, DetectionIn

_ALERTING = frozenset(str(emotion) for emotion in (*STRESS_EMOTIONS, *FATIGUE_EMOTIONS))


@dataclass(frozen=True)
class Prepared:
    """Valid detections. `rows`: in the order of the detections; their sessions are still unknown."""

    detections: Sequence[DetectionIn]
    rows: Sequence[rows.NewDetection]
    now: datetime


def prepare(context: Context, detections: Sequence[DetectionIn]) -> Prepared | None:
    """Return the rows of the detections; None where one of them is refused already."""
    now = context.clock()
    if any(is_too_far_ahead(item.timestamp, now) for item in detections):
        return None
    return Prepared(detections, [to_row(context, item, kept_emotion(context, item), now) for item in detections], now)


def store_together(connection: Connection, context: Context, batch: Prepared) -> list[DetectionAccepted] | None:
    """Store all detections; None, and nothing written, where one of them is refused or was stored before."""
    sessions = _find_sessions(connection, batch.detections)
    if sessions is None or not _fit_together(connection, batch.detections):
        return None
    names = [sessions[item.device_id, session_name(item)] for item in batch.detections]
    alerting = set[int]()
    if any(map(_may_alert, batch.rows)):
        if not rows.may_all_be_stored(connection, batch.rows):
            return None
        ids = _insert_with_alerts(connection, context, batch.rows, names, alerting)
    else:
        ids = rows.insert_all_permitted(connection, batch.rows, names)
        if len(ids) < len(batch.rows):
            return None
    _note_sightings(connection, context, batch)
    return [
        DetectionAccepted(
            detection_id=row_id,
            alert_created=place in alerting,
            emotion_withheld=row.emotion is None and item.emotion is not None,
        )
        for place, (row_id, row, item) in enumerate(zip(ids, batch.rows, batch.detections, strict=True))
    ]


def _fit_together(connection: Connection, detections: Sequence[DetectionIn]) -> bool:
    """Return whether all employees are named by this database's ids, and no event is in the batch twice."""
    named_in = {item.database_id for item in detections if item.employee_id is not None and item.database_id}
    events = [item.event_id for item in detections if item.event_id is not None]
    return len(set(events)) == len(events) and (not named_in or named_in == {find_identity(connection)})


def _may_alert(row: rows.NewDetection) -> bool:
    return row.employee_id is not None and row.emotion in _ALERTING


def _find_sessions(
    connection: Connection, detections: Sequence[DetectionIn]
) -> dict[tuple[str, int | str | None], int | None] | None:
    """Return the row id of each named session by device and name; None where one is not of the device."""
    found: dict[tuple[str, int | str | None], int | None] = {}
    for device_id, session in {(item.device_id, session_name(item)) for item in detections}:
        row = None if session is None else find_session(connection, session)
        if session is not None and (row is None or row.device_id != device_id):
            return None
        found[device_id, session] = row.id if row is not None else None
    return found


def _insert_with_alerts(
    connection: Connection,
    context: Context,
    new: Sequence[rows.NewDetection],
    names: Sequence[int | None],
    alerting: set[int],
) -> list[int]:
    """Insert all rows and return their ids. An alert counts the rows up to its own, as with single detections.

    Adds to `alerting` the places of those that created one.
    """
    ids: list[int] = []
    for place, row in enumerate(new):
        if row.employee_id is not None and row.emotion is not None and _may_alert(row):
            ids += rows.insert_many(connection, new[len(ids) : place + 1], names[len(ids) : place + 1])
            if create_alert_if_due(connection, context, row.employee_id, row.emotion, row.timestamp) is not None:
                alerting.add(place)
    return ids + rows.insert_many(connection, new[len(ids) :], names[len(ids) :])


def _note_sightings(connection: Connection, context: Context, batch: Prepared) -> None:
    for device_id in {row.device_id for row in batch.rows}:
        if context.sightings.is_due("device", device_id, batch.now):
            upsert_device(connection, device_id, DeviceReport(last_seen=batch.now))
    seen: dict[int, datetime] = {}
    for row in batch.rows:
        if row.employee_id is not None:
            seen[row.employee_id] = max(row.timestamp, seen.get(row.employee_id, row.timestamp))
    due = {person: last for person, last in seen.items() if context.sightings.is_due("employee", person, last)}
    touch_employees(connection, due, latest_credible(batch.now))
