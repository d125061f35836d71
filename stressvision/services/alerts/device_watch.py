"""Alerts of devices: created when a watching device goes silent or loses its picture, resolved when it returns."""

from datetime import datetime, timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries import alerts as rows
from stressvision.db.queries.alert_history import NewAlertStep, insert_step
from stressvision.db.queries.devices import DeviceSign, select_signs
from stressvision.domain.alerts import AlertStatus, AlertStep
from stressvision.domain.devices import (
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


class DeviceWatch:
    """State of one watcher: since when it has run, and since when each device has reported a missing picture."""

    def __init__(self) -> None:
        self._listening_since: datetime | None = None
        self._checked_at: datetime | None = None
        self._without_picture: dict[str, datetime] = {}

    def check(self, context: Context) -> None:
        """Create and resolve the device alerts that are due now."""
        minutes, now = context.settings.device_alert_minutes, context.clock()
        if not minutes:
            return
        patience = timedelta(minutes=minutes)
        listening_since = self._listen(now, patience)
        with context.database.read() as connection:
            devices = [self._device(row, now) for row in select_signs(connection)]
            alerts = rows.select_latest_device_alerts(connection)
        for device in devices:
            outage = find_outage(device, now, listening_since, patience)
            own = [alert for alert in alerts if alert.device_id == device.device_id]
            if outage is not None and not any(_covers(alert, outage) for alert in own):
                _create(context, device, outage)
            for alert in own:
                if alert.status != AlertStatus.RESOLVED and has_ended(_outage(alert), device):
                    _resolve(context, alert.id)

    def _listen(self, now: datetime, patience: timedelta) -> datetime:
        """Return since when devices could be heard: from now on, where the watcher itself paused, as in suspension."""
        if self._checked_at is None or self._listening_since is None or now - self._checked_at > 2 * patience:
            self._listening_since = now
        self._checked_at = now
        return self._listening_since

    def _device(self, row: DeviceSign, now: datetime) -> WatchedDevice:
        if row.state in {WATCHING, STOPPED}:
            self._without_picture.pop(row.device_id, None)
            return WatchedDevice(row.device_id, row.state, row.last_seen)
        since = self._without_picture.setdefault(row.device_id, now)
        return WatchedDevice(row.device_id, row.state, row.last_seen, since)


def _outage(alert: rows.AlertRow) -> Outage:
    return Outage(alert.alert_type or "", alert.evidence_start or alert.timestamp)


def _covers(alert: rows.AlertRow, outage: Outage) -> bool:
    """Return whether the alert is unresolved, or was resolved by hand while the same outage lasts."""
    if alert.alert_type != outage.alert_type:
        return False
    return alert.status != AlertStatus.RESOLVED or (alert.evidence_start or alert.timestamp) >= outage.since


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
