"""Destinations of notifications with a filter: list, add, change and remove them; no address is returned."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.core.notice_routes import NoticeRoute
from stressvision.core.texts import Language
from stressvision.core.validation import describe_error
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.auth.accounts import AccountRow
from stressvision.db.queries.people.employees import select_areas_and_shifts
from stressvision.domain.notifications import fingerprint
from stressvision.services.context import Actor, Context
from stressvision.services.notice_routing import (
    FIGURES_MISSING,
    Accounts,
    configured_addresses,
    find_route_fault,
    offers_link,
    reader_accounts,
    routes_by_target,
    usable_routes,
)
from stressvision.services.notifications import describe_address
from stressvision.services.settings.changing import (
    NOT_AGREED,
    change_settings,
    require_changeable,
    require_storable_address,
)
from stressvision.services.settings.targets import UNKNOWN_TARGET
from stressvision.services.stored_settings import fixed_settings
from stressvision.wire.notifications import RouteChange, RouteFilter, RouteList, RouteNew, RouteState

Confirm = Callable[[Context, str, str | None, Actor, Message], AccountRow]
"""Of services.auth.login.confirm_by_password: this package and that one are independent."""
_SETTING = "notify_routes"
MOST_ROUTES = 20
_TAKEN = Message(es="Ya hay un destino con esa dirección.", en="There is a recipient with that address already.")


def list_routes(context: Context, language: Language) -> RouteList:
    """Return the destinations with what is wrong with each, and what their filters may name."""
    context.refresh_settings()
    settings = context.settings
    with context.database.read() as connection:
        accounts = reader_accounts(connection)
        areas, shifts = select_areas_and_shifts(connection)
    routes = [
        _describe(settings, target, route, accounts, language) for target, route in routes_by_target(settings).items()
    ]
    return RouteList(
        routes=routes,
        is_fixed=_SETTING in fixed_settings(context.environment or settings),
        areas=areas,
        shifts=shifts,
        accounts=None if accounts is None else sorted(accounts),
        reaches_nobody=bool(routes) and _reaches_nobody(settings, accounts),
    )


def add_route(context: Context, wanted: RouteNew, actor: Actor, confirm: Confirm) -> None:
    """Store a destination. Audited. `confirm`: checks the password of the account that it names.

    Raises:
        InvalidInput: A field is not valid, the address may not be stored, or the account that it names did not agree.
        Conflict: The environment sets the destinations, or the address is configured already.
        TooManyAttempts: Too many wrong passwords of the account.
        Unauthenticated: The account was changed meanwhile.
    """
    context.refresh_settings()
    target = fingerprint(wanted.address)
    if target in configured_addresses(context.settings):
        raise Conflict(_TAKEN, field="address")
    checked = _check(wanted, wanted.address)
    _store(
        context,
        routes_by_target(context.settings) | {target: checked},
        checked,
        lambda account: confirm(context, account, wanted.password, actor, NOT_AGREED),
        actor,
    )


def change_route(context: Context, target: str, wanted: RouteChange, actor: Actor, confirm: Confirm) -> None:
    """Replace the filter of a destination, and its address where one is sent. Audited. Raises as add_route, NotFound.

    Messages that wait for a replaced address are not sent.
    """
    context.refresh_settings()
    known = routes_by_target(context.settings)
    if target not in known:
        raise NotFound(UNKNOWN_TARGET)
    address = wanted.address or known[target].address.get_secret_value()
    if fingerprint(address) != target and fingerprint(address) in configured_addresses(context.settings):
        raise Conflict(_TAKEN, field="address")
    checked = _check(wanted, address)
    _store(
        context,
        known | {target: checked},
        checked,
        lambda account: confirm(context, account, wanted.password, actor, NOT_AGREED),
        actor,
    )


def remove_route(context: Context, target: str, actor: Actor) -> None:
    """Remove a destination; its queued messages are not sent. Audited. Raises NotFound and Conflict."""
    context.refresh_settings()
    known = routes_by_target(context.settings)
    if target not in known:
        raise NotFound(UNKNOWN_TARGET)
    rest = [route.reveal() for mark, route in known.items() if mark != target]
    change_settings(context, {_SETTING: rest or None}, actor)


def _check(wanted: RouteFilter, address: str) -> NoticeRoute:
    """Return the destination of a request. Raise InvalidInput, which names the field."""
    try:
        route = NoticeRoute.model_validate({**wanted.model_dump(exclude={"address", "password"}), "address": address})
    except ValidationError as error:
        fault = error.errors()[0]
        reason = Message(es=f"{describe_error(fault, 'es')}.", en=f"{describe_error(fault, 'en')}.")
        raise InvalidInput(reason, field=str(fault["loc"][0])) from None
    require_storable_address(address, "address")
    return route


def _store(
    context: Context,
    routes: Mapping[str, NoticeRoute],
    checked: NoticeRoute,
    agree: Callable[[str], AccountRow],
    actor: Actor,
) -> None:
    require_changeable(context, _SETTING)
    if len(routes) > MOST_ROUTES:
        raise InvalidInput(
            Message(es=f"Puede haber {MOST_ROUTES} destinos.", en=f"There may be {MOST_ROUTES} recipients."),
            field="address",
        )
    with context.database.read() as connection:
        _require_usable(connection, checked)
    agreed = None
    if checked.account is not None and checked not in context.settings.notify_routes:
        agreed = agree(checked.account)
    values = [route.reveal() for route in routes.values()]
    change_settings(context, {_SETTING: values}, actor, consenting=agreed)


def _require_usable(connection: Connection, route: NoticeRoute) -> None:
    accounts = reader_accounts(connection)
    if route.acknowledge_link and route.account is None and accounts is not None:
        raise InvalidInput(
            Message(
                es="El enlace decide en nombre del servicio de salud: elija la cuenta de salud que lee ahí.",
                en="The link decides for the health service: choose the health account that reads there.",
            ),
            field="account",
        )
    fault = find_route_fault(route, accounts)
    if fault is None:
        return
    if fault is FIGURES_MISSING:
        raise InvalidInput(
            Message(
                es="Los reportes son cifras de la planta: elija la cuenta de jefatura o de salud que los lee ahí.",
                en="Reports are figures of the plant: choose the account of the plant manager or of the health service "
                "that reads them there.",
            ),
            field="account",
        )
    if route.account is not None:
        raise InvalidInput(
            Message(
                es=f"«{route.account}» no es una cuenta activa del servicio de salud, o de jefatura sin alertas.",
                en=f"“{route.account}” is no enabled account of the health service, or of a manager without alerts.",
            ),
            field="account",
        )
    raise InvalidInput(
        Message(
            es="Un filtro por área o turno diría de quién es la alerta: elija la cuenta de salud que lee ahí.",
            en="A filter by area or shift would state whose alert it is: choose the health account that reads there.",
        ),
        field="account",
    )


def _reaches_nobody(settings: Settings, accounts: Accounts | None) -> bool:
    if settings.notify_urls and "alerts" in settings.notify_events:
        return False
    return not any(
        "alerts" in route.events
        and route.lowest_severity == "low"
        and not (route.selects_people or route.after_minutes)
        for route in usable_routes(settings, accounts).values()
    )


def _describe(
    settings: Settings, target: str, route: NoticeRoute, accounts: Accounts | None, language: Language
) -> RouteState:
    fault = find_route_fault(route, accounts)
    offers = fault in (None, FIGURES_MISSING) and offers_link(settings, route, accounts)
    label = describe_address(route.address.get_secret_value())
    reason = None if fault is None else fault.text(language)
    return RouteState(target=target, label=label, fault=reason, offers_link=offers, **route.describe())
