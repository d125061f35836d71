"""Jobs of the reporter: independent of each other, each in one process at a time."""

import threading
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stressvision.db.engine.leadership import leading
from stressvision.reporter.jobs import DailyAt, Job, WindowEnds, list_jobs
from stressvision.reporter.schedule import run_schedule
from stressvision.services.context import Context
from tests.programs.running import PATIENCE_SECONDS

HOURLY = WindowEnds(timedelta(hours=1))


def test_failing_or_hanging_job_does_not_block_others(usual_context: Context) -> None:
    done, hanging = threading.Event(), threading.Event()

    def fail(_context: Context) -> None:
        raise ZeroDivisionError

    def wait_for_the_other(_context: Context) -> None:
        assert done.wait(PATIENCE_SECONDS)
        hanging.set()

    jobs = (
        Job("hanging", HOURLY, wait_for_the_other),
        Job("failing", HOURLY, fail),
        Job("working", HOURLY, lambda _context: done.set()),
    )
    run_schedule(usual_context, jobs, lambda _seconds: hanging.wait(PATIENCE_SECONDS))
    assert done.is_set()
    assert hanging.is_set()


def test_job_runs_in_one_process_and_others_stay_free(context: Context) -> None:
    with leading(context.database, "first") as mine, leading(context.database, "first") as theirs:
        assert mine
        assert theirs == context.database.is_sqlite
        with leading(context.database, "second") as other:
            assert other
    with leading(context.database, "first") as again:
        assert again


def test_job_names_are_unique(usual_context: Context) -> None:
    names = [job.name for job in list_jobs(usual_context.settings, timedelta(minutes=15))]
    assert len(names) == len(set(names))


def test_day_ends_in_plant_time() -> None:
    trigger = DailyAt(time(0, 20), ZoneInfo("America/Lima"))
    evening = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)
    due = trigger.get_next_fire_time(None, evening)
    assert due == datetime(2026, 11, 23, 5, 20, tzinfo=UTC)
    assert trigger.get_next_fire_time(due, due) == datetime(2026, 11, 24, 5, 20, tzinfo=UTC)
