"""Endpoints of reports and summaries."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from stressvision.api.dependencies import ActorDep, ContextDep, Cursor, Date, RowId
from stressvision.api.documents import RESPONSES, DocumentDep, DocumentRequest
from stressvision.core.clock import parse_moment
from stressvision.core.errors import Forbidden, Message
from stressvision.db.queries.reports.reports import ReportPeriod
from stressvision.documents.reports import build_report_document, build_summary_document
from stressvision.domain.auth import sees_persons
from stressvision.services.context import Actor, Context
from stressvision.services.paging import read_instant
from stressvision.services.reports import reading, summaries
from stressvision.wire.reports import Report, ReportList, Summary

router = APIRouter(prefix="/api/reports", tags=["reports"])

Day = Annotated[
    str,
    Path(max_length=40, examples=["2026-11-22"], description="YYYY-MM-DD by the plant's calendar; of a week, any day."),
]


def get_period(start_date: Date = None, end_date: Date = None) -> ReportPeriod:
    """Return when the reports of a list begin."""
    return ReportPeriod(
        start=parse_moment(start_date, field="start_date") if start_date else None,
        end=parse_moment(end_date, field="end_date", is_end=True) if end_date else None,
    )


@router.get("")
def list_reports(
    context: ContextDep,
    actor: ActorDep,
    period: Annotated[ReportPeriod, Depends(get_period)],
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Cursor = None,
    brief: Annotated[bool, Query(description="Without the figures of persons and cameras.")] = False,
) -> ReportList:
    if not sees_persons(actor.role):
        return reading.list_public_reports(context, limit, read_instant(cursor), period, brief=brief)
    return reading.list_reports(context, limit, read_instant(cursor), actor, period, brief=brief)


@router.get("/{report_id}", response_model=Report, responses=RESPONSES)
def read_report(context: ContextDep, actor: ActorDep, document: DocumentDep, report_id: RowId) -> Report | Response:
    visible = _read_visible(context, actor, report_id, document)
    if document.is_json:
        return visible
    name = f"stressvision_{visible.start_timestamp:%Y%m%dT%H%MZ}"
    return document.render(build_report_document(visible, document.reader), name)


def _read_visible(context: Context, actor: Actor, report_id: int, document: DocumentRequest) -> Report:
    """Return the report as its reader may see it. Raises NotFound and Forbidden."""
    has_persons = document.reader.has_persons
    if not sees_persons(actor.role):
        return reading.read_public_report(context, report_id)
    report = reading.read_report(context, report_id, actor if has_persons else None, is_file=not document.is_json)
    visible = report if has_persons else reading.to_public_report(context, report)
    if visible is None:
        raise _persons_required()
    return visible


@router.get("/daily/{date}", response_model=Summary, responses=RESPONSES)
def read_day(context: ContextDep, actor: ActorDep, document: DocumentDep, date: Day) -> Summary | Response:
    summary = summaries.read_day(context, date, actor, persons=document.reader.has_persons)
    return _to_response(summary, document)


@router.get("/weekly/{date}", response_model=Summary, responses=RESPONSES)
def read_week(context: ContextDep, actor: ActorDep, document: DocumentDep, date: Day) -> Summary | Response:
    summary = summaries.read_week(context, date, actor, persons=document.reader.has_persons)
    return _to_response(summary, document)


def _to_response(summary: Summary, document: DocumentRequest) -> Summary | Response:
    if document.is_json:
        return summary
    name = f"stressvision_{summary.kind}_{summary.day}"
    return document.render(build_summary_document(summary, document.reader), name)


def _persons_required() -> Forbidden:
    return Forbidden(
        Message(
            es="Ese reporte no se muestra sin permiso para ver personas: en su ventana hubo menos de cinco, o se cruza "
            "con otras ventanas.",
            en="That report requires permission to see persons: fewer than five people were in its window, or it "
            "overlaps other reading.",
        )
    )
