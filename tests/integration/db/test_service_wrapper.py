"""`deploy/stressvision`: commands run with the settings and the key of the services."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stressvision.core.config import PROJECT_ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the wrapper changes the user: root only")

WRAPPER = PROJECT_ROOT / "deploy" / "stressvision"


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """Return a folder with config/, state/ and run/ as an installation has them."""
    for name in ("config", "state", "run"):
        (tmp_path / name).mkdir()
    (tmp_path / "config" / "settings.env").write_text(
        '# of the services\n\nSTRESSVISION_DATABASE_URL="sqlite:///planta.db"\nSTRESSVISION_LANG=es\n'
    )
    return tmp_path


def run(service: Path, *arguments: str, wrapper: Path = WRAPPER) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "SERVICE_CONFIG_DIR": str(service / "config"),
        "SERVICE_STATE_DIR": str(service / "state"),
        "SERVICE_RUN_DIR": str(service / "run"),
        "SERVICE_USER": "root",
        "SERVICE_PYTHON": sys.executable,
    }
    return subprocess.run([str(wrapper), *arguments], env=environment, capture_output=True, text=True, check=False)


def test_commands_use_the_database_and_the_key_of_the_services(service: Path) -> None:
    assert run(service, "backup", "key", "--output", str(service / "config" / "backup.key")).returncode == 0
    made = run(service, "backup", "make")
    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in (service / "state").glob("*.db")) == ["planta.db"]
    assert list((service / "state" / "backups").iterdir())
    verified = run(service, "backup", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    (service / "config" / "backup.key").unlink()
    assert run(service, "backup", "verify").returncode != 0, "the backup is encrypted with the key of the services"


def test_link_to_the_wrapper_finds_the_program(service: Path) -> None:
    link = service / "stressvision"
    link.symlink_to(WRAPPER)
    done = run(service, "backup", "key", "--output", str(service / "config" / "backup.key"), wrapper=link)
    assert done.returncode == 0, done.stderr


def test_no_copy_of_the_key_stays(service: Path) -> None:
    run(service, "backup", "key", "--output", str(service / "config" / "backup.key"))
    run(service, "backup", "make")
    assert list((service / "run").iterdir()) == []
    assert stat.S_IMODE((service / "config" / "backup.key").stat().st_mode) == 0o600


def test_line_of_another_form_is_named_by_its_number_only(service: Path) -> None:
    with (service / "config" / "settings.env").open("a") as settings:
        settings.write("clave secreta\n")
    refused = run(service, "prepare")
    assert (refused.returncode, "línea 5" in refused.stderr, "secreta" in refused.stderr) == (2, True, False)


def test_missing_settings_are_an_error_and_no_database_is_made(service: Path) -> None:
    (service / "config" / "settings.env").unlink()
    refused = run(service, "prepare")
    assert (refused.returncode, "settings.env" in refused.stderr) == (2, True)
    assert list((service / "state").iterdir()) == []
