"""Alerts of devices: raised when one that was watching falls silent or gets no picture, resolved when it is back."""

from datetime import datetime, timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries import alerts as rows
from stressvision.db.queries.devices import DeviceSign, select_signs
from stressvision.domain.alerts import AlertStatus, AlertStep
from stressvision.domain.devices import STOPPED, WATCHING, Trouble, WatchedDevice, draft_of, is_over, trouble_of
from stressvision.domain.notifications import NoticeKind
from stressvision.services.alerts.history import HistoryStep, record_step
from stressvision.services.alerts.silenced import keep_device_quiet
from stressvision.services.context import Context
from stressvision.services.notifications import enqueue

RETURNED = "El dispositivo volvió, o se detuvo en orden."


class DeviceWatch:
    """One watcher's memory: since when it listens, and since when each device has said that it has no picture."""

    def __init__(self) -> None:
        self._listening_since: datetime | None = None
        self._looked_at: datetime | None = None
        self._without_picture: dict[str, datetime] = {}

    def look(self, context: Context) -> None:
        """Raises and resolves what is called for now."""
        minutes, now = context.settings.device_alert_minutes, context.clock()
        if not minutes:
            return
        patience = timedelta(minutes=minutes)
        listening_since = self._listen(now, patience)
        with context.database.read() as connection:
            devices = [self._device(row, now) for row in select_signs(connection)]
            alerts = rows.select_latest_device_alerts(connection)
        for device in devices:
            trouble = trouble_of(device, now, listening_since, patience)
            own = [alert for alert in alerts if alert.device_id == device.device_id]
            if trouble is not None and not any(_tells_of(alert, trouble) for alert in own):
                _raise(context, device, trouble)
            for alert in own:
                if alert.status != AlertStatus.RESOLVED and is_over(_trouble(alert), device):
                    _resolve(context, alert.id)

    def _listen(self, now: datetime, patience: timedelta) -> datetime:
        """Since when; anew where the watcher itself was away, as on a machine that slept."""
        if self._looked_at is None or self._listening_since is None or now - self._looked_at > 2 * patience:
            self._listening_since = now
        self._looked_at = now
        return self._listening_since

    def _device(self, row: DeviceSign, now: datetime) -> WatchedDevice:
        if row.state in {WATCHING, STOPPED}:
            self._without_picture.pop(row.device_id, None)
            return WatchedDevice(row.device_id, row.state, row.last_seen)
        since = self._without_picture.setdefault(row.device_id, now)
        return WatchedDevice(row.device_id, row.state, row.last_seen, since)


def _trouble(alert: rows.AlertRow) -> Trouble:
    return Trouble(alert.alert_type or "", alert.evidence_start or alert.timestamp)


def _tells_of(alert: rows.AlertRow, trouble: Trouble) -> bool:
    """An unresolved one, or one that somebody resolved by hand while the same trouble lasts."""
    if alert.alert_type != trouble.alert_type:
        return False
    return alert.status != AlertStatus.RESOLVED or (alert.evidence_start or alert.timestamp) >= trouble.since


def _raise(context: Context, device: WatchedDevice, trouble: Trouble) -> None:
    draft, now = draft_of(trouble, device.device_id), context.clock()
    with context.database.write() as connection:
        # Looked at again: another watcher may have been first.
        if any(_tells_of(alert, trouble) for alert in _alerts_of(connection, device.device_id)):
            return
        if keep_device_quiet(connection, context, draft, device.device_id):
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
                evidence=rows.AlertEvidence(evidence_start=trouble.since),
            ),
        )
        record_step(connection, alert_id, None, HistoryStep(AlertStep.RAISED, now))
        enqueue(connection, context, NoticeKind.DEVICE, alert_id)


def _resolve(context: Context, alert_id: int) -> None:
    now = context.clock()
    with context.database.write() as connection:
        row = rows.select_alert(connection, alert_id)
        if row is None or row.status == AlertStatus.RESOLVED:
            return
        decision = rows.AlertDecisionMade(AlertStatus.RESOLVED, now, notes=RETURNED)
        rows.record_decision(connection, alert_id, decision)
        record_step(connection, alert_id, None, HistoryStep(AlertStep.RESOLVED, now, notes=RETURNED))


def _alerts_of(connection: Connection, device_id: str) -> list[rows.AlertRow]:
    return [alert for alert in rows.select_latest_device_alerts(connection) if alert.device_id == device_id]
