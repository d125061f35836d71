"""Reports, days and weeks over HTTP: as JSON, HTML and PDF, with and without persons."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.services.context import Context
from stressvision.services.detections.storing import store_detection
from stressvision.services.reports.creation import write_due_reports, write_manual_report
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def client(usual_context: Context, clock: FakeClock) -> Iterator[TestClient]:
    """Store one window with two people (report 1) and one with six (report 2)."""
    people = [enrol(usual_context, f"EMP00{number}", f"Persona Número{number}") for number in range(1, 7)]
    for seen in (people[:2], people):
        for person in seen:
            store_detection(usual_context, detection(clock(), person, "stress"))
            store_detection(usual_context, detection(clock(), person, "neutral"))
        clock.advance(minutes=15)
    write_due_reports(usual_context, timedelta(minutes=15))
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


def test_report_has_previous_period_and_coverage(client: TestClient) -> None:
    report = client.get("/api/reports/2").json()
    assert report["previous"].items() >= {"total_detections": 4, "overall_stress_percentage": 50.0}.items()
    assert report["coverage"][0].items() >= {"device_id": "pi-1", "minutes": 15, "seen_minutes": 1}.items()
    assert report["per_employee_summary"]["1"]["usual"] is None
    assert client.get("/api/reports/1").json()["previous"] is None


@pytest.mark.parametrize("path", ["/api/reports/2", "/api/reports/daily/2026-11-22", "/api/reports/weekly/2026-11-22"])
def test_each_report_is_available_as_html(client: TestClient, path: str) -> None:
    assert client.get(path, headers={"Accept": "*/*"}).headers["content-type"] == "application/json"
    page = client.get(path, headers=BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "Persona Número1" in page.text


def test_daily_summary_is_available_as_pdf(client: TestClient) -> None:
    pdf = client.get("/api/reports/daily/2026-11-22", headers={"Accept": "application/pdf"})
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"] == 'inline; filename="stressvision_daily_2026-11-22.pdf"'


def test_report_in_english_on_request(client: TestClient) -> None:
    page = client.get("/api/reports/daily/2026-11-22", headers={**BROWSER, "Accept-Language": "en"}).text
    assert "Daily report" in page
    assert "Reporte" not in page


def test_small_windows_are_withheld_without_persons(client: TestClient) -> None:
    whole = client.get("/api/reports/daily/2026-11-22").json()
    public = client.get("/api/reports/daily/2026-11-22?persons=false").json()
    assert (whole["total_detections"], whole["total_employees_detected"]) == (16, 6)
    assert (public["total_detections"], public["withheld"], public["per_employee_summary"]) == (12, True, {})
    assert len(public["periods"]) == 1
    assert client.get("/api/reports/1?persons=false").status_code == 403
    assert client.get("/api/reports/2?persons=false").json()["previous"] is None
    assert client.get("/api/reports/1?persons=false&format=pdf").status_code == 403
    assert "Persona Número" not in client.get("/api/reports/2?persons=false&format=html").text


def test_manual_report_requires_permission_to_see_persons(client: TestClient, usual_context: Context) -> None:
    manual = write_manual_report(usual_context, timedelta(minutes=20))
    assert manual.total_employees_detected == 6
    assert client.get(f"/api/reports/{manual.id}").status_code == 200
    assert client.get(f"/api/reports/{manual.id}?persons=false").status_code == 403


@pytest.mark.parametrize(
    ("day", "detail"), [("ayer", "AAAA-MM-DD"), ("2026-11-31", "AAAA-MM-DD"), ("2026-11-23", "aún no ha llegado")]
)
def test_invalid_day_is_rejected_with_reason(client: TestClient, day: str, detail: str) -> None:
    answer = client.get(f"/api/reports/daily/{day}")
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == "date"


def test_reading_report_with_persons_is_audited(client: TestClient, usual_context: Context) -> None:
    client.get("/api/reports/2?format=html")
    client.get("/api/reports/2?format=html&persons=false")
    client.get("/api/reports/weekly/2026-11-22")
    with usual_context.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT action FROM audit_log WHERE entity_type = 'report' ORDER BY id").all()
    assert [row[0] for row in rows] == ["print_report", "read_weekly_summary"]


def test_brief_list_has_neither_persons_nor_cameras(client: TestClient) -> None:
    whole, brief = (client.get(f"/api/reports?brief={brief}").json() for brief in ("false", "true"))
    assert [report.pop("per_employee_summary") for report in brief["reports"]] == [{}, {}]
    assert [len(report.pop("per_employee_summary")) for report in whole["reports"]] == [6, 2]
    assert [report.pop("coverage") for report in brief["reports"]] == [[], []]
    assert all(report.pop("coverage") for report in whole["reports"])
    assert brief == whole, "all else"


def test_list_has_the_reports_that_begin_in_a_period(client: TestClient) -> None:
    def starts(query: str) -> tuple[list[str], int]:
        answer = client.get(f"/api/reports?{query}").json()
        return [report["start_timestamp"][:16] for report in answer["reports"]], answer["total"]

    every, total = starts("")
    assert total == len(every) == 2
    newest, oldest = every
    assert starts(f"start_date={newest}Z") == ([newest], 1)
    assert starts(f"end_date={newest}Z") == ([oldest], 1)
    assert starts("start_date=2026-11-22&end_date=2026-11-22") == (every, 2)
    assert starts("end_date=2026-11-21") == ([], 0)
    assert client.get("/api/reports?start_date=ayer").json()["errors"][0]["field"] == "start_date"
