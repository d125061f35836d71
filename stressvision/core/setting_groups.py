"""Settings in groups: name, type, default, unit and description of each. `docs/settings.md` is generated from them."""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, FilePath, SecretStr, field_validator
from pydantic_settings import NoDecode

from stressvision.core.cameras import NamedCamera, parse_cameras
from stressvision.core.files import PROJECT_ROOT
from stressvision.core.notice_routes import NoticeRoute, parse_routes
from stressvision.core.texts import Language
from stressvision.core.validation import validate_time_zone
from stressvision.core.watching import Polygon, WatchPeriod, parse_polygons, parse_schedule, raising_value_error

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Note:
    """What the document adds to a setting: its unit, its name in the specification, its default in words."""

    unit: str = ""
    specification: str = ""
    default: str = ""


Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT)]
Days = Annotated[int, Note(unit="days")]
RetentionDays = Annotated[Days, Field(ge=0, le=100 * 365)]
Minutes = Annotated[int, Note(unit="minutes")]
Seconds = Annotated[float, Note(unit="seconds")]
WholeSeconds = Annotated[int, Note(unit="seconds")]
Detections = Annotated[int, Note(unit="detections"), Field(ge=1)]
Names = Annotated[tuple[str, ...], NoDecode]
Url = Annotated[str, Note(default="from host and port")]

QUIET_HOURS = r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
_HOUR = r"(0?\d|1\d|2[0-3])"
SHIFT_HOURS = rf"^{_HOUR},{_HOUR},{_HOUR}$"
_BETWEEN_ADDRESSES = re.compile(r"[,\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")


class Policy(StrEnum):
    """What may be inferred about people at work, by jurisdiction."""

    PE = "pe"
    """Peru (default): expression and fatigue of consenting employees."""
    EU = "eu"
    """European Union: no emotion at work (AI Act, art. 5.1.f); only fatigue, as a safety signal."""
    RESEARCH = "research"
    """A study with its own ethics approval: as `pe`, and faces of persons not enrolled may be analysed."""


class Rotation(IntEnum):
    """Degrees clockwise by which a camera's frames are rotated."""

    NONE = 0
    RIGHT = 90
    HALF = 180
    LEFT = 270


def _split_commas(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class GeneralSettings(BaseModel):
    """General"""

    database_url: Annotated[str, Note(specification="DB_PATH")] = Field(
        "sqlite:///gloria_stress_system.db", description="the database; `postgresql://…` for several machines"
    )
    lang: Language = Field("es", description="`es` or `en`, for every text a person reads")
    policy: Policy = Field(Policy.PE, description="`pe`; `eu`: no emotion at work, fatigue only; `research`")
    time_zone: Annotated[str, AfterValidator(validate_time_zone)] = Field(
        "America/Lima", description="the plant's time zone, for texts that people read"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="`debug`, `info`, `warning` or `error`"
    )
    log_format: Literal["text", "json"] = Field("text", description="`text` or `json`")
    run_dir: Path = Field(Path(".run"), description="heartbeats, process list and logs of the launcher")
    models_dir: Annotated[Path, Note(default="the project's `models`")] = Field(
        PROJECT_ROOT / "models", description="folder of the models"
    )
    demo_dir: Annotated[Path, Note(default="the project's `demo`")] = Field(
        PROJECT_ROOT / "demo", description="folder of the demonstration"
    )


class NetworkSettings(BaseModel):
    """Network"""

    host: str = Field(
        "127.0.0.1",
        description="where the servers listen; beyond loopback only with TLS, names and an administrator's account",
    )
    api_port: Annotated[Port, Note(specification="PORT")] = Field(8000, description="port of the backend")
    ingest_port: Port = Field(5000, description="port of the ingest server")
    dashboard_port: Port = Field(8501, description="port of the dashboard")
    preview_port: Port = Field(
        8502, description="port of the device's live preview; with several cameras the first one's, and the next ones"
    )
    allowed_hosts: Names = Field(
        (), description="names under which the servers are called, comma-separated; loopback's are always allowed"
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, Note(specification="CORS")] = Field(
        (), description="further web origins, comma-separated; `*` allows all"
    )
    tls_certificate: FilePath | None = Field(None, description="PEM file of the servers' own certificate")
    tls_key: FilePath | None = Field(None, description="PEM file of its key")
    tls_ca: Annotated[FilePath | None, Note(default="the usual authorities")] = Field(
        None, description="PEM file of the authority that signed it, for device, dashboard and launcher"
    )
    proxy: str = Field(
        "",
        pattern=r"^([0-9A-Fa-f:.]+)?$",
        description="address of the reverse proxy that does TLS instead; it must send `X-Forwarded-Proto: https` and "
        "`X-Forwarded-For`",
    )
    dashboard_key_file: Annotated[Path | None, Note(default="`dashboard.key` in `STRESSVISION_RUN_DIR`")] = Field(
        None,
        description="file with the key by which the backend believes the browser addresses that the dashboard states; "
        "created where it is missing, and set only where both run under different users",
    )
    rate_limit: Annotated[float, Note(unit="requests/s")] = Field(
        50.0,
        ge=0,
        le=100_000,
        description="requests that one address may send to ingest and to the backend each, with a burst of four "
        "seconds' worth; then 429. This machine itself is not limited; `0`: no limit",
    )
    ingest_url: Url = Field(
        "", description="address of the ingest server where it runs on another machine behind your own tunnel"
    )
    api_url: Url = Field(
        "", description="address of the backend where it runs on another machine behind your own tunnel"
    )
    dashboard_url: Url = Field("", description="address of the dashboard for people: links in messages begin with it")

    @field_validator("cors_origins", "allowed_hosts", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        return _split_commas(value)


class PlantSettings(BaseModel):
    """Plant"""

    company: str = Field("Gloria S.A.", min_length=1, max_length=120, description="name of the company, in documents")
    company_address: str = Field("", max_length=200, description="its address, in the consent and the law pack")
    privacy_contact: str = Field(
        "", max_length=200, description="where employees send requests about their data: a person, address or telephone"
    )
    data_bank: str = Field(
        "", max_length=120, description="name and code under which the data bank is registered with the authority"
    )
    shift_hours: Annotated[str, Note(unit="hours of the day")] = Field(
        "6,14,22",
        pattern=SHIFT_HOURS,
        description="hours at which the morning, afternoon and night shifts begin, in the plant's time zone",
    )


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
        return _split_commas(value)


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
    notify_events: Annotated[tuple[Literal["alerts", "devices", "reports"], ...], NoDecode] = Field(
        ("alerts", "devices"), description="events: `alerts` (also when escalated), `devices`, `reports`"
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
        return _split_commas(value)

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


class DeviceSettings(BaseModel):
    """Device"""

    device_id: str = Field(
        "pi-simulator-01", pattern=r"^[A-Za-z0-9._-]{1,64}$", description="identifier of this device"
    )
    location: str = Field("Oficina Principal - Simulador", description="place of this device")
    device_token: SecretStr = Field(SecretStr(""), description="the device's token, once there are accounts")
    device_token_file: Path | None = Field(None, description="file that contains the token instead")
    source: str = Field(
        "0",
        description="camera index (`python -m stressvision cameras` lists them), file, `rtsp://…`, `libcamera` or "
        "`demo`",
    )
    cameras: Annotated[tuple[NamedCamera, ...], NoDecode] = Field(
        (),
        description="several cameras on one device, `name=source` separated by commas: `entrada=0,linea2=rtsp://…`; "
        "the launcher starts a process for each, whose device has that name (docs/edge.md)",
    )
    rotation: Annotated[Rotation, Note(unit="degrees")] = Field(
        Rotation.NONE, description="clockwise rotation of the picture: `0`, `90`, `180` or `270`"
    )
    mirror: bool = Field(False, description="mirrors the picture after the rotation")
    masks: Annotated[tuple[Polygon, ...], NoDecode] = Field(
        (),
        description="parts of the picture that are blackened: corners `x,y` from 0 to 1 of width and height, as in "
        "`0,0 0.3,0 0.3,1 0,1`; several are separated by `;`. Added to those of the console (docs/edge.md)",
    )
    zones: Annotated[tuple[Polygon, ...], NoDecode] = Field(
        (), description="where faces count, as polygons of the same form; those of the console replace them"
    )
    schedule: Annotated[tuple[WatchPeriod, ...], NoDecode] = Field(
        (),
        description="when the camera watches, in `STRESSVISION_TIME_ZONE`: `lun-vie 07:00-19:00; sab 08:00-13:00`; "
        "empty: always. Otherwise it is closed, as outside the hours of the console",
    )
    min_face_pixels: Annotated[int, Note(unit="pixels")] = Field(
        0, ge=0, le=10_000, description="faces narrower than this are ignored"
    )
    max_face_pixels: Annotated[int, Note(unit="pixels")] = Field(
        0, ge=0, le=10_000, description="faces wider than this are ignored; `0`: none"
    )
    outbox_path: Path = Field(Path("edge_outbox.db"), description="file of the detections not yet delivered")
    detection_seconds: Seconds = Field(1.0, ge=0.1, le=60, description="time between two detections of a person")
    analyse_unknown: bool = Field(
        False, description="analyse faces of persons not enrolled (they are counted in any case)"
    )
    recognition_threshold: float = Field(0.49, gt=0, lt=1, description="greatest distance to be recognised")
    recognition_margin: float = Field(0.04, ge=0, lt=1, description="least distance to the next person")
    liveness: Literal["off", "flag"] = Field(
        "off",
        description="`flag`: a face that does not blink for 30 s, or that moves as a flat picture does for 8 s, may be "
        "a photograph: shown in the preview and the device's detail, `frame_quality` 0",
    )
    gallery_seconds: Seconds = Field(
        2.0, ge=0.2, le=5, description="how often the device fetches the gallery of enrolled faces"
    )
    gallery_lease_seconds: Seconds = Field(60.0, ge=5, description="how long it may use a gallery while offline")
    headless: bool = Field(False, description="no window")

    _parse_areas = field_validator("masks", "zones", mode="before")(raising_value_error(parse_polygons))
    _parse_hours = field_validator("schedule", mode="before")(raising_value_error(parse_schedule))

    @field_validator("cameras", mode="before")
    @classmethod
    def _parse_cameras(cls, value: object) -> object:
        return parse_cameras(value) if isinstance(value, str) else value


GROUPS: tuple[type[BaseModel], ...] = (
    GeneralSettings,
    PlantSettings,
    NetworkSettings,
    AlertSettings,
    NotificationSettings,
    RetentionSettings,
    DeviceSettings,
)
"""In the order of `docs/settings.md`."""
