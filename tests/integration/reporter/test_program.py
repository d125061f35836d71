"""report_generator.py, run with and without a terminal."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stressvision.core.heartbeat import read_heartbeat
from stressvision.reporter.jobs import WindowEnds
from tests.programs.running import program, wait_until


def test_trigger_fires_at_the_end_of_each_aligned_window() -> None:
    trigger = WindowEnds(timedelta(minutes=15))
    now = datetime(2026, 11, 22, 10, 7, 3, tzinfo=UTC)
    first = trigger.get_next_fire_time(None, now)
    assert first == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    assert trigger.get_next_fire_time(first, first) == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def test_immediate_report_is_written_and_printed(tmp_path: Path) -> None:
    with program("report_generator.py", "--now", folder=tmp_path, settings={}) as running:
        assert running.wait() == 0
        assert "Reporte 1" in running.output
        assert "Nadie pasó" in running.output
    with closing(sqlite3.connect(tmp_path / "gloria_stress_system.db")) as connection:
        assert connection.execute("SELECT kind, total_detections FROM reports_15min").fetchall() == [("manual", 0)]


def test_without_terminal_reports_run_on_schedule_until_sigterm(tmp_path: Path) -> None:
    with program("report_generator.py", folder=tmp_path, settings={}) as running:
        wait_until(lambda: read_heartbeat(tmp_path / ".run", "reporter") is not None, "the reporter's heartbeat")
        beat = read_heartbeat(tmp_path / ".run", "reporter")
        assert beat is not None
        assert (beat.pid, beat.state) == (running.process.pid, "ready")
        assert running.stop() == 0
    assert read_heartbeat(tmp_path / ".run", "reporter") is None


@pytest.mark.parametrize("minutes", ["0", "x", "1441"])
def test_invalid_interval_is_refused(tmp_path: Path, minutes: str) -> None:
    with program("report_generator.py", "--every", minutes, folder=tmp_path, settings={}) as running:
        assert running.wait() == 2
        assert "de 1 a 1440 minutos" in running.output
        assert "Traceback" not in running.output
