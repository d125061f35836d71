"""State of the installation, its logs and its backups over the API."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import Settings
from stressvision.core.heartbeat import write_heartbeat
from stressvision.core.program import identify
from stressvision.core.restoration import take_request
from stressvision.db.backup.keys import new_key
from stressvision.domain.auth import Role
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.system import backups, status
from stressvision.services.system.log_lines import parse_line, read_log_lines
from stressvision.services.system.status import read_reporter
from tests.integration.conftest import DATABASES, enrol, postgresql_programs
from tests.integration.live_backend import add_detection

LOG = """2026-11-28T18:45:29.659365Z [info     ] listening address=http://127.0.0.1:5000 component=ingest
2026-11-28T18:45:30.100000Z [info     ] message delivered component=ingest kind=alert notice=4
2026-11-28T18:46:29.659365Z [warning  ] heartbeat not saved component=ingest reason='disk full'
2026-11-28T18:47:29.659365Z [error    ] request failed component=ingest path=/detections
Traceback (most recent call last):
"""
JSON_LINE = '{"event": "alert escalated", "alert": 7, "level": "info", "timestamp": "2026-11-28T18:50:00.5Z"}'


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    """SQLite, whose backups the programs read and restore themselves."""
    folder = tmp_path / "run"
    (folder / "logs").mkdir(parents=True)
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/plant.db",
        run_dir=folder,
        backup_dir=tmp_path / "backups",
        ingest_url="http://127.0.0.1:9",
        dashboard_port=9,
    )
    opened = open_context(settings)
    yield opened
    opened.database.close()


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def test_status_names_what_runs_and_what_does_not(client: TestClient, context: Context) -> None:
    first = client.get("/api/system").json()
    states = {service["name"]: service["state"] for service in first["services"]}
    assert states == {"backend": "running", "ingest": "down", "dashboard": "down", "reporter": "down"}
    assert first["has_person"] is first["has_backup"] is first["has_account"] is False
    assert {disk["place"] for disk in first["disks"]} == {"database", "backups"}
    assert all(0 < disk["free_bytes"] <= disk["total_bytes"] for disk in first["disks"])
    enrol(context)
    client.post("/api/backups")
    second = client.get("/api/system").json()
    assert (second["has_person"], second["has_backup"]) == (True, True)
    assert second["newest_backup_at"] is not None


def test_reporter_is_judged_by_its_heartbeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stressvision.services.system.status.time.monotonic", lambda: 1000.0)
    write_heartbeat(tmp_path, "reporter", at=995.0, state="ready", detail="próximo reporte 13:30")
    assert read_reporter(tmp_path, "es").state == "running"
    write_heartbeat(tmp_path, "reporter", at=995.0, state="hindered", detail="la base está ocupada")
    assert read_reporter(tmp_path, "es").state == "warning"
    write_heartbeat(tmp_path, "reporter", at=900.0, state="ready", detail="")
    assert read_reporter(tmp_path, "es").state == "down"


def test_backup_is_made_verified_and_not_downloaded_in_plain(client: TestClient, context: Context) -> None:
    enrol(context)
    made = client.post("/api/backups?user_id=ing.rojas")
    assert made.status_code == 201, made.text
    name = made.json()["name"]
    [listed] = client.get("/api/backups").json()["backups"]
    assert (listed["name"], listed["kind"], listed["is_encrypted"]) == (name, "whole", False)
    verified = client.post(f"/api/backups/{name}/verify").json()
    assert (verified["files"], verified["rows"]["employees"]) == (1, 1)
    assert client.get(f"/api/backups/{name}/file").status_code == 409
    for strange in ("no-such-backup", "..%2Fplant.db"):
        assert client.get(f"/api/backups/{strange}/file").status_code in {404, 422}
    with context.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT action, user_id FROM audit_log WHERE action LIKE 'backup%'").all()
    assert [tuple(row) for row in rows] == [("backup_made", "ing.rojas"), ("backup_verified", None)]


def test_encrypted_backup_is_downloaded(tmp_path: Path) -> None:
    key = tmp_path / "backup.key"
    key.write_text(new_key(), encoding="ascii")
    key.chmod(0o600)
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/plant.db", backup_dir=tmp_path / "backups", backup_key_file=key
    )
    opened = open_context(settings)
    with closing(opened.database), TestClient(create_app(opened), base_url="http://localhost:8000") as client:
        name = client.post("/api/backups").json()["name"]
        downloaded = client.get(f"/api/backups/{name}/file")
    assert downloaded.status_code == 200
    assert downloaded.content == (tmp_path / "backups" / name).read_bytes()
    assert downloaded.content.startswith(b"age-encryption.org")


def test_restoration_is_requested_from_a_running_launcher_only(client: TestClient, context: Context) -> None:
    name = client.post("/api/backups").json()["name"]
    refused = client.post(f"/api/backups/{name}/restore")
    assert refused.status_code == 409
    assert f"restore --file {name}" in refused.json()["detail"]
    run_dir = context.settings.run_dir
    own = identify(os.getpid())
    assert own is not None
    reused = replace(own, born=own.born - 60)
    (run_dir / "launcher.json").write_text(json.dumps({"launcher": asdict(reused)}), encoding="utf-8")
    assert client.post(f"/api/backups/{name}/restore").status_code == 409
    (run_dir / "launcher.json").write_text(json.dumps({"launcher": asdict(own)}), encoding="utf-8")
    accepted = client.post(f"/api/backups/{name}/restore?user_id=ing.rojas")
    assert accepted.status_code == 202, accepted.text
    request = take_request(run_dir)
    assert request is not None
    assert (Path(request.backup).name, request.requested_by) == (name, "ing.rojas")
    assert take_request(run_dir) is None


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL on this machine")
def test_dump_of_postgresql_is_verified_and_restored_by_its_own_tools(
    prepared_postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(postgresql_programs()))
    settings = Settings(database_url=prepared_postgresql, run_dir=tmp_path, backup_dir=tmp_path / "backups")
    opened = open_context(settings)
    with closing(opened.database), TestClient(create_app(opened), base_url="http://localhost:8000") as client:
        made = client.post("/api/backups").json()
        verified = client.post(f"/api/backups/{made['name']}/verify").json()
        own = identify(os.getpid())
        assert own is not None
        (tmp_path / "launcher.json").write_text(json.dumps({"launcher": asdict(own)}), encoding="utf-8")
        refused = client.post(f"/api/backups/{made['name']}/restore")
    assert (made["kind"], verified["files"], verified["rows"]) == ("dump", 1, {})
    assert (refused.status_code, "pg_restore" in refused.json()["detail"]) == (409, True)
    assert take_request(tmp_path) is None


def test_logs_by_level_newest_first(client: TestClient, context: Context) -> None:
    logs = context.settings.run_dir / "logs"
    (logs / "ingest.log").write_text(LOG, encoding="utf-8")
    (logs / "reporter.log").write_text(f"{JSON_LINE}\n\n", encoding="utf-8")
    texts = [line["text"] for line in client.get("/api/logs").json()["lines"]]
    assert texts == ["request failed path=/detections", "heartbeat not saved reason='disk full'"]
    everything = client.get("/api/logs?level=info").json()
    assert everything["total"] == 6
    assert everything["lines"][0]["text"] == "alert escalated alert=7"
    assert [line["component"] for line in client.get("/api/logs?level=info&component=reporter").json()["lines"]] == [
        "reporter"
    ]
    assert len(client.get("/api/logs?level=info&limit=2").json()["lines"]) == 2


def test_administrators_see_no_line_about_alerts(context: Context) -> None:
    logs = context.settings.run_dir / "logs"
    (logs / "ingest.log").write_text(LOG, encoding="utf-8")
    (logs / "reporter.log").write_text(JSON_LINE, encoding="utf-8")
    texts = [line.text for line in read_log_lines(context, "info", None, 100, Role.ADMIN).lines]
    assert "listening address=http://127.0.0.1:5000" in texts
    assert not [text for text in texts if "alert" in text]


def test_line_in_an_unknown_form_is_kept() -> None:
    line = parse_line("api", "Uvicorn started", None)
    assert line is not None
    assert (line.level, line.at, line.text) == ("info", None, "Uvicorn started")
    assert parse_line("api", "   ", None) is None


def test_deeply_nested_line_is_shown_as_it_is() -> None:
    text = '{"a":' * 40_000
    line = parse_line("api", text, None)
    assert line is not None
    assert line.text == text


def test_administrators_learn_no_number_of_detections_from_sizes(context: Context) -> None:
    employee = enrol(context)
    made = [backups.make_item(context, Actor(role=Role.ADMIN))]
    before = status.read_status(context, [], "es").disks
    for _ in range(40):
        add_detection(context, employee_id=employee, emotion="sad", emotion_confidence=0.9)
    made.append(backups.make_item(context, Actor(role=Role.ADMIN)))
    assert made[0].bytes == made[1].bytes
    verified = [backups.verify_item(context, item.name, Actor(role=Role.ADMIN)).rows for item in made]
    assert verified[0]["detection_events"] == verified[1]["detection_events"]
    assert verified[0]["employees"] == 64, "a power of two, not 1"
    assert backups.verify_item(context, made[1].name, Actor()).rows["detection_events"] == 40
    after = status.read_status(context, [], "es").disks
    assert [disk.used_bytes for disk in before] == [disk.used_bytes for disk in after]


def test_usual_work_of_programs_is_left_out_for_administrators(context: Context) -> None:
    log = "2026-11-28T18:50:00.5Z [info     ] batch stored count=3\n2026-11-28T18:50:01.5Z [info     ] stopped\n"
    (context.settings.run_dir / "logs" / "ingest.log").write_text(log, encoding="utf-8")
    found = {role: read_log_lines(context, "info", None, 100, role).lines for role in (Role.ADMIN, None)}
    assert [line.text for line in found[Role.ADMIN]] == ["stopped"]
    assert len(found[None]) == 2


def test_lines_state_no_size_or_position_to_administrators(context: Context) -> None:
    log = (
        "2026-11-28T18:50:00.5Z [info     ] backup made file=a.db bytes=123456 encrypted=True\n"
        "2026-11-28T18:50:01.5Z [warning  ] feed connection lost reason=locked position=4711\n"
        "2026-11-28T18:50:02.5Z [error    ] unreadable event skipped after=4711 reason=KeyError\n"
    )
    (context.settings.run_dir / "logs" / "reporter.log").write_text(log, encoding="utf-8")
    found = {role: read_log_lines(context, "info", None, 100, role).lines for role in (Role.ADMIN, None)}
    assert [line.text for line in found[Role.ADMIN]] == [
        "unreadable event skipped reason=KeyError",
        "feed connection lost reason=locked",
        "backup made file=a.db encrypted=True",
    ]
    assert "bytes=123456" in found[None][2].text
