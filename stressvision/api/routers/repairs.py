"""Endpoint of what the installation needs repaired."""

from fastapi import APIRouter

from stressvision.api.dependencies import ContextDep, LanguageDep
from stressvision.services import upkeep
from stressvision.wire.upkeep import RepairList

router = APIRouter(prefix="/api/repairs", tags=["health"])


@router.get("")
def list_repairs(context: ContextDep, language: LanguageDep) -> RepairList:
    return upkeep.list_repairs(context, language)
