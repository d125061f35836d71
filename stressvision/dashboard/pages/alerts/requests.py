"""Requests of the inbox."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.pages.alerts.query import InboxQuery
from stressvision.domain.alerts import Outcome
from stressvision.wire.alerts import Alert, AlertChanged, AlertDecision, AlertList, OutcomeCounts, UndoRequest

PAGE_ALERTS = 20
EARLIER_ALERTS = 6


def list_page(backend: BackendClient, query: InboxQuery, zone: ZoneInfo) -> AlertList:
    """Return the page of the query, the most urgent alerts first; resolved ones newest first."""
    order = "newest" if query.status in {"resolved", "all"} else "urgent"
    wanted = query.to_request(zone) | {"order": order, "page": query.page, "limit": PAGE_ALERTS}
    return backend.call(AlertList, "GET", "/api/alerts", None, **wanted)


def list_newest(backend: BackendClient, query: InboxQuery, zone: ZoneInfo) -> AlertList:
    """Return the newest alerts of the query."""
    return backend.call(AlertList, "GET", "/api/alerts", None, **query.to_request(zone), limit=PAGE_ALERTS)


def list_known(backend: BackendClient, ids: Sequence[int]) -> dict[int, Alert]:
    """Return these alerts as they are now."""
    if not ids:
        return {}
    answer = backend.call(AlertList, "GET", "/api/alerts", status="all", about="all", id=ids, limit=len(ids))
    return {alert.id: alert for alert in answer.alerts}


def list_earlier(backend: BackendClient, alert: Alert) -> list[Alert]:
    """Return the last alerts of the same person."""
    if alert.employee_id is None:
        return []
    answer = backend.call(
        AlertList, "GET", "/api/alerts", status="all", employee_id=alert.employee_id, limit=EARLIER_ALERTS
    )
    return [earlier for earlier in answer.alerts if earlier.id != alert.id]


def resolve(backend: BackendClient, alert: Alert, user_id: str, notes: str, outcome: Outcome | None) -> Alert:
    """Resolve an alert. Raise Conflict where it was decided on since."""
    decision = AlertDecision(user_id=user_id, notes=notes or None, version=alert.version, outcome=outcome)
    return backend.call(AlertChanged, "POST", f"/api/alerts/{alert.id}/resolve", decision).alert


def undo(backend: BackendClient, alert: Alert, user_id: str) -> Alert:
    """Take back the last decision on an alert. Raise Conflict where it is not the user's own any more."""
    request = UndoRequest(user_id=user_id, version=alert.version)
    return backend.call(AlertChanged, "POST", f"/api/alerts/{alert.id}/undo", request).alert


def outcomes(backend: BackendClient, days: int) -> OutcomeCounts:
    """Return how many resolved alerts of the last `days` were useful."""
    return backend.call(OutcomeCounts, "GET", "/api/alerts/outcomes", days=days)
