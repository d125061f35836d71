"""Taking data out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from stressvision.api.deps import ActorDep, ContextDep, EmployeeFilter
from stressvision.clock import parse_moment
from stressvision.db.detections import DetectionFilter
from stressvision.domain.emotions import Emotion
from stressvision.services import detections
from stressvision.wire.backend import DetectionList

router = APIRouter(prefix="/api/export", tags=["export"])

Date = Annotated[
    str | None,
    Query(max_length=40, examples=["2026-11-22T10:30:00Z"], description="ISO 8601; without an offset it is UTC."),
]


@router.get("/detections", response_model=DetectionList)
def export_detections(
    context: ContextDep,
    actor: ActorDep,
    start_date: Date = None,
    end_date: Date = None,
    employee_id: EmployeeFilter = None,
    emotion: Emotion | None = None,
    limit: Annotated[int, Query(ge=1, le=100_000)] = 10_000,
) -> StreamingResponse:
    wanted = DetectionFilter(
        start=parse_moment(start_date, field="start_date") if start_date else None,
        end=_end_of(end_date) if end_date else None,
        employee_id=employee_id,
        emotion=emotion,
        limit=limit,
    )
    found = detections.export_detections(context, wanted, actor)
    return StreamingResponse(_write_json(found), media_type="application/json")


def _end_of(text: str) -> datetime:
    """A date alone means the whole of that day."""
    moment = parse_moment(text, field="end_date")
    return moment + timedelta(days=1) if len(text.strip()) == len("2026-11-22") else moment


def _write_json(found: DetectionList) -> Iterator[str]:
    yield '{"detections":['
    for place, detection in enumerate(found.detections):
        yield ("," if place else "") + detection.model_dump_json()
    yield f'],"total":{found.total}}}'
