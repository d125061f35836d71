"""Endpoints of the settings that the console changes, and of the recipients of notifications."""

from fastapi import APIRouter

from stressvision.api.dependencies import ActorDep, BackendDep, ContextDep, LanguageDep, NamedActorDep
from stressvision.api.expensive_work import Kind
from stressvision.notifications.address_tests import send_tests
from stressvision.services.auth.login import confirm_by_password
from stressvision.services.settings import changing, preview, routes, targets
from stressvision.wire.notifications import NoticeQueue, RouteChange, RouteList, RouteNew
from stressvision.wire.settings import (
    AddressResults,
    AddressTest,
    RulePreview,
    SettingChange,
    SettingList,
    TargetRequest,
)

router = APIRouter(prefix="/api", tags=["settings"])


@router.get("/settings")
def list_settings(context: ContextDep) -> SettingList:
    return changing.list_settings(context)


@router.patch("/settings")
def change_settings(context: ContextDep, actor: NamedActorDep, change: SettingChange) -> SettingList:
    return changing.change_settings(context, change.values, actor)


@router.post("/settings/preview")
def preview_settings(backend: BackendDep, actor: ActorDep, change: SettingChange) -> RulePreview:
    with backend.expensive.turn(Kind.PREVIEW, actor.role):
        return preview.preview_rules(backend.context, change.values, actor.role)


@router.post("/notifications/targets", status_code=201)
def add_target(context: ContextDep, actor: NamedActorDep, request: TargetRequest) -> NoticeQueue:
    return targets.add_target(context, request.address, actor)


@router.delete("/notifications/targets/{target}")
def remove_target(context: ContextDep, actor: NamedActorDep, target: str) -> NoticeQueue:
    return targets.remove_target(context, target, actor)


@router.get("/notifications/routes")
def list_routes(context: ContextDep, language: LanguageDep) -> RouteList:
    return routes.list_routes(context, language)


@router.post("/notifications/routes", status_code=201)
def add_route(context: ContextDep, actor: NamedActorDep, language: LanguageDep, wanted: RouteNew) -> RouteList:
    routes.add_route(context, wanted, actor, confirm_by_password)
    return routes.list_routes(context, language)


@router.put("/notifications/routes/{target}")
def change_route(
    context: ContextDep, actor: NamedActorDep, language: LanguageDep, target: str, wanted: RouteChange
) -> RouteList:
    routes.change_route(context, target, wanted, actor, confirm_by_password)
    return routes.list_routes(context, language)


@router.delete("/notifications/routes/{target}")
def remove_route(context: ContextDep, actor: NamedActorDep, language: LanguageDep, target: str) -> RouteList:
    routes.remove_route(context, target, actor)
    return routes.list_routes(context, language)


@router.post("/notifications/test")
def test_addresses(backend: BackendDep, actor: ActorDep, language: LanguageDep, request: AddressTest) -> AddressResults:
    addresses = targets.addresses_to_test(backend.context, request.address, request.target)
    with backend.expensive.turn(Kind.MESSAGE, actor.role):
        results = send_tests(addresses, language)
    if any(target.is_delivered for target in results.targets):
        targets.record_test(backend.context, actor)
    return results
