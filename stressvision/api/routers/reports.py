from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.deps import ActorDep, ContextDep, Cursor, RowId
from stressvision.api.views import view_report
from stressvision.services import reports
from stressvision.wire.backend import Report, ReportList
from stressvision.wire.pages import read_instant

router = APIRouter(prefix="/api/reports", tags=["reports"])


@router.get("")
def list_reports(
    context: ContextDep, actor: ActorDep, limit: Annotated[int, Query(ge=1, le=1000)] = 20, cursor: Cursor = None
) -> ReportList:
    found = reports.list_reports(context, limit, read_instant(cursor))
    return found.model_copy(update={"reports": [view_report(report, actor) for report in found.reports]})


@router.get("/{report_id}")
def read_report(context: ContextDep, actor: ActorDep, report_id: RowId) -> Report:
    return view_report(reports.read_report(context, report_id), actor)
