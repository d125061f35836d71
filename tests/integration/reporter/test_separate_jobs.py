"""Reports and backups run in processes of their own; the reporter keeps neither their modules nor their memory."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.errors import Unavailable
from stressvision.reporter.jobs import BACKUP_JOB, REPORTS_JOB, list_jobs
from stressvision.reporter.separate import run_separately, separate_rare_jobs
from stressvision.services.backup.backups import make_backup
from stressvision.services.context import Context, open_context

QUARTER = timedelta(minutes=15)


def open_in(folder: Path) -> Context:
    return open_context(Settings(database_url=f"sqlite:///{folder}/plant.db", backup_dir=folder))


def test_process_does_the_work_of_a_job(tmp_path: Path) -> None:
    context = open_in(tmp_path)
    an_hour_ago = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 hour')"
    insert = f"INSERT INTO detection_events (timestamp, device_id) VALUES ({an_hour_ago}, 'pi')"
    with context.database.write() as connection:
        connection.execute(text(insert))
    run_separately(context, REPORTS_JOB, 15)
    with context.database.read() as connection:
        found = connection.execute(text("SELECT sum(total_detections) FROM reports_15min")).scalar_one()
    context.database.close()
    assert found == 1


def test_job_that_is_refused_in_its_process_is_postponed(tmp_path: Path) -> None:
    context = open_in(tmp_path)
    with context.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable) as refused:
        run_separately(context, REPORTS_JOB, 15)
    context.database.close()
    assert "más nueva" in refused.value.message.es
    assert "newer" in refused.value.message.en


def test_backup_that_is_not_due_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = open_in(tmp_path)
    make_backup(context)
    started: list[object] = []
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **_: started.append(arguments))
    jobs = {job.name: job for job in separate_rare_jobs(list_jobs(context.settings, QUARTER), QUARTER)}
    jobs[BACKUP_JOB].run(context)
    context.database.close()
    assert started == []


def test_reporter_starts_without_what_rare_jobs_need() -> None:
    rare = [
        "stressvision.documents.document",
        "stressvision.services.reports.creation",
        "stressvision.services.reports.summaries",
        "sqlalchemy.dialects.postgresql",
        "requests",
    ]
    code = f"import sys, stressvision.reporter.command; print([name for name in {rare} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
