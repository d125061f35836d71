"""The container files: what they copy and start exists, nothing runs as root, everything is pinned.

Building them needs an image registry; deploy/README.md states what was built and run by hand.
"""

import plistlib
import re
import runpy
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # comes with apprise, without types

from stressvision import VERSION
from stressvision.core.config import PREFIX, PROJECT_ROOT, Settings
from stressvision.core.heartbeat import write_heartbeat
from tests.certificates import write_certificate
from tests.programs.running import free_port

FOLDER = PROJECT_ROOT / "deploy" / "container"
QUADLETS = PROJECT_ROOT / "deploy" / "quadlet"
CONTAINERFILES = sorted(FOLDER.glob("Containerfile.*"))
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
PROGRAMS = ("ingest", "api", "reporter", "dashboard")
_IN_IMAGE = re.compile(r"/opt/stressvision/([\w./-]+\.py)")


@pytest.mark.parametrize("file", CONTAINERFILES, ids=lambda file: file.name)
def test_image_is_pinned_unprivileged_and_made_of_existing_files(file: Path) -> None:
    text = file.read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)
    assert re.search(r"^USER (?!0\b|root\b)\S+", text, re.MULTILINE)
    assert text.index("\nUSER ") < text.rindex("\nCMD ")
    for requirements in re.findall(r"-r (\S+)", text):
        assert (PROJECT_ROOT / requirements).exists()
    for script in _IN_IMAGE.findall(text):
        assert (PROJECT_ROOT / script).exists()


def test_images_are_built_with_their_health_checks() -> None:
    """The OCI format, buildah's and Podman's default, has none and leaves them out."""
    for file in CONTAINERFILES:
        text = file.read_text("utf-8")
        assert "HEALTHCHECK" in text
        assert f"podman build --format docker -f deploy/container/{file.name}" in text


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_nginx_accepts_the_proxy_s_settings(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path, "estres.gloria.example")
    text = (PROJECT_ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for name, path in (("cert.pem", certificate), ("key.pem", key)):
        text = text.replace(f"/etc/ssl/stressvision/{name}", str(path))
    text = text.replace("/var/log/nginx", str(tmp_path)).replace("listen 443", f"listen {free_port()}")
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/nginx.pid;\nevents {{}}\nhttp {{\n{text}\n}}\n", "utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-c", main, "-e", tmp_path / "error.log"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_of_compose_is_confined_and_checked(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["image"] == f"stressvision-server:{VERSION}"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["network_mode"] == "service:proxy"
    assert "ports" not in service
    assert service["healthcheck"]["test"][:2] == ["CMD", "python"]
    for script in _IN_IMAGE.findall(" ".join([*service["command"], *service["healthcheck"]["test"]])):
        assert (PROJECT_ROOT / script).exists()


def test_only_the_proxy_is_published() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]
    assert COMPOSE["services"]["proxy"]["ports"] == ["443:443"]
    assert all(re.search(r":\d+\.\d+", service["image"]) for service in COMPOSE["services"].values())


def test_example_settings_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (FOLDER / "settings.env.example").read_text("utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.proxy == "127.0.0.1"
    assert {name.removeprefix(PREFIX).lower() for name in values} <= set(Settings.model_fields)


@pytest.mark.parametrize("unit", sorted(QUADLETS.glob("*.container")), ids=lambda unit: unit.name)
def test_quadlet_joins_the_pod_and_names_pinned_images_and_existing_volumes(unit: Path) -> None:
    text = unit.read_text("utf-8")
    assert "Pod=stressvision.pod" in text
    assert re.search(r"^Image=\S+:\d+\.\d+", text, re.MULTILINE)
    for volume in re.findall(r"^Volume=([\w-]+\.volume):", text, re.MULTILINE):
        assert (QUADLETS / volume).exists()


@pytest.mark.parametrize(("age", "state", "code"), [(0.0, "ready", 0), (0.0, "hindered", 1), (60.0, "ready", 1)])
def test_health_check_reads_the_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, state: str, code: int
) -> None:
    write_heartbeat(tmp_path, "reporter", at=time.monotonic() - age, state=state)
    monkeypatch.setenv("STRESSVISION_RUN_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["healthy.py", "reporter"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(FOLDER / "healthy.py"), run_name="__main__")
    assert ended.value.code == code


def test_job_of_launchd_starts_the_servers_and_is_marked_as_never_run() -> None:
    content = (PROJECT_ROOT / "deploy" / "launchd" / "pe.gloria.stressvision.plist").read_bytes()
    assert b"Never run" in content
    job = plistlib.loads(content)
    assert job["ProgramArguments"][1:] == [
        "/opt/stressvision/start_complete_system.py",
        "--option",
        "server",
        "--headless",
    ]
    assert (job["UserName"], job["Umask"]) == ("_stressvision", 0o077)
    assert "Never run, written after their vendors' documents." in (PROJECT_ROOT / "deploy" / "README.md").read_text()
