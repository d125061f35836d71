"""What the reporter does periodically: one line for each job."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.triggers.base import BaseTrigger

from stressvision.core.config import Settings
from stressvision.notifications.delivery import deliver_due
from stressvision.reporter.triggers import DailyAt, WindowEnds
from stressvision.services.alerts.device_watch import DeviceWatch
from stressvision.services.alerts.escalation import escalate_due
from stressvision.services.backup.backups import continue_backup, is_due, make_backup
from stressvision.services.context import Context
from stressvision.services.privacy.retention import apply_retention
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.summaries import write_due_summaries

log = structlog.get_logger()

DEVICES = timedelta(seconds=15)
ESCALATION = timedelta(seconds=30)
NOTICES = timedelta(seconds=5)
NIGHT = time(3, 10)
"""By the plant's clock, when it is quietest."""
BACKUP_LOOK = timedelta(minutes=10)

DUE = "due"
"""The job whose next run the reporter's heartbeat tells."""


@dataclass(frozen=True)
class Job:
    """Something done now and whenever `trigger` fires, by one process at a time.

    The process may be killed at any moment and a run that was missed is made up for once: `run` leaves nothing half
    done and finds nothing to do when it is repeated. What it raises is logged; the other jobs go on. After Unavailable
    (the database is held, a server is away) it runs again within a minute.
    """

    name: str
    trigger: BaseTrigger
    run: Callable[[Context], None]


def list_jobs(settings: Settings, length: timedelta) -> tuple[Job, ...]:
    """`length`: of the windows that get a report each."""
    watch = DeviceWatch()
    return (
        Job(DUE, WindowEnds(length), lambda context: _write_due(context, length)),
        Job("devices", WindowEnds(DEVICES), watch.check),
        Job("escalation", WindowEnds(ESCALATION), _escalate),
        Job("notices", WindowEnds(NOTICES), _deliver),
        Job("retention", DailyAt(NIGHT, ZoneInfo(settings.time_zone)), _keep_terms),
        Job("backup", WindowEnds(BACKUP_LOOK), _back_up),
        *_continuous_backup(settings),
    )


def _continuous_backup(settings: Settings) -> tuple[Job, ...]:
    if not settings.backup_seconds:
        return ()
    return (Job("changes", WindowEnds(timedelta(seconds=settings.backup_seconds)), _back_up_changes),)


def _escalate(context: Context) -> None:
    for alert_id in escalate_due(context):
        log.info("alert escalated", alert=alert_id)


def _deliver(context: Context) -> None:
    deliver_due(context)


def _keep_terms(context: Context) -> None:
    outcome = apply_retention(context)
    deleted = {str(term.kind): count for term, count in outcome.terms if count}
    if deleted:
        log.info("past its term and deleted", **deleted, freed=outcome.before.used - outcome.after.used)


def _back_up(context: Context) -> None:
    if is_due(context):
        made = make_backup(context)
        log.info("backup made", file=made.path.name, bytes=made.bytes, encrypted=made.is_encrypted)


def _back_up_changes(context: Context) -> None:
    continue_backup(context)


def _write_due(context: Context, length: timedelta) -> None:
    for report in write_due_reports(context, length):
        log.info("report written", report=report.id, revision=report.revision, detections=report.total_detections)
    for day in write_due_summaries(context):
        log.info("summary written", day=day.isoformat())
