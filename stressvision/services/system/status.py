"""State of the installation: versions, disks, backups, and which first steps were taken."""

import platform
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from stressvision import VERSION
from stressvision.core.clock import parse_moment
from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.core.heartbeat import read_heartbeat
from stressvision.core.restoration import is_launcher_running, read_outcome
from stressvision.db.engine.connection import Connection, sqlite_path
from stressvision.db.engine.storage import read_size
from stressvision.db.queries.alerts.notifications import last_deliveries
from stressvision.db.queries.auth.accounts import has_accounts
from stressvision.db.queries.auth.audit import AuditFilter, count_audit
from stressvision.db.queries.detections.devices import count_devices
from stressvision.db.queries.people.employees import count_enrolled, count_population
from stressvision.db.queries.upkeep import select_first_use
from stressvision.db.schema.tables import REVISION
from stressvision.domain.disclosure import round_size
from stressvision.services.backup.archive import list_names
from stressvision.services.backup.health import find_backup_fault
from stressvision.services.context import Context
from stressvision.services.settings.targets import DELIVERED_TEST
from stressvision.wire.system import DiskState, ServiceState, SystemStatus

_FREE_STEP = 2**28
"""Free space is stated in these steps, and used space rounded: both grow with each detection."""
SILENT_SECONDS = 15.0
"""The reporter writes its heartbeat every second."""

_SILENT = Message(es="no da señales: no corre, o está detenido", en="no sign: it is not running, or it is stopped")
_LATE = Message(es="trabajos atrasados: {jobs}", en="late jobs: {jobs}")


def read_status(context: Context, services: Sequence[ServiceState], language: Language) -> SystemStatus:
    """Return the state of the installation.

    Args:
        context: Database, settings and clock.
        services: The programs with an address, as the caller found them.
        language: Language of the texts.
    """
    settings = context.settings
    outcome = read_outcome(settings.run_dir)
    with context.database.read() as connection:
        backup = find_backup_fault(settings, context.clock, select_first_use(connection))
        population = count_population(connection)
        size = read_size(connection, context.database.url)
        facts = {
            "has_device": count_devices(connection) > 0,
            "has_person": count_enrolled(connection) > 0,
            "has_account": has_accounts(connection),
            "has_delivery": bool(last_deliveries(connection)) or _has_tested(connection),
        }
    return SystemStatus(
        version=VERSION,
        python=platform.python_version(),
        database="sqlite" if context.database.is_sqlite else "postgresql",
        revision=REVISION,
        services=[*services, read_reporter(settings.run_dir, language)],
        disks=_read_disks(context, size),
        newest_backup_at=backup.newest,
        backup_message=backup.describe(language) or None,
        can_restore=context.database.is_sqlite and is_launcher_running(settings.run_dir),
        last_restoration=outcome.text if outcome else None,
        last_restoration_failed=outcome is not None and not outcome.is_restored,
        last_restoration_at=_parse(outcome.at) if outcome else None,
        is_demo=population.demo > 0,
        has_backup=bool(list_names(settings)),
        **facts,
    )


def _parse(text: str) -> datetime | None:
    with suppress(InvalidInput):
        return parse_moment(text)
    return None


def _has_tested(connection: Connection) -> bool:
    """Return whether a test notification was delivered."""
    return count_audit(connection, AuditFilter(entity_type=DELIVERED_TEST)) > 0


def read_reporter(run_dir: Path, language: Language) -> ServiceState:
    """Return the state of the reporter, which has no address, by its heartbeat."""
    heartbeat = read_heartbeat(run_dir, "reporter")
    now = time.monotonic()
    if heartbeat is None or now - heartbeat.at > SILENT_SECONDS:
        return ServiceState(name="reporter", state="down", detail=_SILENT.text(language))
    late = heartbeat.late_jobs(now)
    if late:
        detail = _LATE.text(language).format(jobs=", ".join(late))
        return ServiceState(name="reporter", state="warning", detail=detail)
    state = "running" if heartbeat.state == "ready" else "warning"
    return ServiceState(name="reporter", state=state, detail=heartbeat.detail)


def _read_disks(context: Context, size: int) -> list[DiskState]:
    path = sqlite_path(context.database.url)
    disks = []
    if path is not None:
        disks.append(_read_disk("database", path.resolve().parent, size))
    folder = context.settings.backup_dir
    used = sum(file.stat().st_size for file in folder.glob("*") if file.is_file()) if folder.is_dir() else 0
    disks.append(_read_disk("backups", folder.resolve(), used))
    return disks


def _read_disk(place: str, folder: Path, used: int) -> DiskState:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    usage = shutil.disk_usage(existing)
    free = usage.free // _FREE_STEP * _FREE_STEP
    return DiskState.model_validate(
        {"place": place, "used_bytes": round_size(used), "free_bytes": free, "total_bytes": usage.total}
    )
