"""Detection exports: the same rows in each format, in pages, in constant memory, without formulas."""

import csv
import io
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from stressvision.api.app import create_app
from stressvision.api.export_formats import write_csv
from stressvision.api.parquet_process import stream_parquet
from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import Unavailable
from stressvision.db.queries.detections.detections import DetectionFilter
from stressvision.db.schema.tables import detection_events
from stressvision.services.context import Context
from stressvision.services.exports import PAGE, DetectionStream
from stressvision.wire.exports import ParquetRequest
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection

EXPORT = "/api/export/detections"


@pytest.fixture
def client(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture
def either(context: Context) -> Iterator[TestClient]:
    """A client of the backend on each kind of database."""
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def fill(context: Context, count: int) -> None:
    """Store detections up to now, three per second with equal times, so that ids decide their order."""
    employee = enrol(context)
    for number in range(count):
        seen = context.clock() - timedelta(seconds=number // 3)
        stress = {"emotion": "stress", "emotion_confidence": 0.9, "emotion_vector": {"stress": 0.9, "sad": 0.1}}
        add_detection(context, employee_id=employee, timestamp=seen, track_id=f"trk_{number}", **stress)


def fill_fast(context: Context, count: int) -> None:
    first = datetime(2026, 9, 21, tzinfo=UTC)
    rows = [{"timestamp": first + timedelta(seconds=number // 2), "device_id": "pi-1"} for number in range(count)]
    with context.database.write() as connection:
        connection.execute(insert(detection_events), rows)


def test_pages_stay_consistent_while_rows_arrive(either: TestClient, context: Context) -> None:
    fill(context, 20)
    everything = [row["id"] for row in either.get(EXPORT).json()["detections"]]
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = either.get(f"{EXPORT}?limit=7{cursor and '&cursor='}{cursor}").json()
        seen += [row["id"] for row in page["detections"]]
        cursor = page["next_cursor"]
        add_detection(context, timestamp=context.clock() + timedelta(seconds=1))
    assert seen == everything
    assert page["total"] == 22


def test_every_format_has_the_same_rows(either: TestClient, context: Context) -> None:
    fill(context, 5)
    add_detection(context, bounding_box={"x": -4, "y": 2, "w": 30, "h": 40}, processing_time_ms=14.5)
    listed = either.get(f"{EXPORT}?format=json").json()["detections"]
    text = either.get(f"{EXPORT}?format=csv")
    table = pq.read_table(io.BytesIO(either.get(f"{EXPORT}?format=parquet").content)).to_pylist()
    lines = list(csv.DictReader(io.StringIO(text.text)))
    assert text.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert len(listed) == len(lines) == len(table) == 6
    for row, line, cells in zip(listed, lines, table, strict=True):
        assert [str(row[name]) for name in ("id", "timestamp", "device_id")] == [
            line["id"],
            line["timestamp"],
            line["device_id"],
        ]
        assert (cells["id"], cells["track_id"], cells["emotion"]) == (row["id"], row["track_id"], row["emotion"])
        assert cells["timestamp"] == datetime.fromisoformat(row["timestamp"])
        assert line["emotion_vector_sad"] == ("" if cells["emotion_vector_sad"] is None else "0.1")
    boxed = next(cells for cells in table if cells["bounding_box_w"])
    assert (boxed["bounding_box_x"], boxed["processing_time_ms"]) == (-4, 14.5)


def test_csv_escapes_formulas(client: TestClient, usual_context: Context) -> None:
    for track in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", 'a"b,c\nd'):
        add_detection(usual_context, track_id=track)
    lines = csv.DictReader(io.StringIO(client.get(f"{EXPORT}?format=csv").text, newline=""))
    assert {line["track_id"] for line in lines} == {"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", 'a"b,c\nd'}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("application/json", "application/json"),
        ("text/html, */*;q=0.8", "application/json"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("text/csv;q=0.3, application/vnd.apache.parquet;q=0.9", "application/vnd.apache.parquet"),
        ("text/csv; charset=utf-8", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("image/png", "application/json"),
        ("", "application/json"),
    ],
)
def test_format_is_negotiated_by_accept_header(client: TestClient, accept: str, media_type: str) -> None:
    answer = client.get(EXPORT, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize("day", ["2026-11-22", "20261122", "2026W477"])
def test_file_name_shows_filter(client: TestClient, day: str) -> None:
    asked = f"employee_id=3&emotion=sad&start_date={day}&end_date={day}&format=csv"
    name = "detections_employee-3_sad_from-20261122T000000Z_to-20261123T000000Z.csv"
    assert client.get(f"{EXPORT}?{asked}").headers["content-disposition"] == f'attachment; filename="{name}"'
    parquet = client.get(f"{EXPORT}?format=parquet").headers["content-disposition"]
    assert parquet == 'attachment; filename="detections.parquet"'


@pytest.mark.parametrize("query", ["format=xlsx", "cursor=abc", "emocion=sad", "limit=0", "emotion=rabia"])
def test_invalid_export_parameter_is_named(client: TestClient, query: str) -> None:
    refused = client.get(f"{EXPORT}?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize(("count", "limit"), [(2 * PAGE, None), (2 * PAGE + 1, None), (2 * PAGE + 1, PAGE)])
def test_export_pages_join_without_gap(usual_context: Context, count: int, limit: int | None) -> None:
    fill_fast(usual_context, count)
    stream = DetectionStream(usual_context, DetectionFilter(), limit)
    ids = [row.id for page in stream.read_pages() for row in page]
    assert ids == list(range(count, count - (limit or count), -1))
    assert (stream.next_cursor is None) == (limit is None)


def test_export_memory_is_bounded(usual_context: Context) -> None:
    fill_fast(usual_context, 6 * PAGE)

    def peak(limit: int) -> int:
        tracemalloc.start()
        for _ in write_csv(DetectionStream(usual_context, DetectionFilter(), limit).read_pages()):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(6 * PAGE) < 1.5 * peak(2 * PAGE)


def test_export_is_audited(client: TestClient, usual_context: Context) -> None:
    client.get(f"{EXPORT}?format=csv&employee_id=3&start_date=2026-11-22")
    with usual_context.database.read() as connection:
        query = "SELECT action, entity_id, ip_address FROM audit_log"
        assert tuple(connection.exec_driver_sql(query).one()) == ("export_detections", 3, "testclient")


def test_failing_parquet_process_is_reported_before_response_starts(usual_context: Context) -> None:
    everything: dict[str, Any] = {**dict.fromkeys(ParquetRequest.model_fields), "policy": "pe"}
    with pytest.raises(Unavailable):
        stream_parquet(usual_context.settings, ParquetRequest(**everything), (sys.executable, "-c", "exit(2)"))


def test_backend_does_not_import_child_process_libraries() -> None:
    heavy = {"pyarrow", "numpy", "cv2", "dlib", "pandas", "sqlalchemy.dialects.postgresql"}
    code = f"import sys, stressvision.api.app; print(sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
