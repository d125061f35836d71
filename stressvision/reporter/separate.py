"""Rare jobs in processes that end: what they load, and what their heap keeps, is freed with them.

The reports of a day and a backup left 18 MB in the reporter's heap, and the modules of both take 3 MB.
`python -m stressvision.reporter.separate` runs one job, named as JSON on standard input.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from pydantic_core import from_json, to_json

from stressvision.core.config import PREFIX, load_settings
from stressvision.core.errors import Message, StressVisionError, Unavailable
from stressvision.core.logs import configure_logs
from stressvision.core.program import EXIT_REFUSED, build_command, build_environment, run_program
from stressvision.reporter.jobs import BACKUP_JOB, REPORTS_JOB, Job, list_jobs
from stressvision.services.backup.backups import is_due
from stressvision.services.context import Context, open_context


@dataclass(frozen=True)
class _Request:
    job: str
    minutes: float


def separate_rare_jobs(jobs: Iterable[Job], length: timedelta) -> tuple[Job, ...]:
    """Return the jobs, reports and backups each to run in a process of its own. `length`: of the report windows."""
    minutes = length / timedelta(minutes=1)

    def write_due(context: Context) -> None:
        run_separately(context, REPORTS_JOB, minutes)

    def back_up(context: Context) -> None:
        if _may_be_due(context):
            run_separately(context, BACKUP_JOB, minutes)

    separate = {REPORTS_JOB: write_due, BACKUP_JOB: back_up}
    return tuple(replace(job, run=separate.get(job.name, job.run)) for job in jobs)


def _may_be_due(context: Context) -> bool:
    try:
        return is_due(context)
    except StressVisionError:
        return True  # the job raises it again, and logs it


def run_separately(context: Context, job: str, minutes: float) -> None:
    """Run a job in a process. Raise Unavailable as it does, and RuntimeError where it fails otherwise."""
    request = _Request(job, minutes)
    settings = context.environment or context.settings
    done = subprocess.run(
        build_command("stressvision.reporter.separate"),
        input=to_json(asdict(request)),
        stdout=subprocess.PIPE,
        env=build_environment({f"{PREFIX}DATABASE_URL": settings.database_url}),
        check=False,
    )
    if done.returncode == EXIT_REFUSED:
        raise Unavailable(Message(**from_json(done.stdout)))
    if done.returncode < 0:
        reason = signal.strsignal(-done.returncode) or str(-done.returncode)
        raise Unavailable(Message(es=f"el trabajo terminó antes: {reason}", en=f"the job ended early: {reason}"))
    if done.returncode:
        raise RuntimeError(f"job {job} ended with {done.returncode}")


def main() -> int:
    """Run the job that standard input names; return EXIT_REFUSED where it was refused, with the message on output."""
    # A stopping reporter waits for its jobs, and the signal goes to the whole group.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    request = _Request(**from_json(sys.stdin.buffer.read()))
    try:
        settings = load_settings()
        configure_logs(settings, "reporter")
        context = open_context(settings)
        try:
            jobs = {job.name: job for job in list_jobs(context.settings, timedelta(minutes=request.minutes))}
            jobs[request.job].run(context)
        finally:
            context.database.close()
    except StressVisionError as error:
        message = error.message
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Message(es=reason, en=reason)
    else:
        return 0
    sys.stdout.write(to_json({"es": message.es, "en": message.en}).decode())
    return EXIT_REFUSED


if __name__ == "__main__":
    raise SystemExit(run_program(main))
