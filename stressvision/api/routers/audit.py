"""Endpoint of the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.dependencies import ActorDep, ContextDep
from stressvision.core.clock import parse_moment
from stressvision.db.queries.auth.audit import AuditFilter
from stressvision.services import audit
from stressvision.wire.access import AuditList
from stressvision.wire.values import MAX_ID

router = APIRouter(prefix="/api/audit", tags=["access"])

Word = Annotated[str | None, Query(min_length=1, max_length=100)]


@router.get("")
def list_audit(
    context: ContextDep,
    actor: ActorDep,
    entity_type: Word = None,
    entity_id: Annotated[int | None, Query(ge=0, le=MAX_ID)] = None,
    user_id: Word = None,
    since: Annotated[str | None, Query(max_length=40, description="ISO 8601; without an offset it is UTC.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> AuditList:
    moment = parse_moment(since, field="since") if since else None
    return audit.list_audit(context, AuditFilter(entity_type, entity_id, user_id, moment, limit), actor)
