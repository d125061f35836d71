"""The systemd units: no core files, few rights, and to each program its own secrets only."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stressvision.core.config import PROJECT_ROOT

DEPLOY = PROJECT_ROOT / "deploy"
UNITS = [
    "stressvision@.service",
    "stressvision-dashboard.service",
    "stressvision-device.service",
    "stressvision-device@.service",
]
CREDENTIALS = {
    "stressvision@.service": set(),
    "stressvision-dashboard.service": {"dashboard-key"},
    "stressvision-device.service": set(),
    "stressvision-device@.service": set(),
    "stressvision@backend_api.service.d/credentials.conf": {"backup-key", "dashboard-key"},
    "stressvision@report_generator.service.d/credentials.conf": {"backup-key"},
}


@pytest.mark.parametrize("name", UNITS)
def test_unit_writes_no_core_file_and_gains_no_rights(name: str) -> None:
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    for line in ("LimitCORE=0", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "UMask=0077"):
        assert line in lines


def test_each_program_has_only_its_own_secrets() -> None:
    found = {
        str(path.relative_to(DEPLOY)): set(re.findall(r"^LoadCredential=([\w-]+):", path.read_text(), re.MULTILINE))
        for path in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.service.d/*.conf"))
    }
    assert found == CREDENTIALS


def test_units_contain_no_secret_in_their_environment() -> None:
    for path in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.service.d/*.conf")):
        for value in re.findall(r"^Environment=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert not re.search(r"(?i)(password|token|secret|_url)", value), path.name


def test_dashboard_knows_neither_the_database_nor_the_backups() -> None:
    lines = (DEPLOY / "stressvision-dashboard.service").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    assert "DynamicUser=yes" in text
    assert not re.search(r"(?i)backup|database|\.env$(?<!settings\.env)", text, re.MULTILINE)


def test_unit_of_one_of_several_cameras_differs_by_its_name_only() -> None:
    one, several = (
        {line for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
        for name in ("stressvision-device.service", "stressvision-device@.service")
    )
    assert {line.replace("/%i", "").replace(" --camera %i", "") for line in several - one} - one == {
        "Description=Stress Vision: camera %i",
        "EnvironmentFile=-/etc/stressvision/camera-%i.env",
    }


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_unit(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    unit = tmp_path / name.replace("@", "@one")
    # The programs are installed elsewhere on this machine.
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if str(unit) in line]) == (0, [])
