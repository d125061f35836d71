"""The support bundle: what it contains, and what it must not contain."""

import json
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest

from stressvision.core.config import Settings
from stressvision.core.errors import Message
from stressvision.launcher.doctor.checks import CheckResult, Level
from stressvision.launcher.doctor.support_bundle import describe_settings, hide, read_serious_lines, write_bundle

SECRETS = {
    "database_url": "postgresql://stress:Hunter2@db.plant.example/stress",
    "source": "rtsp://admin:S3cret@10.0.0.9/live",
    "device_token": "tok-Zz91",
    "notify_urls": "mailtos://doctor:M4ilPass@smtp.example.com?to=ana@gloria.example",
}
LOG = """2026-11-28T10:00:00Z [info     ] detection stored employee_id=12
2026-11-28T10:00:01Z [warning  ] delivery failed url=https://pi:Hunter2@plant.example/detections employee_id=12
2026-11-28T10:00:02Z [error    ] enrolment refused full_name="Ana Quispe" code=EMP001
"""


def settings_with_secrets(folder: Path) -> Settings:
    return Settings(run_dir=folder / ".run", **SECRETS)  # type: ignore[arg-type]


def no_command(command: tuple[str, ...], additions: dict[str, str], seconds: float) -> str:
    del additions, seconds
    return '{"rows": {}}' if "inspect" in command else "0  Camera"


def test_bundle_contains_each_part_and_no_secret(tmp_path: Path) -> None:
    logs = tmp_path / ".run" / "logs"
    logs.mkdir(parents=True)
    (logs / "edge.log").write_text(LOG, "utf-8")
    results = [CheckResult(Message(es="Disco", en="Disk"), Level.GOOD, Message(es="9 GB", en="9 GB free"))]
    path = tmp_path / "bundle.zip"

    write_bundle(settings_with_secrets(tmp_path), results, path, no_command)

    with ZipFile(path) as bundle:
        parts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert set(parts) == {
        "doctor.txt",
        "versions.json",
        "settings.json",
        "machine.json",
        "database.json",
        "cameras.txt",
        "logs/edge.log",
        "benchmark.jsonl",
    }
    whole = "\n".join(parts.values())
    for secret in ("Hunter2", "S3cret", "tok-Zz91", "M4ilPass", "ana@gloria", "Ana Quispe", "EMP001", "employee_id=12"):
        assert secret not in whole
    assert "9 GB free" in parts["doctor.txt"]
    assert json.loads(parts["settings.json"])["alert_window_minutes"] == 15
    assert json.loads(parts["versions.json"])["packages"]["pydantic"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_setting_is_described(tmp_path: Path) -> None:
    described = describe_settings(settings_with_secrets(tmp_path))
    assert set(described) == set(Settings.model_fields)
    assert (described["device_token"], described["notify_urls"]) == ("set", ["set"])
    assert described["source"] == "rtsp://10.0.0.9/live"


def test_only_serious_lines_of_a_log_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "edge.log"
    log.write_text(LOG, "utf-8")
    kept = read_serious_lines(log)
    assert len(kept) == 2
    assert all("warning" in line or "error" in line for line in kept)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('{"employee_id": 12, "event": "x"}', '{"employee_id": …, "event": "x"}'),
        ("account=doctora ok", "account=… ok"),
        ("open rtsp://a:b@c/d now", "open rtsp://c/d now"),
        ("x full_name='Ana Quispe Rojas' ok", "x full_name=… ok"),
        (r'x full_name="Ana \"Nita\" Quispe" ok', "x full_name=… ok"),
        (r"x full_name='Ana \'Nita\' \"Q\" Quispe' ok", "x full_name=… ok"),
        ("x employees=(3, 14) people=[5, 6] ok", "x employees=… people=… ok"),
        ("[parameters: ('Ana Quispe', 'EMP001')]", "[parameters: …]"),
        ("error: input_value='Ana Quispe', input_type=str", "error: input_value=…, input_type=str"),
        ("reason='550 ana.quispe@plant.example unknown'", "reason='550 … unknown'"),
    ],
)
def test_hide_replaces_personal_values(text: str, hidden: str) -> None:
    assert hide(text) == hidden


def test_home_folder_is_shortened() -> None:
    assert hide(f"{Path.home()}/plant/t.db") == "~/plant/t.db"
