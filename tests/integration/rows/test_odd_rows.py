"""Rows of one known odd form each: what is shown in their place, where they are counted, what may not be written."""

import argparse
import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from stressvision.api.app import create_app
from stressvision.commands.database import prepare
from stressvision.core.clock import from_stored, to_stored
from stressvision.core.config import Settings
from stressvision.db.engine.connection import sqlite_driver
from stressvision.db.queries.detections.figures import count_by_hour
from stressvision.db.schema.tables import REVISION, detection_events
from stressvision.services.context import Context
from stressvision.services.vitals import count_odd_rows, describe_database
from tests.integration.conftest import enrol
from tests.sqlite import connect

NOW = "2026-11-22 15:05:00.000"


@pytest.fixture
def client(sqlite_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(sqlite_context), base_url="http://localhost:8000") as client:
        yield client


def _write(context: Context, statement: str, *values: object) -> None:
    with closing(connect(str(Path(context.database.url.database or "")))) as connection, connection:
        connection.execute(statement, values)


def _detection(context: Context, **values: object) -> None:
    row = {"timestamp": NOW, "device_id": "hand", "emotion": "stress", "emotion_confidence": 0.9, **values}
    marks = ", ".join("?" * len(row))
    _write(context, f"INSERT INTO detection_events({', '.join(row)}) VALUES ({marks})", *row.values())


@pytest.mark.parametrize(
    ("column", "stored", "shown"),
    [
        ("bounding_box", "{}", None),
        ("bounding_box", "10,20,30,40", None),
        ("bounding_box", '{"x":1,"y":2,"w":-1,"h":4}', None),
        ("emotion_vector", "[0.1,0.2]", None),
        ("emotion_vector", '{"stress":1e999}', None),
        ("emotion", "surprise", "surprise"),
        ("emotion", b"stress", "stress"),
        ("emotion_confidence", "much", None),
        ("emotion_confidence", 7.5, 7.5),
        ("track_id", b"\xff", "\ufffd"),
        ("decision_frames", "many", None),
    ],
)
def test_odd_field_is_null_or_as_it_stands_and_flagged(
    sqlite_context: Context, client: TestClient, column: str, stored: object, shown: object
) -> None:
    _detection(sqlite_context)
    _detection(sqlite_context, **{column: stored})
    listed = client.get("/api/export/detections").json()["detections"]
    assert [row["odd_fields"] for row in listed] == [[column], []]
    assert listed[0][column] == shown
    text = client.get("/api/export/detections?format=csv").text
    assert [row["odd_fields"] for row in csv.DictReader(io.StringIO(text))] == [column, ""]


def test_report_with_an_odd_summary_keeps_its_sound_entries(sqlite_context: Context, client: TestClient) -> None:
    sound = '"1":{"employee_id":1,"name":"Ana","code":"EMP001","stress_pct":10,"counts":{},"avg_confidence":0.5}'
    for summary in ("not json", "{}", '{%s,"2":{"name":3}}' % sound):  # noqa: UP031  braces
        _write(
            sqlite_context,
            "INSERT INTO reports_15min(start_timestamp, end_timestamp, total_detections, per_employee_summary,"
            " total_employees_detected, overall_stress_percentage, alerts_triggered) VALUES (?, ?, 1, ?, 1, 15.3, 0)",
            "2024-10-22 10:00:00.000",
            f"2024-10-22 10:1{len(summary) % 10}:00.000",
            summary,
        )
    reports = client.get("/api/reports").json()["reports"]
    assert [(list(own["per_employee_summary"]), own["odd_fields"]) for own in reversed(reports)] == [
        ([], ["per_employee_summary"]),
        ([], []),
        (["1"], ["per_employee_summary"]),
    ]
    assert client.get("/api/reports/daily/2024-10-22").status_code == 200


def test_alert_of_unknown_severity_and_status_can_be_acknowledged(sqlite_context: Context, client: TestClient) -> None:
    employee = enrol(sqlite_context)
    insert = "INSERT INTO alerts(timestamp, employee_id, severity, status) VALUES (?, ?, 'critical', 'open')"
    _write(sqlite_context, insert, NOW, employee)
    (alert,) = client.get("/api/alerts?status=all").json()["alerts"]
    assert (alert["severity"], alert["status"], alert["odd_fields"]) == ("critical", "open", ["severity", "status"])
    answer = client.post("/api/alerts/1/acknowledge", json={"user_id": "doctora"})
    assert answer.json()["alert"]["status"] == "acknowledged"


def test_odd_rows_are_counted_for_doctor_and_metrics(sqlite_context: Context, client: TestClient) -> None:
    _detection(sqlite_context, bounding_box="{}", emotion="surprise")
    _detection(sqlite_context)
    assert count_odd_rows(sqlite_context.settings) == {"detection_events": 1}
    before = _odd_values(client)
    client.get("/api/export/detections")
    assert _odd_values(client) == before + 1


def _odd_values(client: TestClient) -> float:
    name = 'stressvision_odd_fields_read_total{field="bounding_box",row="DetectionRow"}'
    found = [line.split(" ")[1] for line in client.get("/metrics").text.splitlines() if line.startswith(name)]
    return float(found[0]) if found else 0.0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO detection_events(timestamp, device_id) VALUES (datetime('now'), 'hand')",
        "INSERT INTO alerts(timestamp) VALUES ('2026-11-22T10:00:00Z')",
        "UPDATE sessions SET end_timestamp = datetime('now')",
    ],
)
def test_time_in_another_form_is_refused_with_the_wanted_form(sqlite_context: Context, statement: str) -> None:
    _write(sqlite_context, "INSERT INTO sessions(device_id, start_timestamp) VALUES ('d', ?)", NOW)
    with pytest.raises(sqlite_driver().IntegrityError, match=r"write strftime\('%Y-%m-%d %H:%M:%f', 'now'\)"):
        _write(sqlite_context, statement)


@pytest.mark.parametrize("time", ["9999-12-31 23:59:59.999", "9999-99-99 99:99:99.999"])
def test_time_that_no_clock_can_reach_is_not_recent(sqlite_context: Context, client: TestClient, time: str) -> None:
    _detection(sqlite_context)
    _detection(sqlite_context, timestamp=time)
    stats = client.get("/api/dashboard/stats?hours=168").json()
    assert [hour["count"] for hour in stats["detections_by_hour"]] == [1]
    assert client.get("/api/dashboard/overview").json()["detections_last_hour"] == 1


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("2026-02-31 10:00:00.000", "2026-02-28 23:59:59.999"),
        ("2024-02-30 10:00:00.000", "2024-02-29 23:59:59.999"),
        ("2026-11-00 10:00:00.000", "2026-10-31 23:59:59.999"),
        ("2026-12-99 10:00:00.000", "2026-12-31 23:59:59.999"),
        ("2026-00-10 10:00:00.000", "2025-12-31 23:59:59.999"),
        ("2026-13-10 10:00:00.000", "2026-12-31 23:59:59.999"),
        ("2026-11-22 24:00:00.000", "2026-11-22 23:59:59.999"),
        ("2026-11-22 10:60:00.000", "2026-11-22 10:59:59.999"),
        ("2026-11-22 10:10:60.000", "2026-11-22 10:10:59.999"),
        ("0000-00-00 00:00:00.000", "1970-01-01 00:00:00.000"),
        ("9999-99-99 99:99:99.999", "9000-12-31 23:59:59.999"),
    ],
)
def test_impossible_time_reads_as_the_last_one_before_it(sqlite_context: Context, stored: str, read: str) -> None:
    _detection(sqlite_context, timestamp=stored)
    with sqlite_context.database.read() as connection:
        (moment,) = connection.execute(select(detection_events.c.timestamp)).scalars()
    assert to_stored(moment) == read


def test_impossible_time_hides_no_later_hour(sqlite_context: Context) -> None:
    times = [
        "2026-02-28 22:10:00.000",
        "2026-02-28 23:10:00.000",
        "2026-02-31 10:00:00.000",
        "2026-03-00 10:00:00.000",
        "2026-03-01 00:10:00.000",
        "2026-03-01 25:00:00.000",
        "2026-03-02 08:00:00.000",
    ]
    for time in times:
        _detection(sqlite_context, timestamp=time)
    with sqlite_context.database.read() as connection:
        counts = count_by_hour(from_stored(times[0][:11] + "00:00:00.000"), from_stored(times[-1])).fetch(connection)
    hours = {f"{hour:%d %H}": count for hour, count in counts.items()}
    assert hours == {"28 22": 1, "28 23": 3, "01 00": 1, "01 23": 1, "02 08": 1}


def test_pages_pass_impossible_times_without_repeating_or_losing_a_row(
    sqlite_context: Context, client: TestClient
) -> None:
    for at in ("2026-99-99 10:00:00.000", "2024-02-31 10:00:00.000", "0000-01-01 00:00:00.000", NOW):
        _detection(sqlite_context, timestamp=at)
        _detection(sqlite_context, timestamp=at)
    seen: list[int] = []
    cursor: Any = None
    while True:
        query = f"&cursor={cursor}" if cursor else ""
        page = client.get(f"/api/export/detections?limit=1{query}").json()
        seen += [row["id"] for row in page["detections"]]
        cursor = page["next_cursor"]
        if cursor is None or len(seen) > 20:
            break
    assert sorted(seen) == list(range(1, 9))


def test_doctor_is_given_the_count_of_odd_rows(
    sqlite_context: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _detection(sqlite_context, bounding_box="{}")
    _write(sqlite_context, "INSERT INTO employees(employee_code, full_name, shift) VALUES ('A1', 'A', ?)", b"\xff")
    assert prepare(sqlite_context.settings, argparse.Namespace(check=True, demo=False)) == 0
    assert "detection_events 1, employees 1" in capsys.readouterr().out


def test_checking_a_database_that_does_not_exist_creates_none(tmp_path: Path) -> None:
    assert count_odd_rows(Settings(database_url=f"sqlite:///{tmp_path}/none.db")) == {}
    assert list(tmp_path.iterdir()) == []


def test_database_is_described_without_its_rows(sqlite_context: Context) -> None:
    enrol(sqlite_context)
    _detection(sqlite_context, bounding_box="{}")
    shape = describe_database(sqlite_context.settings)
    assert shape.kind == "sqlite"
    assert shape.revision == REVISION
    assert shape.rows["detection_events"] == 1
    assert shape.rows["employees"] == 1
    assert shape.odd_rows == {"detection_events": 1}
    assert shape.bytes > 0


def test_missing_database_is_described_and_not_created(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    assert describe_database(Settings(database_url=f"sqlite:///{path}")).rows == {}
    assert not path.exists()
