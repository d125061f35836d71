"""Endpoint of detection exports."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from stressvision.api.content_negotiation import negotiate_format
from stressvision.api.dependencies import ActorDep, BackendDep, Cursor, EmployeeFilter
from stressvision.api.expensive_work import HeldStream, Kind
from stressvision.api.export_formats import MEDIA_TYPES, ExportFormat, write_csv, write_json
from stressvision.api.parquet_process import stream_parquet
from stressvision.core.clock import parse_moment
from stressvision.db.queries.detections.detections import DetectionFilter
from stressvision.domain.emotions import Emotion
from stressvision.services.context import Context
from stressvision.services.exports import DetectionStream, count_export, read_first_page, record_export
from stressvision.services.paging import read_instant
from stressvision.wire.backend import DetectionList
from stressvision.wire.exports import ParquetRequest

router = APIRouter(prefix="/api/export", tags=["export"])

JSON_LIMIT = 10_000

Date = Annotated[
    str | None,
    Query(max_length=40, examples=["2026-11-22T10:30:00Z"], description="ISO 8601; without an offset it is UTC."),
]
_OFFERED = {media_type.partition(";")[0]: kind for kind, media_type in MEDIA_TYPES.items()}
_FILES: dict[str, dict[str, object]] = {
    media_type: {} for media_type, kind in _OFFERED.items() if kind is not ExportFormat.JSON
}
_VARY = {"Vary": "Accept"}


@router.get("/detections", response_model=DetectionList, responses={200: {"content": _FILES}})
def export_detections(
    backend: BackendDep,
    actor: ActorDep,
    start_date: Date = None,
    end_date: Date = None,
    employee_id: EmployeeFilter = None,
    emotion: Emotion | None = None,
    limit: Annotated[
        int | None, Query(ge=1, le=100_000_000, description="Default: 10,000 in JSON, everything in a file.")
    ] = None,
    cursor: Cursor = None,
    wanted_format: Annotated[
        ExportFormat | None, Query(alias="format", description="Otherwise what the Accept header prefers.")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> StreamingResponse:
    context = backend.context
    kind = wanted_format or negotiate_format(accept, _OFFERED, ExportFormat.JSON)
    wanted = DetectionFilter(
        start=parse_moment(start_date, field="start_date") if start_date else None,
        end=parse_moment(end_date, field="end_date", is_end=True) if end_date else None,
        employee_id=employee_id,
        emotion=emotion,
        after=read_instant(cursor),
    )
    slot = backend.expensive.acquire(Kind.PARQUET if kind is ExportFormat.PARQUET else Kind.EXPORT, actor.role)
    try:
        record_export(context, wanted, kind, actor)
        parts = _begin(context, wanted, kind, limit, cursor)
    except BaseException:  # no stream was returned that would end the turn
        slot.release()
        raise
    headers = dict(_VARY)
    if kind is not ExportFormat.JSON:
        headers["Content-Disposition"] = f'attachment; filename="{_file_name(kind, wanted)}"'
    return StreamingResponse(HeldStream(parts, slot), media_type=MEDIA_TYPES[kind], headers=headers)


def _begin(
    context: Context, wanted: DetectionFilter, kind: ExportFormat, limit: int | None, cursor: str | None
) -> Iterator[str | bytes]:
    """Return the parts of the answer; the first has been computed. Raises DatabaseUnavailable and Unavailable."""
    if kind is ExportFormat.PARQUET:
        request = ParquetRequest(
            start=wanted.start,
            end=wanted.end,
            employee_id=wanted.employee_id,
            emotion=wanted.emotion,
            cursor=cursor,
            limit=limit,
            policy=context.settings.policy,
        )
        return stream_parquet(context.settings, request)
    if kind is ExportFormat.CSV:
        return write_csv(read_first_page(DetectionStream(context, wanted, limit).read_pages()))
    stream = DetectionStream(context, wanted, limit or JSON_LIMIT)
    return write_json(stream, read_first_page(stream.read_pages()), count_export(context, wanted))


def _file_name(kind: ExportFormat, wanted: DetectionFilter) -> str:
    """Return a name that shows the filter, for example detections_employee-3_sad_from-20261122T000000Z.csv."""
    parts = ["detections"]
    if wanted.employee_id is not None:
        parts.append(f"employee-{wanted.employee_id}")
    if wanted.emotion is not None:
        parts.append(str(wanted.emotion))
    parts += [f"{word}-{at:%Y%m%dT%H%M%SZ}" for word, at in (("from", wanted.start), ("to", wanted.end)) if at]
    return f"{'_'.join(parts)}.{kind}"
