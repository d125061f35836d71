"""The charts draw the API's numbers, in the plant's time and in the colours of the palette."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from stressvision.dashboard import charts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.palette import EXPRESSIONS
from stressvision.wire.backend import HourCount, StoredDetection
from stressvision.wire.reports import EmployeeReport

NOW = datetime(2026, 11, 22, 15, 31, 5, tzinfo=UTC)
CONTEXT = PageContext(BackendClient("http://127.0.0.1:9", "es"), "es", ZoneInfo("America/Lima"), clock=lambda: NOW)


def seen(minutes_ago: int, emotion: str | None) -> StoredDetection:
    at = NOW - timedelta(minutes=minutes_ago)
    nothing: dict[str, object] = {**dict.fromkeys(StoredDetection.model_fields), "odd_fields": ()}
    return StoredDetection.model_validate(
        nothing | {"id": 1, "timestamp": at, "created_at": at, "device_id": "pi-01", "emotion": emotion}
    )


def test_distribution_lists_every_expression_in_fixed_order() -> None:
    bars = charts.distribution(CONTEXT, {"sad": 3, "neutral": 7}).data[0]
    assert list(bars.y) == ["Neutra", "Alegría", "Estrés", "Tristeza", "Fatiga"]
    assert list(bars.x) == [7, 0, 0, 3, 0]
    assert list(bars.marker.color) == list(EXPRESSIONS.values())


def test_distribution_includes_faces_counted_without_analysis() -> None:
    bars = charts.distribution(CONTEXT, {"neutral": 7}, not_analysed=5).data[0]
    assert bars.y[-1] == "Sin analizar"
    assert bars.x[-1] == 5
    assert bars.marker.pattern.shape[-1] == "/"


def test_by_hour_uses_plant_time_zone() -> None:
    figure = charts.by_hour(CONTEXT, [HourCount(hour=datetime(2026, 11, 22, 14, tzinfo=UTC), count=12)], 24)
    assert list(figure.data[0].customdata) == ["22/11 09:00"]
    assert list(figure.data[0].y) == [12]
    assert figure.layout.xaxis.range == (datetime(2026, 11, 21, 10), datetime(2026, 11, 22, 11))  # noqa: DTZ001


def test_people_with_equal_names_keep_separate_bars() -> None:
    def own(code: str) -> EmployeeReport:
        return EmployeeReport(
            employee_id=1,
            name="María del Rosario Guadalupe Huamán de la Torre",
            code=code,
            stress_pct=0,
            counts={"neutral": 4},
            avg_confidence=None,
        )

    labels = charts.people(CONTEXT, [own("EMP001"), own("EMP002")]).data[0].y
    assert len(set(labels)) == 2
    assert max(len(label) for label in labels) <= 30
