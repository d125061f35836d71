"""Doctor's lines about backups and permissions."""

from pathlib import Path

import pytest

from stressvision.core.config import Settings
from stressvision.launcher.doctor.checks import Level, check_backups, check_permissions


def test_private_disk_is_good_and_one_without_permissions_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/planta.db")
    assert check_permissions(settings).level is Level.GOOD
    monkeypatch.setattr("stressvision.launcher.doctor.checks.restrict", lambda _path: False)
    assert check_permissions(settings).level is Level.WARNING
    assert list(tmp_path.iterdir()) == []


def test_backup_without_its_head_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert check_backups().level is Level.GOOD
    Path("backups").mkdir()
    Path("backups/gloria_stress_system-000001-00000-20261128-120000.svb.gz").write_bytes(b"damaged")
    assert check_backups().level is Level.PROBLEM
