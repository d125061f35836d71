from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.deps import ContextDep, Cursor, RowId
from stressvision.services import reports
from stressvision.wire.backend import Report, ReportList
from stressvision.wire.pages import read_instant

router = APIRouter(prefix="/api/reports", tags=["reports"])


@router.get("")
def list_reports(
    context: ContextDep, limit: Annotated[int, Query(ge=1, le=1000)] = 20, cursor: Cursor = None
) -> ReportList:
    return reports.list_reports(context, limit, read_instant(cursor))


@router.get("/{report_id}")
def read_report(context: ContextDep, report_id: RowId) -> Report:
    return reports.read_report(context, report_id)
