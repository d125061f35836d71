"""State of the installation, its backups and its logs, for administrators."""

from typing import Literal

from stressvision.wire.values import Moment, WireModel

ServiceHealth = Literal["running", "warning", "down"]
LogLevel = Literal["debug", "info", "warning", "error"]


class ServiceState(WireModel):
    """One program of the installation. `name`: backend, ingest, reporter or dashboard. `detail`: why, in words."""

    name: str
    state: ServiceHealth
    detail: str


class DiskState(WireModel):
    """The disk that holds a `place`: database or backups. `used_bytes`: by this place alone."""

    place: Literal["database", "backups"]
    used_bytes: int
    free_bytes: int
    total_bytes: int


class SystemStatus(WireModel):
    """State of the installation. `revision`: of the schema. `is_demo`: the database holds synthetic people.

    `has_*`: what the first steps need: a device that reported, an enrolled person, an account, a recipient of
    notifications that received one, and a backup. `can_restore`: a launcher runs that can stop and start the programs;
    `last_restoration`: what it reported; `last_restoration_at`: when.
    """

    version: str
    python: str
    database: Literal["sqlite", "postgresql"]
    revision: str
    services: list[ServiceState]
    disks: list[DiskState]
    newest_backup_at: Moment | None
    backup_message: str | None
    can_restore: bool
    last_restoration: str | None
    last_restoration_failed: bool
    last_restoration_at: Moment | None = None
    is_demo: bool
    has_device: bool
    has_person: bool
    has_account: bool
    has_delivery: bool
    has_backup: bool


class BackupItem(WireModel):
    """One backup. `number` 0: a whole one; others hold the changes since. Only encrypted ones may be downloaded.

    `bytes`: the next power of two, 64 MiB at least, because the exact size counts detections.
    """

    name: str
    kind: str
    created_at: Moment
    bytes: int
    number: int
    is_encrypted: bool


class BackupList(WireModel):
    """The backups of this database, the newest first."""

    backups: list[BackupItem]
    total: int


class BackupVerified(WireModel):
    """A chain of backups that was restored into a temporary file and read completely. `rows` by table."""

    name: str
    files: int
    until: Moment
    rows: dict[str, int]


class LogLine(WireModel):
    """One line of a program's log. `at`: null for a line without a time, as those of a failure's details."""

    component: str
    level: LogLevel
    at: Moment | None
    text: str


class LogLines(WireModel):
    """Lines of the logs, the newest first."""

    lines: list[LogLine]
    total: int


class RepairItem(WireModel):
    """One repair, in the reader's language. `days_left`: until the damage, null where it is not a matter of days."""

    kind: str
    is_urgent: bool
    days_left: float | None
    message: str
    remedy: str
    found_at: Moment


class RepairList(WireModel):
    """The repairs that the last inspection found, the urgent ones first."""

    repairs: list[RepairItem]
    total: int
