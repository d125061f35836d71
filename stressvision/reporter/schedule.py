"""Scheduler of the reporter's jobs: each runs at start-up, when it is due, and after a step of the wall clock."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler

from stressvision.core.clock import Clock, MonotonicClock, StepDetector, utc_now
from stressvision.core.errors import Message, Unavailable
from stressvision.core.heartbeat import JobSign, write_heartbeat
from stressvision.db.engine.leadership import leading
from stressvision.reporter.jobs import REPORTS_JOB, Job
from stressvision.reporter.pings import Pings
from stressvision.services.context import Context
from stressvision.services.settings.following import SettingsFollower

HEARTBEAT_SECONDS = 1.0
RETRY_SECONDS = 30
"""Delay after Unavailable, instead of waiting for the next quarter of an hour."""
AGAIN_SECONDS = 1
"""Delay before a job runs again that ran while the clock was set: the scheduler refuses to run it twice at a time."""
UNEXPECTED = Message(
    es="un trabajo falló ({kind}): vea el registro del reporter", en="a job failed ({kind}): see the reporter's log"
)

log = structlog.get_logger()


class JobSchedule:
    """Jobs on a scheduler of APScheduler, which computes waits from the wall clock and does not notice its steps.

    Args:
        context: Context of the jobs.
        jobs: Jobs with distinct names.
        scheduler: Not yet started.
        wall: The clock by which the scheduler runs the jobs.
        monotonic: The clock by which steps of the other one are noticed.
    """

    def __init__(
        self,
        context: Context,
        jobs: Iterable[Job],
        scheduler: BaseScheduler,
        wall: Clock = utc_now,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self._context = context
        self._jobs = {job.name: job for job in jobs}
        self._scheduler = scheduler
        self._wall, self._monotonic = wall, monotonic
        self._steps = StepDetector(wall, monotonic)
        self._pings = Pings(context.settings, monotonic)
        self._lock = threading.Lock()
        self._signs = {name: JobSign(due_at=monotonic()) for name in self._jobs}
        self._overtaken: set[str] = set()
        self._writes_heartbeat = True

    def start(self) -> None:
        """Run each job now, and from then on when it is due."""
        for job in self._jobs.values():
            self._scheduler.add_job(
                self._run,
                job.trigger,
                args=(job,),
                id=job.name,
                next_run_time=self._wall(),
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        self._scheduler.start()

    def tick(self) -> None:
        """Run all jobs now where the wall clock was set since the last call, and write the heartbeat."""
        step = self._steps.check()
        if step is not None:
            log.warning("clock step noticed", seconds=round(step.total_seconds(), 1))
            with self._lock:
                self._overtaken = {name for name, sign in self._signs.items() if sign.started_at is not None}
            for name in self._jobs:
                self._run_at(name, timedelta())
        self._write_heartbeat()

    def stop(self) -> None:
        """Wait for the running jobs to end, and start no other."""
        self._scheduler.shutdown(wait=True)

    def _run_at(self, name: str, delay: timedelta) -> None:
        self._set_sign(name, due_at=self._monotonic() + delay.total_seconds())
        self._scheduler.modify_job(name, next_run_time=self._wall() + delay)

    def _run(self, job: Job) -> None:
        """Run a job; whatever it raises is logged, and shown until its next success."""
        self._set_sign(job.name, started_at=self._monotonic())
        fault, delay = "", None
        try:
            with leading(self._context.database, job.name) as is_leader:
                if is_leader:
                    job.run(self._context)
                else:
                    log.debug("job skipped, another process runs it", job=job.name)
        except Unavailable as error:
            fault, delay = error.message.text(self._context.settings.lang), timedelta(seconds=RETRY_SECONDS)
        except OSError as error:
            fault, delay = error.strerror or type(error).__name__, timedelta(seconds=RETRY_SECONDS)
        except Exception as error:
            fault = UNEXPECTED.text(self._context.settings.lang).format(kind=type(error).__name__)
            log.exception("job failed", job=job.name)
        if delay is not None:
            log.warning("job postponed", job=job.name, reason=fault)
        elif job.name in self._overtaken:
            delay = timedelta(seconds=AGAIN_SECONDS)
        self._overtaken.discard(job.name)
        self._set_sign(job.name, started_at=None, fault=fault)
        self._pings.report(job.name, succeeded=not fault)
        if delay is not None:
            self._run_at(job.name, delay)
        else:
            now = self._wall()
            wait = job.trigger.get_next_fire_time(None, now) - now
            self._set_sign(job.name, due_at=self._monotonic() + wait.total_seconds())

    def _set_sign(self, name: str, **changes: float | str | None) -> None:
        with self._lock:
            self._signs[name] = replace(self._signs[name], **changes)  # type: ignore[arg-type]

    def _write_heartbeat(self) -> None:
        settings = self._context.settings
        with self._lock:
            signs = dict(self._signs)
        faults = [sign.fault for sign in signs.values() if sign.fault]
        due = self._scheduler.get_job(REPORTS_JOB)
        upcoming = f"{due.next_run_time.astimezone(ZoneInfo(settings.time_zone)):%H:%M}" if due else "-"
        usual = f"próximo reporte {upcoming}" if settings.lang == "es" else f"next report {upcoming}"
        try:
            write_heartbeat(
                settings.run_dir,
                "reporter",
                at=self._monotonic(),
                state="hindered" if faults else "ready",
                detail=faults[0] if faults else usual,
                jobs=signs,
            )
        except OSError as error:
            if self._writes_heartbeat:
                log.error("heartbeat not written", reason=error.strerror)
            self._writes_heartbeat = False
        else:
            self._writes_heartbeat = True


def run_schedule(context: Context, jobs: Iterable[Job], is_stopped: Callable[[float], bool]) -> None:
    """Run each job now and whenever it is due, until `is_stopped` returns True.

    Args:
        context: Context of the jobs.
        jobs: Jobs with distinct names.
        is_stopped: Waits for at most the seconds passed to it; clocks are compared between the waits.
    """
    scheduled = tuple(jobs)
    # One thread per job, so that a slow job does not delay the others.
    executors = {"default": ThreadPoolExecutor(len(scheduled))}
    schedule = JobSchedule(context, scheduled, BackgroundScheduler(timezone=UTC, executors=executors))
    follower = SettingsFollower(context)
    follower.start()
    schedule.start()
    try:
        while not is_stopped(HEARTBEAT_SECONDS):
            schedule.tick()
    finally:
        follower.stop()
        schedule.stop()
