"""Rows that other programs wrote, of any content that the tables allow: every reader shows what is there."""

import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stressvision.api.app import create_app
from stressvision.commands.parquet_export import write_parquet
from stressvision.core.clock import to_stored
from stressvision.core.config import Settings
from stressvision.documents.own_data import build_own_data_document
from stressvision.documents.pdf import write_pdf
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.documents.reports import build_report_document, build_summary_document
from stressvision.services.audit import verify_audit
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.feed import ChangeFeed
from stressvision.services.figures import read_ingest_stats
from stressvision.services.privacy.own_data import read_own_data
from stressvision.services.reports import creation, reading, summaries
from stressvision.wire.alerts import AlertDetail, AlertList
from stressvision.wire.backend import DetectionList, DeviceList, EmployeeList, EmployeeState, Overview, Stats
from stressvision.wire.exports import ParquetRequest
from stressvision.wire.reports import Report, ReportList, Summary
from tests.conftest import FakeClock
from tests.sqlite import connect

NOW = FakeClock().now
SOUND = 700
"""Row id of the sound row of each table."""
_READER = Actor(user_id="test")

_INT64 = st.integers(-(2**63), 2**63 - 1)
_TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
_BROKEN = st.sampled_from(
    (
        *("{}", "[]", "not json", "10,20,30,40", "[0.1,0.2]", '"x"', "7", "null", "NaN", "1e999", '"\\ud800"'),
        *("[" * 400, '{"x":1e999}', '{"x":1,"y":2,"w":-3,"h":4}', '{"stress":"much"}', '{"stress":null}'),
        *('{"1":{}}', '{"1":null}', '{"abc":{"counts":1}}', '{"99999999999999999999":{}}', '{"700":{"counts":[1]}}'),
        '{"700":{"employee_id":700,"name":"A","code":"B","stress_pct":1e400,"counts":{"stress":99999999999999999999},'
        '"avg_confidence":null}}',
        '{"700":{"employee_id":-1,"name":"","code":"","stress_pct":-5,"counts":{"?":3},"avg_confidence":7}}',
        '[{"device_id":"d","minutes":0,"seen_minutes":5,"coverage_pct":900.0,"strip":[1,2,300]}]',
        '[{"start":"yesterday","events":1,"total":1}]',
        *("pending", "surprise", "critical", "scheduled", "manual", "=1+1", "<script>", "\u202e", "x" * 3000),
        *(b"\xff\xfe", b"stress", b"", float("inf"), float("-inf"), 0, -1, 700),
    )
)
_ANY = st.one_of(st.none(), _INT64, st.floats(allow_nan=False), _TEXTS, st.binary(max_size=8), _BROKEN)
_MOMENTS = st.one_of(
    st.sampled_from((0, 1, 600, 5000, 90_000, -60)).map(lambda seconds: to_stored(NOW - timedelta(seconds=seconds))),
    st.sampled_from(("2024-02-31 10:00:00.000", "2024-99-99 99:99:99.999", "0000-01-01 00:00:00.000")),
    st.sampled_from(("9999-12-31 23:59:59.999", "0001-01-01 00:00:00.000", "2026-11-22 15:00:00", None)),
)
_COLUMNS = {
    "employees": (
        *("employee_code", "full_name", "department", "shift", "face_embedding", "face_encoding_quality"),
        *("enrollment_date", "consent_given", "consent_date", "is_active", "last_seen", "created_at", "updated_at"),
    ),
    "sessions": (
        *("device_id", "location", "start_timestamp", "end_timestamp", "fps_avg", "frames_processed", "status"),
        *("created_at", "session_key"),
    ),
    "detection_events": (
        *("session_id", "timestamp", "device_id", "track_id", "employee_id", "recognition_confidence", "emotion"),
        *("emotion_confidence", "emotion_vector", "bounding_box", "frame_quality", "processing_time_ms", "created_at"),
        *("event_id", "decision_frames"),
    ),
    "alerts": (
        *("timestamp", "employee_id", "alert_type", "severity", "description", "status", "acknowledged_by"),
        *("acknowledged_at", "resolution_notes", "created_at", "resolved_by", "resolved_at", "evidence_events"),
        *("evidence_total", "evidence_confidence", "device_id", "evidence_start", "evidence_minutes", "usual_share"),
        *("usual_days", "error_chance", "escalation_level"),
    ),
    "reports_15min": (
        *("start_timestamp", "end_timestamp", "total_detections", "total_employees_detected"),
        *("overall_stress_percentage", "per_employee_summary", "alerts_triggered", "generated_at", "kind", "revision"),
        *("window_minutes", "overall_fatigue_percentage", "stress_detections", "fatigue_detections", "coverage"),
    ),
    "audit_log": (
        *("timestamp", "user_id", "action", "entity_type", "entity_id", "ip_address", "details", "previous_hash"),
        "hash",
    ),
    "devices": (
        *("device_id", "location", "state", "detail", "last_seen", "fps", "frames_processed", "outbox_depth"),
        *("stage_ms", "preview_url", "temperature", "throttled", "clock_ahead_seconds"),
    ),
}
_TIMES = frozenset({"created_at", "updated_at", "last_seen", "enrollment_date", "generated_at", "evidence_start"})


def _is_time(column: str) -> bool:
    return column in _TIMES or column.endswith(("timestamp", "_at", "_date"))


@st.composite
def _rows(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    table = draw(st.sampled_from(sorted(_COLUMNS)))
    chosen = draw(st.sets(st.sampled_from(_COLUMNS[table])))
    values = {name: draw(_MOMENTS if _is_time(name) else _ANY) for name in sorted(chosen)}
    if "employee_id" in _COLUMNS[table] and draw(st.booleans()):
        values["employee_id"] = SOUND
    return table, {**_required(table, draw(st.integers(0, 10**9))), **values}


def _required(table: str, number: int) -> dict[str, Any]:
    at = to_stored(NOW - timedelta(seconds=number % 3000))
    return {
        "employees": {"employee_code": f"X{number}", "full_name": "Otro"},
        "sessions": {"device_id": "d", "start_timestamp": at},
        "detection_events": {"timestamp": at, "device_id": "d"},
        "alerts": {"timestamp": at},
        "reports_15min": {"start_timestamp": at, "end_timestamp": to_stored(NOW)},
        "audit_log": {"hash": "x", "previous_hash": "y"},
        "devices": {"device_id": f"d{number}", "state": "watching", "last_seen": at},
    }[table]


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    path = tmp_path_factory.mktemp("rows") / "t.db"
    opened = open_context(Settings(database_url=f"sqlite:///{path}", time_zone="Asia/Kolkata"), FakeClock())
    yield opened
    opened.database.close()


@pytest.fixture(scope="module")
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000", client=("127.0.0.1", 50000)) as client:
        yield client


def _insert_sound(path: str) -> None:
    at = to_stored(NOW - timedelta(minutes=5))
    start, end = (to_stored(datetime(2026, 11, 22, 14, minute, tzinfo=UTC)) for minute in (30, 45))
    person = {"employee_id": SOUND, "name": "Ana", "code": "EMP001", "stress_pct": 50.0, "counts": {"stress": 1}}
    summary = json.dumps({str(SOUND): {**person, "avg_confidence": 0.9, "total_detections": 2}})
    with closing(connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO employees(id, employee_code, full_name, consent_given) VALUES (?, 'EMP001', 'Ana', 1)",
            (SOUND,),
        )
        connection.execute(
            "INSERT INTO detection_events(id, timestamp, device_id, employee_id, emotion, emotion_confidence,"
            """ bounding_box, emotion_vector) VALUES (?, ?, 'pi', ?, 'stress', 0.9, '{"x":1,"y":2,"w":3,"h":4}',"""
            """ '{"stress":0.9}')""",
            (SOUND, at, SOUND),
        )
        connection.execute(
            "INSERT INTO alerts(id, timestamp, employee_id, severity, alert_type) VALUES (?, ?, ?, 'high', 'x')",
            (SOUND, at, SOUND),
        )
        connection.execute(
            "INSERT INTO reports_15min(id, start_timestamp, end_timestamp, total_detections, total_employees_detected,"
            " overall_stress_percentage, per_employee_summary, alerts_triggered, window_minutes)"
            " VALUES (?, ?, ?, 2, 1, 50.0, ?, 0, 15)",
            (SOUND, start, end, summary),
        )


def _replace_rows(path: str, rows: list[tuple[str, dict[str, Any]]]) -> dict[str, list[int]]:
    """Empty the tables, insert a sound row into each and then each row the tables allow; ids by table."""
    with closing(connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS audit_trimmed")
        for table in ("changes", *_COLUMNS, "detection_totals", "device_minutes", "stale_days", "reports_daily"):
            connection.execute(f"DELETE FROM {table}")
    _insert_sound(path)
    stored: dict[str, list[int]] = {table: [] for table in _COLUMNS}
    with closing(connect(path)) as connection:
        for table, values in rows:
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            try:
                with connection:
                    cursor = connection.execute(f"INSERT INTO {table}({names}) VALUES ({marks})", [*values.values()])
            except (connection.IntegrityError, connection.OperationalError):
                continue  # the table does not allow it
            stored[table].append(cursor.lastrowid or 0)
    return stored


_PAGES = (
    ("/api/employees", EmployeeList, "employees"),
    ("/api/alerts?status=all&limit=1000", AlertList, "alerts"),
    ("/api/reports?limit=200", ReportList, "reports"),
    ("/api/export/detections", DetectionList, "detections"),
)


def _read_lists(client: TestClient) -> None:
    for path, model, name in _PAGES:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        listed = getattr(model.model_validate_json(answer.content), name)
        sound = [row for row in listed if row.id == SOUND]
        assert len(sound) == 1, path
        assert sound[0].odd_fields == (), path
        assert len(listed) == json.loads(answer.content)["total"], path


def _read_everything(client: TestClient, context: Context, stored: dict[str, list[int]]) -> None:
    _read_lists(client)
    models: list[tuple[str, Any]] = [
        ("/api/dashboard/overview", Overview),
        ("/api/dashboard/stats?hours=24", Stats),
        ("/api/devices", DeviceList),
        (f"/api/employees/{SOUND}/status?minutes=60", EmployeeState),
        (f"/api/alerts/{SOUND}", AlertDetail),
        (f"/api/reports/{SOUND}", Report),
        ("/api/reports/daily/2026-11-22", Summary),
        ("/api/reports/daily/2024-10-22", Summary),
        ("/api/reports/weekly/2026-11-22", Summary),
        *((f"/api/alerts/{row}", AlertDetail) for row in stored["alerts"] if row > 0),
        *((f"/api/reports/{row}", Report) for row in stored["reports_15min"] if row > 0),
        *((f"/api/employees/{row}/status", EmployeeState) for row in stored["employees"] if row > 0),
    ]
    for path, model in models:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        model.model_validate_json(answer.content)
    others = ("/", "/health", "/metrics", "/api/audit?limit=1000", "/api/silences", "/api/notifications")
    pages = [f"/api/employees/{SOUND}/data?format=html", "/api/reports/daily/2026-11-22?format=html"]
    pages += [f"/api/reports/{row}?format=html" for row in (SOUND, *stored["reports_15min"]) if row > 0]
    pages += [f"/api/employees/{row}/data?format=html" for row in stored["employees"] if row > 0]
    for path in (*others, *pages, "/api/export/detections?format=csv", f"/api/employees/{SOUND}/data"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)


def _read_documents(context: Context, stored: dict[str, list[int]]) -> None:
    profile = ReaderProfile(language="es", time_zone="America/Lima", asked_at=NOW, shows_stress=True)
    for row in stored["reports_15min"][:1]:
        assert write_pdf(build_report_document(reading.read_report(context, row), profile)).startswith(b"%PDF")
    for summary in (
        summaries.read_day(context, "2026-11-22", _READER),
        summaries.read_week(context, "2026-11-22", _READER),
    ):
        assert write_pdf(build_summary_document(summary, profile)).startswith(b"%PDF")
    for row in stored["employees"][:1]:
        data = read_own_data(context, row, _READER, with_faces=True)
        assert write_pdf(build_own_data_document(data, profile)).startswith(b"%PDF")


def _read_by_commands(context: Context, client: TestClient) -> None:
    sink = io.BytesIO()
    request = ParquetRequest(
        start=None, end=None, employee_id=None, emotion=None, cursor=None, limit=None, policy=context.settings.policy
    )
    write_parquet(context, request, sink)
    table = pq.read_table(io.BytesIO(sink.getvalue()))
    assert table.num_rows == client.get("/api/export/detections").json()["total"]
    with closing(ChangeFeed(context)) as feed:
        feed.read_after(0, 10_000)
    verify_audit(context)
    read_ingest_stats(context, 0.0).model_dump_json()
    creation.write_due_reports(context, timedelta(minutes=15))
    summaries.write_due_summaries(context)


@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(rows=st.lists(_rows(), min_size=3, max_size=12))
def test_every_reader_shows_sound_rows_among_arbitrary_ones(
    context: Context, client: TestClient, rows: list[tuple[str, dict[str, Any]]]
) -> None:
    stored = _replace_rows(_path(context), rows)
    _read_everything(client, context, stored)
    _read_documents(context, stored)
    _read_by_commands(context, client)


def _path(context: Context) -> str:
    return str(Path(context.database.url.database or ""))
