"""When reports are written: at each boundary of the UTC-aligned window, and once at start-up for what was missed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from stressvision.domain.reports import window_holding
from stressvision.errors import DatabaseUnavailable
from stressvision.heartbeat import write_heartbeat
from stressvision.services.context import Context
from stressvision.services.reports import write_due_reports

HEARTBEAT_SECONDS = 1.0
RETRY_SECONDS = 30
"""After a database that could not be used: soon, not at the next quarter of an hour."""

log = structlog.get_logger()


class WindowEnds(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 ships no types
    """Fires when each UTC-aligned window of `length` closes (APScheduler's interval trigger is not aligned)."""

    def __init__(self, length: timedelta) -> None:
        self._length = length

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return window_holding(now, self._length).end


def run_schedule(context: Context, length: timedelta, is_stopped: Callable[[float], bool]) -> None:
    """Writes due reports now and at every boundary of `length`, until `is_stopped(seconds)` says so.

    `is_stopped` waits up to that many seconds; the process's heartbeat is written between waits.
    """
    zone = ZoneInfo(context.settings.time_zone)
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_listener(_log_failure, EVENT_JOB_ERROR)
    scheduler.add_job(
        _write_due,
        WindowEnds(length),
        args=(context, length, scheduler),
        id="due",
        next_run_time=datetime.now(UTC),
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    scheduler.start()
    try:
        while not is_stopped(HEARTBEAT_SECONDS):
            job = scheduler.get_job("due")
            upcoming = f"{job.next_run_time.astimezone(zone):%H:%M}" if job and job.next_run_time else "-"
            write_heartbeat(
                context.settings.run_dir,
                "reporter",
                at=time.monotonic(),
                state="ready",
                detail=f"próximo reporte {upcoming}" if context.settings.lang == "es" else f"next report {upcoming}",
            )
    finally:
        scheduler.shutdown(wait=True)


def _write_due(context: Context, length: timedelta, scheduler: BackgroundScheduler) -> None:
    try:
        for report in write_due_reports(context, length):
            log.info("report written", report=report.id, revision=report.revision, detections=report.total_detections)
    except DatabaseUnavailable as error:
        log.warning("reports wait for the database", reason=error.message.text(context.settings.lang))
        scheduler.modify_job("due", next_run_time=datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS))


def _log_failure(event: JobExecutionEvent) -> None:
    log.error("report job failed", exc_info=event.exception)
