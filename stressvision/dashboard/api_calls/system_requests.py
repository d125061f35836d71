"""Requests of the page of the installation."""

from stressvision.dashboard.client import BackendClient
from stressvision.wire.system import (
    BackupItem,
    BackupList,
    BackupVerified,
    LogLevel,
    LogLines,
    RepairList,
    SystemStatus,
)

BACKUP_SECONDS = 600.0
STATUS_SECONDS = 10.0


def read_status(backend: BackendClient) -> SystemStatus:
    """Return the state of the installation."""
    return backend.patiently(STATUS_SECONDS).call(SystemStatus, "GET", "/api/system")


def list_repairs(backend: BackendClient) -> RepairList:
    """Return what the last inspection found."""
    return backend.call(RepairList, "GET", "/api/repairs")


def read_logs(backend: BackendClient, level: LogLevel, component: str | None, limit: int) -> LogLines:
    """Return lines of the logs, the newest first."""
    query: dict[str, str | int] = {"level": level, "limit": limit}
    if component:
        query["component"] = component
    return backend.call(LogLines, "GET", "/api/logs", None, **query)


def list_backups(backend: BackendClient) -> BackupList:
    """Return the backups, the newest first."""
    return backend.call(BackupList, "GET", "/api/backups")


def make_backup(backend: BackendClient, user_id: str) -> BackupItem:
    """Make a backup."""
    return backend.patiently(BACKUP_SECONDS).call(BackupItem, "POST", "/api/backups", user_id=user_id)


def verify_backup(backend: BackendClient, name: str, user_id: str) -> BackupVerified:
    """Restore a backup aside and read all of it."""
    path = f"/api/backups/{name}/verify"
    return backend.patiently(BACKUP_SECONDS).call(BackupVerified, "POST", path, user_id=user_id)


def restore_backup(backend: BackendClient, name: str, user_id: str) -> BackupVerified:
    """Ask the launcher to restore a backup. Raise Conflict where no launcher runs."""
    path = f"/api/backups/{name}/restore"
    return backend.patiently(BACKUP_SECONDS).call(BackupVerified, "POST", path, user_id=user_id)


def download_backup(backend: BackendClient, name: str) -> bytes:
    """Return the bytes of an encrypted backup. Raise Conflict for another one."""
    return backend.patiently(BACKUP_SECONDS).fetch(f"/api/backups/{name}/file")
