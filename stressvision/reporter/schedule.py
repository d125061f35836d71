"""Scheduler of the reporter's jobs: each runs at start-up and when it is due, in a thread of its own."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from stressvision.core.errors import Unavailable
from stressvision.core.heartbeat import write_heartbeat
from stressvision.db.engine.leadership import leading
from stressvision.reporter.jobs import REPORTS_JOB, Job
from stressvision.services.context import Context

HEARTBEAT_SECONDS = 1.0
RETRY_SECONDS = 30
"""Delay after Unavailable, instead of waiting for the next quarter of an hour."""

log = structlog.get_logger()


def run_schedule(context: Context, jobs: Iterable[Job], is_stopped: Callable[[float], bool]) -> None:
    """Run each job now and whenever it is due, until `is_stopped` returns True.

    Args:
        context: Context of the jobs.
        jobs: Jobs with distinct names.
        is_stopped: Waits for at most the seconds passed to it; the heartbeat is written between the waits.
    """
    zone = ZoneInfo(context.settings.time_zone)
    scheduled = tuple(jobs)
    # One thread per job, so that a slow job does not delay the others.
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(scheduled))})
    scheduler.add_listener(_log_failure, EVENT_JOB_ERROR)
    for job in scheduled:
        scheduler.add_job(
            _run,
            job.trigger,
            args=(context, job, scheduler),
            id=job.name,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
    scheduler.start()
    try:
        while not is_stopped(HEARTBEAT_SECONDS):
            due = scheduler.get_job(REPORTS_JOB)
            upcoming = f"{due.next_run_time.astimezone(zone):%H:%M}" if due and due.next_run_time else "-"
            write_heartbeat(
                context.settings.run_dir,
                "reporter",
                at=time.monotonic(),
                state="ready",
                detail=f"próximo reporte {upcoming}" if context.settings.lang == "es" else f"next report {upcoming}",
            )
    finally:
        scheduler.shutdown(wait=True)


def _run(context: Context, job: Job, scheduler: BackgroundScheduler) -> None:
    try:
        with leading(context.database, job.name) as is_leader:
            if is_leader:
                job.run(context)
            else:
                log.debug("job skipped, another process runs it", job=job.name)
    except Unavailable as error:
        log.warning("job postponed", job=job.name, reason=error.message.text(context.settings.lang))
        scheduler.modify_job(job.name, next_run_time=datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS))


def _log_failure(event: JobExecutionEvent) -> None:
    log.error("job failed", job=event.job_id, exc_info=event.exception)
