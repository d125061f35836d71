"""Options of `report_generator.py`, run in this process with a database of their own."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.reporter import command
from stressvision.services.context import Context, open_context
from stressvision.services.detections.storing import store_detection
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection

REFUSED = 2


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Store one detection in each of the last two whole hours."""
    monkeypatch.setenv("STRESSVISION_DATABASE_URL", f"sqlite:///{tmp_path}/plant.db")
    context = open_context(Settings(database_url=f"sqlite:///{tmp_path}/plant.db"))
    ana = enrol(context)
    for hours in (1, 2):
        store_detection(context, detection(utc_now() - timedelta(hours=hours), ana, "sad"))
    return context


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["report_generator.py", *arguments])
    monkeypatch.setattr(command, "configure_logs", lambda *_: None)  # the log belongs to the whole process
    return command.main()


def count_reports(context: Context) -> int:
    with context.database.read() as connection:
        count: int = connection.exec_driver_sql("SELECT count(*) FROM reports_15min").scalar_one()
    return count


def test_range_is_rewritten_idempotently(
    plant: Context, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    since = (utc_now() - timedelta(minutes=80)).isoformat()
    assert run(monkeypatch, "--from", since) == 0
    assert "1 reportes escritos" in capfd.readouterr().out
    assert run(monkeypatch, "--from", "2026-01-01", "--to", "2900-01-01") == 0
    assert "1 reportes escritos" in capfd.readouterr().out
    assert run(monkeypatch, "--from", "2026-01-01") == 0
    assert "0 reportes escritos" in capfd.readouterr().out
    assert count_reports(plant) == 2


def test_moment_without_zone_is_plant_time(
    plant: Context, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRESSVISION_TIME_ZONE", "Pacific/Kiritimati")
    ahead_by_14_hours = datetime.now(UTC) + timedelta(hours=14)
    until = (ahead_by_14_hours - timedelta(hours=3)).strftime("%Y-%m-%d %H:%M")
    assert run(monkeypatch, "--from", "2026-01-01", "--to", until) == 0
    assert "0 reportes escritos" in capfd.readouterr().out
    assert run(monkeypatch, "--from", until) == 0
    assert "2 reportes escritos" in capfd.readouterr().out


def test_week_is_written_to_a_private_file(plant: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "semana.html"
    assert run(monkeypatch, "--from", "2026-01-01") == 0
    two_hours_ago = (utc_now() - timedelta(hours=2)).astimezone(ZoneInfo("America/Lima")).date().isoformat()
    assert run(monkeypatch, "--week", two_hours_ago, "--format", "html", "--output", str(target)) == 0
    assert "Ana Torres Vega" in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--from", "ayer"), "--from: «ayer»"),
        (("--from", "2026-11-22", "--to", "32/13"), "--to: «32/13»"),
        (("--to", "2026-11-22"), "Falta --from"),
        (("--from", "2026-11-22", "--to", "2026-11-20"), "anterior a --to"),
        (("--from", "2026-11-22", "--now"), "no van junto con"),
        (("--day", "mañana"), "«mañana» no es un día"),
        (("--format", "pdf"), "añada --now, --day o --week"),
        (("--now", "--format", "pdf"), "indique el archivo con --output"),
    ],
)
def test_invalid_option_is_named_and_nothing_is_written(
    plant: Context,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    expected: str,
) -> None:
    assert run(monkeypatch, *arguments) == REFUSED
    assert expected in capfd.readouterr().err
    assert count_reports(plant) == 0


def test_day_is_complete_where_no_reporter_was_running(
    plant: Context, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    seen = (utc_now() - timedelta(hours=2)).astimezone(ZoneInfo(plant.settings.time_zone))
    assert run(monkeypatch, "--day", f"{seen:%Y-%m-%d}") == 0
    printed = capfd.readouterr().out
    assert count_reports(plant) == 2
    assert "Nadie pasó" not in printed
    assert " 0 detecciones" not in printed


def test_interval_whose_windows_cross_midnight_is_refused(
    plant: Context, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--every", "45") == REFUSED
    assert "cruzaría la medianoche" in capfd.readouterr().err
