"""Endpoints of the installation: state, repairs, logs and backups."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from stressvision.api.dependencies import ActorDep, BackendDep, ContextDep, LanguageDep, NamedActorDep
from stressvision.api.expensive_work import Kind
from stressvision.services import upkeep
from stressvision.services.system import backups, log_lines, status
from stressvision.wire.system import (
    BackupItem,
    BackupList,
    BackupVerified,
    LogLevel,
    LogLines,
    RepairList,
    SystemStatus,
)

BackupFile = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,200}$")]
ComponentName = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,80}$")]

router = APIRouter(prefix="/api", tags=["system"])


@router.get("/system")
def read_system(context: ContextDep, language: LanguageDep) -> SystemStatus:
    # Imported here: requests takes 5 MB, and only an administrator's page needs it.
    from stressvision.api.service_probes import probe_services

    return status.read_status(context, probe_services(context.settings, language), language)


@router.get("/repairs")
def list_repairs(context: ContextDep, language: LanguageDep) -> RepairList:
    return upkeep.list_repairs(context, language)


@router.get("/logs")
def read_logs(
    context: ContextDep,
    actor: ActorDep,
    level: LogLevel = "warning",
    component: ComponentName = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> LogLines:
    return log_lines.read_log_lines(context, level, component, limit, actor.role)


@router.get("/backups")
def list_backups(context: ContextDep) -> BackupList:
    return backups.list_items(context)


@router.post("/backups", status_code=201)
def make_backup(backend: BackendDep, actor: NamedActorDep) -> BackupItem:
    with backend.expensive.turn(Kind.BACKUP, actor.role):
        return backups.make_item(backend.context, actor)


@router.post("/backups/{name}/verify")
def verify_backup(backend: BackendDep, actor: NamedActorDep, name: BackupFile) -> BackupVerified:
    with backend.expensive.turn(Kind.BACKUP, actor.role):
        return backups.verify_item(backend.context, name, actor)


@router.post("/backups/{name}/restore", status_code=202)
def restore_backup(backend: BackendDep, actor: NamedActorDep, name: BackupFile) -> BackupVerified:
    with backend.expensive.turn(Kind.BACKUP, actor.role):
        return backups.request_restoration_of(backend.context, name, actor)


@router.get(
    "/backups/{name}/file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def download_backup(context: ContextDep, actor: ActorDep, name: BackupFile) -> StreamingResponse:
    opened = backups.open_item(context, name, actor)
    headers = {"Content-Length": str(opened.length), "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(opened.read_pieces(), media_type="application/octet-stream", headers=headers)
