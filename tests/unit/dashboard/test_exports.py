"""The files hold what the page shows."""

import csv
import io
import json
from datetime import UTC, datetime

from stressvision.dashboard.exports import report_csv, report_json
from stressvision.wire.reports import EmployeeReport, Report

START = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


def one_report(name: str = "Kofi Mendoza Díaz") -> Report:
    own = EmployeeReport(
        employee_id=3,
        name=name,
        code="EMP003",
        department=None,
        stress_pct=8.3,
        fatigue_pct=58.0,
        total_detections=48,
        counts={"neutral": 12, "happy": 4, "stress": 3, "sad": 1, "fatigue": 28},
        avg_confidence=0.86,
    )
    return Report(
        id=1,
        start_timestamp=START,
        end_timestamp=START.replace(minute=45),
        kind="scheduled",
        revision=0,
        total_detections=48,
        total_employees_detected=1,
        overall_stress_percentage=8.3,
        per_employee_summary={"3": own},
        alerts_triggered=0,
        generated_at=START.replace(minute=45),
    )


def test_csv_has_one_line_per_person() -> None:
    text = report_csv(one_report())
    assert text.startswith("\ufeff"), "spreadsheets take it for Latin-1 without the mark"
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [
        {
            "start": "2026-11-22T15:30:00.000Z",
            "end": "2026-11-22T15:45:00.000Z",
            "code": "EMP003",
            "name": "Kofi Mendoza Díaz",
            "department": "",
            "total_detections": "48",
            "stress_pct": "8.3",
            "fatigue_pct": "58.0",
            "avg_confidence": "0.86",
            "neutral": "12",
            "happy": "4",
            "stress": "3",
            "sad": "1",
            "fatigue": "28",
        }
    ]


def test_csv_escapes_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(report_csv(one_report(name='=HYPERLINK("http://x")')))))
    assert rows[0]["name"] == '\'=HYPERLINK("http://x")'


def test_json_is_the_wire_report() -> None:
    report = one_report()
    assert Report.model_validate(json.loads(report_json(report))) == report
