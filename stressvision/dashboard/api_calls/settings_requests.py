"""Requests of the settings page."""

from collections.abc import Mapping

from stressvision.dashboard.client import HASHING_SECONDS, BackendClient
from stressvision.wire.notifications import NoticeQueue, RouteChange, RouteList, RouteNew
from stressvision.wire.settings import (
    AddressResults,
    AddressTest,
    RulePreview,
    SettingChange,
    SettingList,
    SettingValue,
    TargetRequest,
)

TEST_SECONDS = 50.0
PREVIEW_SECONDS = 30.0


def read_settings(backend: BackendClient) -> SettingList:
    """Return every setting that may be changed."""
    return backend.call(SettingList, "GET", "/api/settings")


def change_settings(backend: BackendClient, values: Mapping[str, SettingValue], user_id: str) -> SettingList:
    """Store values by name. Raise InvalidInput, Conflict."""
    change = SettingChange(values=dict(values))
    return backend.call(SettingList, "PATCH", "/api/settings", change, user_id=user_id)


def preview_rules(backend: BackendClient, values: Mapping[str, SettingValue]) -> RulePreview:
    """Return how many alerts other thresholds would have created."""
    change = SettingChange(values=dict(values))
    return backend.patiently(PREVIEW_SECONDS).call(RulePreview, "POST", "/api/settings/preview", change)


def add_target(backend: BackendClient, address: str, user_id: str) -> NoticeQueue:
    """Store an address of notifications."""
    request = TargetRequest(address=address)
    return backend.call(NoticeQueue, "POST", "/api/notifications/targets", request, user_id=user_id)


def remove_target(backend: BackendClient, target: str, user_id: str) -> NoticeQueue:
    """Remove an address of notifications."""
    return backend.call(NoticeQueue, "DELETE", f"/api/notifications/targets/{target}", user_id=user_id)


def read_routes(backend: BackendClient) -> RouteList:
    """Return the destinations with a filter."""
    return backend.call(RouteList, "GET", "/api/notifications/routes")


def add_route(backend: BackendClient, route: RouteNew, user_id: str) -> RouteList:
    """Store a destination. Raise InvalidInput, Conflict."""
    patient = backend.patiently(HASHING_SECONDS)
    return patient.call(RouteList, "POST", "/api/notifications/routes", route, user_id=user_id)


def change_route(backend: BackendClient, target: str, route: RouteChange, user_id: str) -> RouteList:
    """Replace the filter of a destination. Raise InvalidInput, Conflict, NotFound."""
    patient = backend.patiently(HASHING_SECONDS)
    return patient.call(RouteList, "PUT", f"/api/notifications/routes/{target}", route, user_id=user_id)


def remove_route(backend: BackendClient, target: str, user_id: str) -> RouteList:
    """Remove a destination."""
    return backend.call(RouteList, "DELETE", f"/api/notifications/routes/{target}", user_id=user_id)


def send_test(backend: BackendClient, address: str | None = None, target: str | None = None) -> AddressResults:
    """Send a test to an address, to a configured recipient, or to every configured one."""
    request = AddressTest(address=address, target=target)
    return backend.patiently(TEST_SECONDS).call(AddressResults, "POST", "/api/notifications/test", request)
