"""Runs the reporter's jobs: each at start-up for what was missed, then when it is due, none in another's way."""

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
from stressvision.reporter.jobs import DUE, Job
from stressvision.services.context import Context

HEARTBEAT_SECONDS = 1.0
RETRY_SECONDS = 30
"""After a database that could not be used: soon, not at the next quarter of an hour."""

log = structlog.get_logger()


def run_schedule(context: Context, jobs: Iterable[Job], is_stopped: Callable[[float], bool]) -> None:
    """Runs each job now and whenever it is due, until `is_stopped(seconds)` says so.

    `is_stopped` waits up to that many seconds; the process's heartbeat is written between waits.
    """
    zone = ZoneInfo(context.settings.time_zone)
    todo = tuple(jobs)
    # A thread for each, so that one that takes long keeps no other from its time.
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(todo))})
    scheduler.add_listener(_log_failure, EVENT_JOB_ERROR)
    for job in todo:
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
            due = scheduler.get_job(DUE)
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
                log.debug("another process does the job", job=job.name)
    except Unavailable as error:
        log.warning("a job waits", job=job.name, reason=error.message.text(context.settings.lang))
        scheduler.modify_job(job.name, next_run_time=datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS))


def _log_failure(event: JobExecutionEvent) -> None:
    log.error("job failed", job=event.job_id, exc_info=event.exception)
