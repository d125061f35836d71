"""Settings of operation: reports and alerts, notifications, retention and backups."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from stressvision.core.notice_routes import NoticeRoute, parse_routes
from stressvision.core.settings.types import (
    Days,
    Detections,
    Minutes,
    Note,
    RetentionDays,
    WholeSeconds,
    split_commas,
)

QUIET_HOURS = r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
_BETWEEN_ADDRESSES = re.compile(r"[,\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")


class AlertSettings(BaseModel):
    """Reports and alerts"""

    interval_minutes: Annotated[Minutes, Note(specification="interval_minutes")] = Field(
        15, ge=1, le=24 * 60, description="length of a report window"
    )
    stress_threshold: Annotated[float, Note(unit="%", specification="STRESS_THRESHOLD")] = Field(
        50.0, ge=0, le=100, description="share of stress in a report window from which an alert is created"
    )
    min_stress_events: Annotated[Detections, Note(specification="MIN_STRESS_EVENTS")] = Field(
        10, description="stress or sad detections from which an alert is created"
    )
    alert_window_minutes: Minutes = Field(15, ge=1, le=24 * 60, description="how far back they count")
    alert_min_confidence: float = Field(0.5, ge=0, le=1, description="their mean confidence must be above it")
    alert_quiet_minutes: Minutes = Field(
        60, ge=0, description="no second alert while one younger than this is unresolved"
    )
    min_fatigue_events: Detections = Field(
        45,
        description="fatigue detections within the same window from which an alert is created: a yawn or a long "
        "closure counts for 15 s, so three of them",
    )
    escalation_minutes: Annotated[tuple[int, ...], NoDecode, Note(unit="minutes")] = Field(
        (15, 60),
        description="time without an acknowledgement after which an alert is escalated, once each; empty: never",
    )
    device_silent_seconds: WholeSeconds = Field(60, ge=5, description="silence after which a device counts as silent")
    device_alert_minutes: Minutes = Field(
        5,
        ge=0,
        description="silence, or time without a picture, after which a device has an alert of its own; `0`: never",
    )

    @field_validator("escalation_minutes", mode="before")
    @classmethod
    def _split_minutes(cls, value: object) -> object:
        return split_commas(value)


class NotificationSettings(BaseModel):
    """Notifications"""

    notify_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="recipients: addresses of apprise, separated by commas or spaces, such as "
        "`mailtos://user:password@smtp.example.com?from=…&to=…` or `jsons://example.com/hook`. They are secrets: never "
        "shown or logged",
    )
    notify_routes: Annotated[tuple[NoticeRoute, ...], NoDecode] = Field(
        (),
        max_length=20,
        description="destinations with a filter by area, shift and severity, as a JSON list (docs/notifications.md); "
        "they contain addresses, so they are secrets",
    )
    notify_events: Annotated[tuple[Literal["alerts", "devices", "reports", "weekly"], ...], NoDecode] = Field(
        ("alerts", "devices"),
        description="events: `alerts` (also when escalated), `devices`, `reports`, `weekly`; with "
        "accounts the last two go only to destinations that name an account (docs/notifications.md)",
    )
    weekly_report_day: Literal["off", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        Field(
            "off",
            description="day on which the recipients of `weekly` get last week's PDF, without persons; `off`: never",
        )
    )
    weekly_report_hour: Annotated[int, Note(unit="hour of the day")] = Field(
        7, ge=0, le=23, description="hour of that day, in the plant's time zone"
    )
    notify_quiet_hours: str = Field(
        "", pattern=QUIET_HOURS, description="plant hours in which messages wait, such as `22:00-06:00`"
    )
    notify_quiet_except: Literal["high", "none"] = Field(
        "high", description="`high`: alerts of high severity are sent in those hours too; `none`: no message is"
    )
    ping_url: SecretStr = Field(
        SecretStr(""),
        description="dead man's switch: `https://hc-ping.com/KEY` or your own healthchecks server; each job of the "
        "reporter asks it at `/stressvision-JOB` after a success, and at `/stressvision-JOB/fail` after a failure",
    )
    notify_give_up_days: Days = Field(
        3, ge=1, le=30, description="time after which a message that cannot be delivered is abandoned"
    )

    @field_validator("notify_events", mode="before")
    @classmethod
    def _split_events(cls, value: object) -> object:
        return split_commas(value)

    @field_validator("notify_routes", mode="before")
    @classmethod
    def _parse_routes(cls, value: object) -> object:
        return parse_routes(value)

    @field_validator("notify_urls", mode="before")
    @classmethod
    def _split_addresses(cls, value: object) -> object:
        """Split at commas and spaces before an address; commas within one, as between recipients, belong to it."""
        return tuple(filter(None, _BETWEEN_ADDRESSES.split(value.strip()))) if isinstance(value, str) else value


class RetentionSettings(BaseModel):
    """Retention and backups"""

    retention_detections_days: RetentionDays = Field(
        30, description="how long a single detection is kept; `0` here and below: forever. Purposes: docs/privacy.md"
    )
    retention_rollups_days: RetentionDays = Field(
        365, description="how long the quarter-hour reports and the daily totals per person are kept"
    )
    retention_reports_days: RetentionDays = Field(
        5 * 365, description="how long the daily summaries are kept; they contain no names"
    )
    retention_alerts_days: RetentionDays = Field(
        2 * 365, description="how long resolved alerts, their history and silences are kept"
    )
    retention_audit_days: RetentionDays = Field(5 * 365, description="how long the audit log is kept")
    backup_dir: Path = Field(Path("backups"), description="where backups are stored; better on another disk")
    backup_keep: Annotated[int, Note(unit="backups")] = Field(
        7, ge=1, le=1000, description="how many full backups are kept"
    )
    backup_hours: Annotated[int, Note(unit="hours")] = Field(
        24, ge=0, le=24 * 31, description="time between full backups; `0`: no automatic ones"
    )
    backup_seconds: WholeSeconds = Field(
        0,
        ge=0,
        le=3600,
        description="time between backups of the changes since (continuous backup, SQLite); `30` loses a minute at "
        "most; `0`: none. Every 60 are merged into one",
    )
    backup_key_file: Path | None = Field(
        None,
        description="file with the age identity that backups are encrypted with (`python -m stressvision backup key`); "
        "then only backups made with it are accepted",
    )
