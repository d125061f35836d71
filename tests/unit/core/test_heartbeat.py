"""Heartbeats: what they show of the jobs, and a disk without room."""

import errno
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from stressvision.core.clock import StepDetector
from stressvision.core.heartbeat import LATE_SECONDS, LONGEST_RUN_SECONDS, JobSign, read_heartbeat, write_heartbeat
from stressvision.launcher.health import judge_heartbeat
from tests.conftest import FakeClock


def test_job_is_late_by_the_monotonic_clock() -> None:
    idle, running = JobSign(due_at=100.0), JobSign(due_at=100.0, started_at=100.0)
    assert not idle.is_late(100.0 + LATE_SECONDS)
    assert idle.is_late(101.0 + LATE_SECONDS)
    assert not running.is_late(100.0 + LONGEST_RUN_SECONDS)
    assert running.is_late(101.0 + LONGEST_RUN_SECONDS)


def test_process_with_a_late_job_is_not_ready_whatever_it_states(tmp_path: Path) -> None:
    now = time.monotonic()
    jobs = {"due": JobSign(due_at=now - 3600), "backup": JobSign(due_at=now + 60)}
    write_heartbeat(tmp_path, "reporter", at=now, state="ready", detail="próximo reporte 15:52", jobs=jobs)
    beat = read_heartbeat(tmp_path, "reporter")
    assert beat is not None
    assert beat.jobs == jobs
    health = judge_heartbeat(beat, now)
    assert (health.answers, health.ready) == (True, False)
    assert health.detail.es == "no hizo a tiempo: reportes"
    assert judge_heartbeat(beat, now - 7200).ready


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_heartbeat_on_a_full_disk_is_overwritten_in_place(tmp_path: Path) -> None:
    draft = tmp_path / f"reporter.{os.getpid()}.draft"
    draft.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space") as caught:
        write_heartbeat(tmp_path, "reporter", at=1.0, state="ready")
    assert caught.value.errno == errno.ENOSPC
    write_heartbeat(tmp_path, "reporter", at=1.0, state="ready", detail="x" * 200)
    inode = (tmp_path / "reporter.heartbeat").stat().st_ino
    draft.symlink_to("/dev/full")
    write_heartbeat(tmp_path, "reporter", at=2.0, state="hindered", detail="disco lleno")
    beat = read_heartbeat(tmp_path, "reporter")
    assert beat is not None
    assert (beat.at, beat.state, beat.detail) == (2.0, "hindered", "disco lleno")
    assert (tmp_path / "reporter.heartbeat").stat().st_ino == inode


@pytest.mark.parametrize("error", [timedelta(hours=5), timedelta(days=-1), timedelta(days=365), timedelta(seconds=-2)])
def test_step_is_noticed_once_in_either_direction(error: timedelta) -> None:
    clock = FakeClock()
    steps = StepDetector(clock, clock.monotonic)
    clock.advance(hours=8)
    assert steps.check() is None
    clock.set_wrong(seconds=error.total_seconds())
    assert steps.check() == error
    assert steps.check() is None
    clock.set_wrong(seconds=-error.total_seconds())
    assert steps.check() == -error


def test_slow_adjustment_adds_up_to_a_step() -> None:
    clock = FakeClock()
    steps = StepDetector(clock, clock.monotonic)
    noticed = []
    for _ in range(30):
        clock.advance(seconds=1)
        clock.set_wrong(seconds=0.1)
        noticed.append(steps.check())
    assert len([step for step in noticed if step is not None]) == 1
