"""Alerts of devices: created when a watching device goes silent or loses its picture, resolved when it returns."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.core.clock import MonotonicClock
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import alerts as rows
from stressvision.db.queries.alerts.alert_history import NewAlertStep, insert_step
from stressvision.db.queries.detections.devices import DeviceSign, select_signs
from stressvision.domain.alerts import AlertStatus, AlertStep
from stressvision.domain.devices import (
    PAUSED,
    STOPPED,
    WATCHING,
    Outage,
    WatchedDevice,
    draft_device_alert,
    find_outage,
    has_ended,
)
from stressvision.domain.notifications import NoticeKind
from stressvision.services.alerts.silences import record_if_device_silenced
from stressvision.services.context import Context
from stressvision.services.notifications import enqueue

RETURNED = "El dispositivo volvió, o se detuvo en orden."


@dataclass
class _Heard:
    """The last report of a device, and when this watcher first saw it or a missing picture, in monotonic seconds."""

    last_seen: datetime
    at: float
    without_picture_since: datetime | None = None
    without_picture_at: float = 0.0


class DeviceWatch:
    """State of one watcher. It measures silence by its own monotonic clock, because stored times may be wrong."""

    def __init__(self, monotonic: MonotonicClock = time.monotonic) -> None:
        self._monotonic = monotonic
        self._listening_since = 0.0
        self._checked_at: float | None = None
        self._heard: dict[str, _Heard] = {}

    def check(self, context: Context) -> None:
        """Create and resolve the device alerts that are due now."""
        minutes = context.settings.device_alert_minutes
        if not minutes:
            return
        patience = timedelta(minutes=minutes)
        passed = self._listen(patience)
        with context.database.read() as connection:
            devices = [self._watch(row, context.clock(), passed) for row in select_signs(connection)]
            alerts = rows.select_latest_device_alerts(connection)
        for device in devices:
            outage = find_outage(device, patience)
            own = [alert for alert in alerts if alert.device_id == device.device_id]
            if outage is not None and not any(_covers(alert, outage) for alert in own):
                _create(context, device, outage)
            for alert in own:
                if alert.status != AlertStatus.RESOLVED and has_ended(_outage(alert), device):
                    _resolve(context, alert.id)

    def _listen(self, patience: timedelta) -> float:
        """Return the seconds since the last check; listen from now on where the watcher has just started or paused."""
        now = self._monotonic()
        passed = 0.0 if self._checked_at is None else now - self._checked_at
        if self._checked_at is None or passed > 2 * patience.total_seconds():
            self._listening_since = now
        self._checked_at = now
        return passed

    def _watch(self, row: DeviceSign, wall: datetime, passed: float) -> WatchedDevice:
        now = self._monotonic()
        heard = self._heard.get(row.device_id)
        if heard is None or heard.last_seen != row.last_seen:
            # A report that the last check did not see has come since: a stored time that contradicts it is wrong.
            age = (wall - row.last_seen).total_seconds()
            since, at = (heard.without_picture_since, heard.without_picture_at) if heard else (None, now)
            heard = _Heard(row.last_seen, now - age if 0 <= age <= passed else now, since, at)
            self._heard[row.device_id] = heard
        if row.state in {WATCHING, PAUSED, STOPPED}:
            heard.without_picture_since = None
        elif heard.without_picture_since is None:
            heard.without_picture_since, heard.without_picture_at = wall, now
        return WatchedDevice(
            row.device_id,
            row.state,
            row.last_seen,
            timedelta(seconds=now - max(heard.at, self._listening_since)),
            heard.without_picture_since,
            timedelta(seconds=now - heard.without_picture_at),
        )


def _outage(alert: rows.AlertRow) -> Outage:
    return Outage(alert.alert_type or "", alert.evidence_start or alert.timestamp)


def _covers(alert: rows.AlertRow, outage: Outage) -> bool:
    """Return whether the alert is unresolved, or was resolved by hand while the same outage lasts."""
    if alert.alert_type != outage.alert_type:
        return False
    return alert.status != AlertStatus.RESOLVED or _outage(alert) == outage


def _create(context: Context, device: WatchedDevice, outage: Outage) -> None:
    draft, now = draft_device_alert(outage, device.device_id), context.clock()
    with context.database.write() as connection:
        # Checked again inside the transaction: another watcher may have been first.
        if any(_covers(alert, outage) for alert in _alerts_of(connection, device.device_id)):
            return
        if record_if_device_silenced(connection, context, draft, device.device_id):
            return
        alert_id = rows.insert_alert(
            connection,
            rows.NewAlert(
                timestamp=now,
                device_id=device.device_id,
                alert_type=draft.alert_type,
                severity=str(draft.severity),
                description=draft.description,
                created_at=now,
                evidence=rows.AlertEvidence(evidence_start=outage.since),
            ),
        )
        insert_step(connection, NewAlertStep(now, str(AlertStep.RAISED), alert_id))
        enqueue(connection, context, NoticeKind.DEVICE, alert_id)


def _resolve(context: Context, alert_id: int) -> None:
    now = context.clock()
    with context.database.write() as connection:
        row = rows.select_alert(connection, alert_id)
        if row is None or row.status == AlertStatus.RESOLVED:
            return
        rows.record_decision(connection, alert_id, rows.AlertDecisionMade(AlertStatus.RESOLVED, now, notes=RETURNED))
        insert_step(connection, NewAlertStep(now, str(AlertStep.RESOLVED), alert_id, notes=RETURNED))


def _alerts_of(connection: Connection, device_id: str) -> list[rows.AlertRow]:
    return [alert for alert in rows.select_latest_device_alerts(connection) if alert.device_id == device_id]
