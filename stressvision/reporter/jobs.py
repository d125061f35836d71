"""The reporter's periodic jobs, and their triggers."""

import time as time_module
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.triggers.base import BaseTrigger

from stressvision.core.clock import MonotonicClock, StepDetector
from stressvision.core.config import Settings
from stressvision.core.errors import StressVisionError
from stressvision.domain.reports import window_holding
from stressvision.notifications.delivery import deliver_due
from stressvision.notifications.message import AttachedFile
from stressvision.services.alerts.device_watch import DeviceWatch
from stressvision.services.alerts.escalation import WaitingTimes, escalate_due
from stressvision.services.alerts.silences import end_incredible_silences
from stressvision.services.auth.expiries import warn_of_expiries
from stressvision.services.backup.backups import continue_backup, is_due, make_backup
from stressvision.services.confirmed_time import ConfirmedTime
from stressvision.services.context import Context
from stressvision.services.notifications import hasten_messages
from stressvision.services.privacy.retention import apply_confirmed_retention
from stressvision.services.reports.weekly import queue_weekly_report
from stressvision.services.upkeep import Machine, inspect_installation

log = structlog.get_logger()

DEVICES_INTERVAL = timedelta(seconds=15)
ESCALATION_INTERVAL = timedelta(seconds=30)
WEEKLY_INTERVAL = timedelta(minutes=5)
NOTIFICATIONS_INTERVAL = timedelta(seconds=5)
RETENTION_TIME = time(3, 10)
"""In plant time, when there is least activity."""
EXPIRIES_TIME = time(9, 0)
"""In plant time, when its messages are read."""
UPKEEP_TIME = time(9, 5)
BACKUP_CHECK_INTERVAL = timedelta(minutes=10)

REPORTS_JOB = "due"
"""Name of the job whose next run the heartbeat shows."""
BACKUP_JOB = "backup"


class WindowEnds(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 ships no types
    """Fires at the end of each UTC-aligned window of `length`; APScheduler's interval trigger is not aligned."""

    def __init__(self, length: timedelta) -> None:
        self._length = length

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the end of the window that holds `now`."""
        return window_holding(now, self._length).end


class DailyAt(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 ships no types
    """Fires once a calendar day, at `at` in the time zone `zone`."""

    def __init__(self, at: time, zone: ZoneInfo) -> None:
        self._at = at
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time after `now`."""
        today = now.astimezone(self._zone).date()
        due = datetime.combine(today, self._at, self._zone)
        return due if due > now else datetime.combine(today + timedelta(days=1), self._at, self._zone)


@dataclass(frozen=True)
class Job:
    """An action run at start-up and whenever `trigger` fires, by one process at a time.

    The process may be killed at any moment, and missed runs are replaced by one: `run` must be atomic and idempotent.
    Its exceptions are logged; the other jobs continue. After Unavailable (the database is locked, a server is
    unreachable) it runs again within a minute.
    """

    name: str
    trigger: BaseTrigger
    run: Callable[[Context], None]


def list_jobs(
    settings: Settings, length: timedelta, monotonic: MonotonicClock = time_module.monotonic
) -> tuple[Job, ...]:
    """Return the jobs.

    Args:
        settings: Settings of the system.
        length: Length of the report windows.
        monotonic: The clock by which the jobs measure how long something lasts.
    """
    watch, waiting, confirmed = DeviceWatch(monotonic), WaitingTimes(monotonic), ConfirmedTime("retention", monotonic)
    return (
        Job(REPORTS_JOB, WindowEnds(length), lambda context: _write_due(context, length)),
        Job("devices", WindowEnds(DEVICES_INTERVAL), watch.check),
        Job("escalation", WindowEnds(ESCALATION_INTERVAL), lambda context: _escalate(context, waiting)),
        Job("weekly", WindowEnds(WEEKLY_INTERVAL), _queue_weekly),
        Job("notices", WindowEnds(NOTIFICATIONS_INTERVAL), _Delivery(monotonic).run),
        Job(
            "retention",
            DailyAt(RETENTION_TIME, ZoneInfo(settings.time_zone)),
            lambda context: _apply_retention(context, confirmed),
        ),
        Job("expiries", DailyAt(EXPIRIES_TIME, ZoneInfo(settings.time_zone)), _warn_of_expiries),
        Job("upkeep", DailyAt(UPKEEP_TIME, ZoneInfo(settings.time_zone)), _inspect),
        Job(BACKUP_JOB, WindowEnds(BACKUP_CHECK_INTERVAL), _back_up),
        *_continuous_backup(settings),
    )


def _continuous_backup(settings: Settings) -> tuple[Job, ...]:
    if not settings.backup_seconds:
        return ()
    return (Job("changes", WindowEnds(timedelta(seconds=settings.backup_seconds)), _back_up_changes),)


def _escalate(context: Context, waiting: WaitingTimes) -> None:
    ended = end_incredible_silences(context)
    if ended:
        log.warning("silences ended, stored by a clock ahead", count=ended)
    for alert_id in escalate_due(context, waiting):
        log.info("alert escalated", alert=alert_id)


class _Delivery:
    """Delivery of messages; those postponed are attempted again at start-up and after a step of the clock."""

    def __init__(self, monotonic: MonotonicClock) -> None:
        self._monotonic = monotonic
        self._steps: StepDetector | None = None

    def run(self, context: Context) -> None:
        if self._steps is None or self._steps.check() is not None:
            self._steps = self._steps or StepDetector(context.clock, self._monotonic)
            hasten_messages(context)
        deliver_due(context, attach=_attach_week)


def _attach_week(context: Context, monday: date) -> AttachedFile:
    from stressvision.reporter.weekly import attach_week  # once a week: with the modules that write documents

    return attach_week(context, monday)


def _queue_weekly(context: Context) -> None:
    week = queue_weekly_report(context)
    if week is not None:
        log.info("weekly report queued", week=week.isoformat())


def _warn_of_expiries(context: Context) -> None:
    expiring = warn_of_expiries(context)
    if expiring:
        log.warning("tokens expire soon", tokens=expiring)


def _inspect(context: Context) -> None:
    for repair in inspect_installation(context, Machine()):
        log.warning("repair needed", kind=str(repair.kind), urgent=repair.is_urgent, days_left=repair.days_left)


def _apply_retention(context: Context, confirmed: ConfirmedTime) -> None:
    outcome = apply_confirmed_retention(context, confirmed)
    if outcome is None:
        return
    deleted = {str(term.kind): count for term, count in outcome.terms if count}
    if deleted:
        log.info("expired rows deleted", **deleted, freed=outcome.before.used - outcome.after.used)


def _back_up(context: Context) -> None:
    with _log_backup_failure(context):
        made = make_backup(context) if is_due(context) else None
    if made is not None:
        log.info("backup made", file=made.path.name, bytes=made.bytes, encrypted=made.is_encrypted)


def _back_up_changes(context: Context) -> None:
    with _log_backup_failure(context):
        continue_backup(context)


@contextmanager
def _log_backup_failure(context: Context) -> Iterator[None]:
    try:
        yield
    except StressVisionError as error:
        # `doctor` and `backup check` report it too, once the newest backup is late.
        log.error("backup failed", reason=error.message.text(context.settings.lang))
        raise


def _write_due(context: Context, length: timedelta) -> None:
    # Imported where the job runs: usually in a process of its own (separate.py).
    from stressvision.services.reports.creation import write_due_reports
    from stressvision.services.reports.summaries import write_due_summaries

    for report in write_due_reports(context, length):
        log.info("report written", report=report.id, revision=report.revision, detections=report.total_detections)
    for day in write_due_summaries(context):
        log.info("summary written", day=day.isoformat())
