from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from stressvision.api.deps import ActorDep, ContextDep, Cursor, RowId
from stressvision.api.papers import RESPONSES, PaperDep
from stressvision.core.errors import Forbidden, Message
from stressvision.documents.reports import build_report_document, build_summary_document
from stressvision.domain.auth import sees_persons
from stressvision.services.reports import reading, summaries
from stressvision.wire.pages import read_instant
from stressvision.wire.reports import Report, ReportList, Summary

router = APIRouter(prefix="/api/reports", tags=["reports"])

Day = Annotated[
    str,
    Path(max_length=40, examples=["2026-11-22"], description="YYYY-MM-DD by the plant's calendar; of a week, any day."),
]


@router.get("")
def list_reports(
    context: ContextDep, actor: ActorDep, limit: Annotated[int, Query(ge=1, le=200)] = 20, cursor: Cursor = None
) -> ReportList:
    found = reading.list_reports(context, limit, read_instant(cursor))
    if sees_persons(actor.role):
        return found
    seen = (reading.to_public_report(context, report) for report in found.reports)
    return found.model_copy(update={"reports": [report for report in seen if report is not None]})


@router.get("/{report_id}", response_model=Report, responses=RESPONSES)
def read_report(context: ContextDep, actor: ActorDep, paper: PaperDep, report_id: RowId) -> Report | Response:
    is_audited = paper.reader.has_persons and not paper.is_data
    report = reading.read_report(context, report_id, actor if is_audited else None)
    seen = report if paper.reader.has_persons else reading.to_public_report(context, report)
    if seen is None:
        raise _not_for_viewers()
    if paper.is_data:
        return seen
    name = f"stressvision_{report.start_timestamp:%Y%m%dT%H%MZ}"
    return paper.print(build_report_document(seen, paper.reader), name)


@router.get("/daily/{date}", response_model=Summary, responses=RESPONSES)
def read_day(context: ContextDep, actor: ActorDep, paper: PaperDep, date: Day) -> Summary | Response:
    summary = summaries.read_day(context, date, actor, persons=paper.reader.has_persons)
    return _answer(summary, paper)


@router.get("/weekly/{date}", response_model=Summary, responses=RESPONSES)
def read_week(context: ContextDep, actor: ActorDep, paper: PaperDep, date: Day) -> Summary | Response:
    summary = summaries.read_week(context, date, actor, persons=paper.reader.has_persons)
    return _answer(summary, paper)


def _answer(summary: Summary, paper: PaperDep) -> Summary | Response:
    if paper.is_data:
        return summary
    name = f"stressvision_{summary.kind}_{summary.day}"
    return paper.print(build_summary_document(summary, paper.reader), name)


def _not_for_viewers() -> Forbidden:
    return Forbidden(
        Message(
            es="Ese reporte no se muestra sin permiso para ver personas: en su ventana hubo menos de cinco, o se cruza "
            "con otras ventanas.",
            en="That report is not shown to who may not see persons: fewer than five people were in its window, or it "
            "overlaps other windows.",
        )
    )
