"""What the reporter does periodically: one line for each job."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.triggers.base import BaseTrigger

from stressvision.config import Settings
from stressvision.reporter.triggers import WindowEnds
from stressvision.services.context import Context
from stressvision.services.reports import write_due_reports
from stressvision.services.summaries import write_due_summaries

log = structlog.get_logger()

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
    return (Job(DUE, WindowEnds(length), lambda context: _write_due(context, length)),)


def _write_due(context: Context, length: timedelta) -> None:
    for report in write_due_reports(context, length):
        log.info("report written", report=report.id, revision=report.revision, detections=report.total_detections)
    for day in write_due_summaries(context):
        log.info("summary written", day=day.isoformat())
