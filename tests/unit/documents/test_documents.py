"""Documents in HTML and PDF, with and without persons."""

import re
import string
from datetime import UTC, datetime, timedelta

import pytest

from stressvision.documents import charts, colours
from stressvision.documents import report_texts as texts
from stressvision.documents.document import Chart, Document, Table
from stressvision.documents.drawing import BarShape, Dot, Drawing, Label
from stressvision.documents.html import write_html
from stressvision.documents.pdf import write_pdf
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.documents.reports import build_report_document, build_summary_document
from stressvision.domain.reports import Window
from stressvision.services.reports.coverage import join_coverage
from stressvision.wire.reports import (
    DeviceCoverage,
    EmployeeReport,
    GroupReport,
    PeriodFigures,
    PreviousPeriod,
    Report,
    Summary,
    UsualLevel,
)
from tests.messages import messages

PAGE_HEIGHT = 297.0 - 24 - 20
START = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
EVIL = "<script>alert('Ñ')</script>"


def person(number: int, name: str, usual: UsualLevel | None = None) -> EmployeeReport:
    return EmployeeReport(
        employee_id=number,
        name=name,
        code=f"EMP{number:03d}",
        department="Producción",
        stress_pct=31.0,
        fatigue_pct=4.0,
        total_detections=100,
        counts={"neutral": 60, "happy": 5, "stress": 21, "sad": 10, "fatigue": 4},
        avg_confidence=0.8,
        usual=usual,
    )


def summary(**changes: object) -> Summary:
    people = [
        person(1, "Óscar Ñahui Łukasz", UsualLevel(stress_pct=12.0, fatigue_pct=3.0, days=9)),
        person(2, EVIL),
    ]
    periods = [
        PeriodFigures(
            start_timestamp=START + timedelta(hours=hour),
            end_timestamp=START + timedelta(hours=hour, minutes=15),
            total_detections=hour + 1,
            total_employees_detected=6,
            stress_detections=hour // 2,
            fatigue_detections=1,
            alerts_triggered=0,
        )
        for hour in range(24)
    ]
    group = GroupReport(
        department="Producción",
        people=6,
        total_detections=300,
        stress_detections=90,
        fatigue_detections=9,
        stress_pct=30.0,
        fatigue_pct=3.0,
    )
    coverage = DeviceCoverage(
        device_id="pi-1", location="Línea 1", minutes=1440, seen_minutes=720, coverage_pct=50.0, strip=[100, 0] * 48
    )
    values = {
        "kind": "daily",
        "day": "2026-11-22",
        "start_timestamp": START,
        "end_timestamp": START + timedelta(days=1),
        "time_zone": "America/Lima",
        "is_final": True,
        "revision": 1,
        "generated_at": START,
        "has_persons": True,
        "total_detections": 300,
        "total_employees_detected": 6,
        "overall_stress_percentage": 30.0,
        "overall_fatigue_percentage": 3.0,
        "alerts_triggered": 1,
        "periods": periods,
        "departments": [group],
        "coverage": [coverage],
        "per_employee_summary": {str(own.employee_id): own for own in people},
    }
    return Summary.model_validate(values | changes)


def report(**changes: object) -> Report:
    values = {
        "id": 7,
        "start_timestamp": START,
        "end_timestamp": START + timedelta(minutes=15),
        "kind": "scheduled",
        "revision": 0,
        "total_detections": 100,
        "total_employees_detected": 1,
        "overall_stress_percentage": 31.0,
        "per_employee_summary": {"1": person(1, "Óscar Ñahui")},
        "alerts_triggered": 0,
        "generated_at": START,
    }
    return Report.model_validate(values | changes)


DOCTOR = ReaderProfile("es", "America/Lima", START, "dra.quispe")
MANAGER = ReaderProfile("es", "America/Lima", START, "gerencia", has_persons=False)


def words(document: Document) -> str:
    """Return the HTML without its style."""
    return re.sub(r"<style>.*?</style>", "", write_html(document))


def test_html_escapes_entered_text() -> None:
    page = write_html(build_summary_document(summary(), DOCTOR))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_document_states_window_zone_coverage_method_and_account() -> None:
    page = words(build_summary_document(summary(), DOCTOR))
    for expected in (
        "22/11/2026 00:00 – 23/11/2026 00:00",
        "America/Lima (UTC-5)",
        "50 % del período",
        "no es un diagnóstico",
        "por dra.quispe",
        "CONFIDENCIAL",
        "sin historia suficiente",
        "+19.0",
        "revisión 1",
    ):
        assert expected in page


@pytest.mark.parametrize(
    ("minutes", "marks"),
    [
        (1, ["00:00", "00:01"]),
        (3, ["00:00", "00:01", "00:02", "00:03"]),
        (13, ["00:00", "00:02", "00:05", "00:07", "00:10", "00:13"]),
        (15, ["00:00", "00:03", "00:06", "00:09", "00:12", "00:15"]),
        (16, ["00:00", "00:03", "00:06", "00:09", "00:12", "00:16"]),
    ],
)
def test_coverage_marks_span_the_whole_window(minutes: int, marks: list[str]) -> None:
    coverage = DeviceCoverage(
        device_id="pi-1",
        location=None,
        minutes=minutes,
        seen_minutes=minutes,
        coverage_pct=100.0,
        strip=[100] * minutes,
    )
    short_report = report(end_timestamp=START + timedelta(minutes=minutes), coverage=[coverage])
    (drawing,) = (
        block.drawing for block in build_report_document(short_report, MANAGER).blocks if isinstance(block, Chart)
    )
    hours = [shape.text for shape in drawing.shapes if isinstance(shape, Label) and re.match(r"\d\d:\d\d", shape.text)]
    assert hours == marks


def test_document_without_persons_contains_no_name() -> None:
    anonymous = summary(has_persons=False, per_employee_summary={}, withheld=True)
    for document in (build_summary_document(anonymous, MANAGER), build_report_document(report(), MANAGER)):
        page = words(document)
        assert "Ñahui" not in page
        assert "EMP0" not in page
        assert "solo agregados" in page
    assert "31.0" not in words(build_report_document(report(), MANAGER)), "one person is too few for any figure"


def test_policy_without_emotions_reports_only_fatigue() -> None:
    page = words(build_summary_document(summary(), ReaderProfile("es", "America/Lima", START, shows_stress=False)))
    assert "Estrés" not in page
    assert "compatible con fatiga" in page


def test_pdf_has_every_page_and_replaces_unsupported_letters() -> None:
    many = {str(number): person(number, f"Persona Número {number}") for number in range(1, 121)}
    pdf = write_pdf(build_summary_document(summary(per_employee_summary=many), DOCTOR))
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 7
    assert b"/Lang (es)" in pdf


@pytest.mark.parametrize("kind", ["daily", "weekly"])
def test_chart_shapes_stay_within_bounds(kind: str) -> None:
    document = build_summary_document(summary(kind=kind), DOCTOR)
    drawings = [block.drawing for block in document.blocks if isinstance(block, Chart)]
    assert len(drawings) == 4
    for drawing in drawings:
        for shape in drawing.shapes:
            match shape:
                case BarShape():
                    corners = [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
                case Dot() | Label():
                    corners = [(shape.x, shape.y)]
                case _:
                    corners = [(shape.x1, shape.y1), (shape.x2, shape.y2)]
            for x, y in corners:
                assert -0.01 <= x <= drawing.width + 0.01
                assert -0.01 <= y <= drawing.height + 0.01


def test_week_with_41_cameras_fits_its_pages() -> None:
    cameras = [
        DeviceCoverage(
            device_id=f"cam-{number:02}",
            location=f"Línea {number}",
            minutes=10_080,
            seen_minutes=5_040,
            coverage_pct=50.0,
            strip=[100, 0] * 84,
        )
        for number in range(1, 42)
    ]
    document = build_summary_document(summary(kind="weekly", coverage=cameras), DOCTOR)
    heights = [block.drawing.height for block in document.blocks if isinstance(block, Chart)]
    assert max(heights) < PAGE_HEIGHT * 2 / 5, "a chart that does not fit leaves less than that empty"
    page = words(document)
    assert all(f"cam-{number:02} · Línea {number}" in page for number in range(1, 42))
    assert "(37 a 41 de 41)" in page
    assert write_pdf(document).count(b"/Type /Page\n") == 4


def test_week_of_two_areas_is_one_page_and_states_what_did_not_change() -> None:
    areas = summary().departments * 2
    same = PreviousPeriod(
        start_timestamp=START - timedelta(days=7),
        end_timestamp=START,
        total_detections=300,
        total_employees_detected=6,
        overall_stress_percentage=30.04,
        overall_fatigue_percentage=2.0,
    )
    week = summary(kind="weekly", coverage=[], departments=areas, previous=same, withheld=True, has_persons=False)
    document = build_summary_document(week, MANAGER)
    assert write_pdf(document).count(b"/Type /Page\n") == 1
    page = words(document)
    assert page.count("sin cambio frente a la semana anterior") == 3
    assert "+1.0 puntos frente a la semana anterior" in page
    assert "+0" not in page


def test_days_without_camera_keep_their_place_in_the_week() -> None:
    days = [Window(START + timedelta(days=number), START + timedelta(days=number + 1)) for number in range(7)]

    def seen(share: int) -> list[DeviceCoverage]:
        return [
            DeviceCoverage(
                device_id="pi-1", minutes=1440, seen_minutes=0, coverage_pct=float(share), strip=[share] * 96
            )
        ]

    (camera,) = join_coverage(
        [(days[0], seen(100)), (days[1], []), (days[2], seen(50)), *((day, []) for day in days[3:])]
    )
    assert camera.strip == [100] * 24 + [0] * 24 + [50] * 24


def test_table_rows_have_every_column() -> None:
    tables = [block for block in build_summary_document(summary(), DOCTOR).blocks if isinstance(block, Table)]
    assert tables
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)


def test_bar_height_is_proportional_to_share() -> None:
    slots = [charts.TimeSlot("a", 10, 10.0, None), charts.TimeSlot("b", 5, 20.0, None)]
    drawing: Drawing = charts.shares_over_time(slots, {"stress": "Estrés"}, "Detecciones", "alt")
    heights = [
        shape.height for shape in drawing.shapes if isinstance(shape, BarShape) and shape.colour == colours.STRESS
    ]
    assert heights[1:] == [pytest.approx(21.0), pytest.approx(42.0)], "the first is the key"


ALL = [(name, message) for name, value in vars(texts).items() for message in messages(value)]


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_texts_have_equal_placeholders_and_claim_no_emotion() -> None:
    assert len(ALL) > 60
    assert [name for name, message in ALL if placeholders(message.es) != placeholders(message.en)] == []
    claim = r"\b(estresad[oa]s?|deprimid[oa]s?|triste|cansad[oa]s?|stressed|depressed|sad|tired)\b"
    assert [name for name, message in ALL if re.search(claim, f"{message.es} {message.en}", re.IGNORECASE)] == []
