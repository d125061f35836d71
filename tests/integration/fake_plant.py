"""The fake API's answer about the plant: one invented week of three areas."""

from typing import Literal, Protocol

from fastapi import FastAPI

from stressvision.domain.calendar import parse_day
from stressvision.domain.plant import Span, days_of
from stressvision.wire.plant import AreaFigures, DayFigure, GroupFigure, HourFigure, PlantFigures, ShiftFigure


class HasPlant(Protocol):
    """What the answer is made from."""

    plant: PlantFigures


def invent_plant() -> PlantFigures:
    def group(stress: float, fatigue: float) -> dict[str, float]:
        return {"total_detections": 400, "stress_pct": stress, "fatigue_pct": fatigue}

    def hour(number: int, stress: float, days: int = 4) -> HourFigure:
        return HourFigure.model_validate({**group(stress, 8.0), "hour": number, "days": days})

    def day(text: str, stress: float) -> DayFigure:
        return DayFigure.model_validate({**group(stress, 8.0), "day": text})

    before = GroupFigure.model_validate(group(21.0, 9.0))
    areas = [
        AreaFigures(
            department=name,
            total=GroupFigure.model_validate(group(stress, 8.0)),
            previous=before,
            hours=[hour(number, stress + number) for number in hours],
            days=[day("2026-11-16", stress), day("2026-11-18", stress + 4)],
        )
        for name, stress, hours in (("Calidad", 18.0, range(7, 10)), ("Envasado", 30.0, range(6, 14)), (None, 12.0, ()))
    ]
    morning = {**group(24.0, 8.0), "name": "morning", "start_hour": 6, "end_hour": 14, "days": 4}
    return PlantFigures.model_validate(
        {
            "span": "week",
            "day": "2026-11-16",
            "end_day": "2026-11-22",
            "start_timestamp": "2026-11-16T05:00:00Z",
            "end_timestamp": "2026-11-23T05:00:00Z",
            "time_zone": "America/Lima",
            "is_final": True,
            "days": 7,
            "days_with_figures": 4,
            "shown_windows": 168,
            "windows": 672,
            "total": group(24.5, 8.0),
            "previous": before,
            "hours": [hour(number, 20.0 + number) for number in range(6, 14)],
            "trend": [day("2026-11-16", 22.0), day("2026-11-17", 27.0)],
            "areas": areas,
            "shifts": [ShiftFigure.model_validate(morning)],
        }
    )


def serve_plant(app: FastAPI, state: HasPlant) -> None:
    @app.get("/api/plant/{span}/{date}")
    def plant(span: Literal["week", "month"], date: str) -> PlantFigures:
        days = days_of(Span(span), parse_day(date))
        return state.plant.model_copy(update={"span": span, "day": str(days[0]), "end_day": str(days[-1])})
