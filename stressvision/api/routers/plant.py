"""Endpoints of the plant by area, hour and shift, without persons."""

from fastapi import APIRouter

from stressvision.api.dependencies import ContextDep
from stressvision.api.routers.reports import Day
from stressvision.domain.plant import Span
from stressvision.services.reports import plant
from stressvision.wire.plant import PlantFigures

router = APIRouter(prefix="/api/plant", tags=["dashboard"])


@router.get("/week/{date}")
def read_plant_week(context: ContextDep, date: Day) -> PlantFigures:
    return plant.read_plant(context, Span.WEEK, date)


@router.get("/month/{date}")
def read_plant_month(context: ContextDep, date: Day) -> PlantFigures:
    return plant.read_plant(context, Span.MONTH, date)
