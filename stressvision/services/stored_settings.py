"""The settings in force: those of the environment, then those stored in the database, then the defaults."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError

from stressvision.core.config import Settings
from stressvision.core.settings.installation import GeneralSettings, NetworkSettings
from stressvision.core.settings.operation import AlertSettings, NotificationSettings, RetentionSettings
from stressvision.db.engine.connection import Database
from stressvision.db.queries.stored_settings import select_stored_settings

log = structlog.get_logger()


class SettingGroup(StrEnum):
    """The sections of the settings page."""

    ALERTS = "alerts"
    NOTIFICATIONS = "notifications"
    RETENTION = "retention"
    BACKUPS = "backups"
    POLICY = "policy"


@dataclass(frozen=True)
class StorableSetting:
    """A setting that may be stored. `model`: the group of the settings tree it belongs to.

    `is_live`: it applies within seconds; otherwise at the next start of the programs.
    """

    name: str
    group: SettingGroup
    model: type[BaseModel]
    is_live: bool = True


def _of(group: SettingGroup, model: type[BaseModel], *names: str) -> Iterable[StorableSetting]:
    return (StorableSetting(name, group, model) for name in names)


STORABLE: Mapping[str, StorableSetting] = {
    setting.name: setting
    for setting in (
        *_of(
            SettingGroup.ALERTS,
            AlertSettings,
            "min_stress_events",
            "alert_window_minutes",
            "alert_min_confidence",
            "alert_quiet_minutes",
            "min_fatigue_events",
            "stress_threshold",
            "escalation_minutes",
            "device_silent_seconds",
            "device_alert_minutes",
        ),
        *_of(
            SettingGroup.NOTIFICATIONS,
            NotificationSettings,
            "notify_urls",
            "notify_routes",
            "notify_events",
            "notify_quiet_hours",
            "notify_quiet_except",
            "notify_give_up_days",
            "weekly_report_day",
            "weekly_report_hour",
        ),
        *_of(SettingGroup.NOTIFICATIONS, NetworkSettings, "dashboard_url"),
        *_of(
            SettingGroup.RETENTION,
            RetentionSettings,
            "retention_detections_days",
            "retention_rollups_days",
            "retention_reports_days",
            "retention_alerts_days",
            "retention_audit_days",
        ),
        *_of(SettingGroup.BACKUPS, RetentionSettings, "backup_hours", "backup_keep"),
        StorableSetting("backup_seconds", SettingGroup.BACKUPS, RetentionSettings, is_live=False),
        *_of(SettingGroup.POLICY, GeneralSettings, "policy"),
    )
}
"""Ports, paths, keys and the database stay in the environment: a wrong one would close the console that corrects it."""

SECRET = frozenset({"notify_urls", "notify_routes"})
"""Settings whose values are never returned."""


def fixed_settings(environment: Settings) -> frozenset[str]:
    """Return the storable settings that the environment, `.env` or a command line sets: stored values do not apply."""
    return frozenset(STORABLE) & environment.model_fields_set


def validate_value(name: str, value: object) -> Any:
    """Return a storable setting's value in its type. Raise ValidationError where it is not valid."""
    model = STORABLE[name].model
    return getattr(model.model_validate({name: value}), name)


def overlay(environment: Settings, stored: Mapping[str, object]) -> Settings:
    """Return the settings with stored values where the environment has none; an invalid stored value is left out."""
    fixed = fixed_settings(environment)
    values: dict[str, Any] = {}
    for name, value in stored.items():
        if name not in STORABLE or name in fixed:
            continue
        try:
            values[name] = validate_value(name, value)
        except ValidationError:
            log.warning("stored setting left out", setting=name)
    return environment.model_copy(update=values) if values else environment


def load_effective(database: Database, environment: Settings) -> Settings:
    """Return the settings in force. Raise DatabaseUnavailable."""
    with database.read() as connection:
        stored = {row.name: read_value(row.value) for row in select_stored_settings(connection)}
    return overlay(environment, stored)


def read_value(text: str) -> object:
    """Return the value of a JSON text; None, valid for no setting, where it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None
