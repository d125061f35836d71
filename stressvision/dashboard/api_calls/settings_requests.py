"""Requests of the settings page."""

from collections.abc import Mapping

from stressvision.dashboard.client import BackendClient
from stressvision.wire.notifications import NoticeQueue
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


def test_addresses(backend: BackendClient, address: str | None) -> AddressResults:
    """Send a test to one address, or to every configured one for None."""
    request = AddressTest(address=address) if address else AddressTest()
    return backend.patiently(TEST_SECONDS).call(AddressResults, "POST", "/api/notifications/test", request)
