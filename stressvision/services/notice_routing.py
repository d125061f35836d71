"""Targets of a message: the destinations whose filter takes it, or the general recipients."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from stressvision.core.config import Settings
from stressvision.core.notice_routes import FIGURES, NoticeRoute
from stressvision.core.texts import Message
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts.alerts import AlertRow, select_alert
from stressvision.db.queries.auth.accounts import select_accounts
from stressvision.domain.alerts import Severity
from stressvision.domain.auth import Role
from stressvision.domain.notice_routes import AlertFacts, choose_first, choose_next, quiet_until
from stressvision.domain.notifications import SUBSCRIPTIONS, NoticeKind, fingerprint, parse_quiet_hours

_OF_ALERTS = frozenset({NoticeKind.ALERT, NoticeKind.ESCALATION})
ACCOUNT_GONE = Message(
    es="No recibe nada: su cuenta está desactivada, o no es del servicio de salud, que recibe las alertas.",
    en="It receives nothing: its account is disabled, or not one of the health service, which receives the alerts.",
)
ACCOUNT_MISSING = Message(
    es="No recibe nada: un filtro por área o turno diría de quién es la alerta, y pide una cuenta de salud.",
    en="It receives nothing: a filter by area or shift would state whose alert it is, and requires a health account.",
)
FIGURES_MISSING = Message(
    es="No recibe reportes: pide una cuenta de jefatura o de salud que lea ahí.",
    en="It receives no reports: that requires an account of a plant manager or of the health service that reads there.",
)
_READERS = frozenset({Role.HEALTH, Role.VIEWER})
Accounts = Mapping[str, Role]


def general_addresses(settings: Settings) -> dict[str, str]:
    """Return the addresses of the general recipients by fingerprint."""
    addresses = (secret.get_secret_value() for secret in settings.notify_urls)
    return {fingerprint(address): address for address in addresses}


def routes_by_target(settings: Settings) -> dict[str, NoticeRoute]:
    """Return the destinations by the fingerprint of their address."""
    return {fingerprint(route.address.get_secret_value()): route for route in settings.notify_routes}


def configured_addresses(settings: Settings) -> dict[str, str]:
    """Return the addresses of general recipients and destinations by fingerprint."""
    own = {target: route.address.get_secret_value() for target, route in routes_by_target(settings).items()}
    return general_addresses(settings) | own


def reader_accounts(connection: Connection) -> Accounts | None:
    """Return the enabled accounts that may learn figures, with their role, by name; None without any account."""
    accounts = select_accounts(connection)
    if not accounts:
        return None
    return {row.name: Role(row.role) for row in accounts if row.role in _READERS and row.disabled_at is None}


def find_route_fault(route: NoticeRoute, accounts: Accounts | None) -> Message | None:
    """Return why a destination receives nothing, or no figures; None where it does. `accounts`: of reader_accounts.

    Areas and shifts narrow down whose alert it is, which only the health service may learn; figures are not for
    administrators, who enter the addresses.
    """
    if route.account is not None:
        role = (accounts or {}).get(route.account)
        takes_alerts = "alerts" in route.events or route.selects_people
        return None if role is Role.HEALTH or (role is not None and not takes_alerts) else ACCOUNT_GONE
    if accounts is None:
        return None
    if route.selects_people:
        return ACCOUNT_MISSING
    return FIGURES_MISSING if FIGURES & set(route.events) else None


def usable_routes(settings: Settings, accounts: Accounts | None) -> dict[str, NoticeRoute]:
    """Return the destinations that receive messages, by target. `accounts`: of reader_accounts."""
    routes = routes_by_target(settings)
    return {
        target: route
        for target, route in routes.items()
        if find_route_fault(route, accounts) in (None, FIGURES_MISSING)
    }


def offers_link(settings: Settings, route: NoticeRoute, accounts: Accounts | None) -> bool:
    """Return whether messages of alerts to a destination contain a link that acknowledges. `accounts`: as above.

    The link stands for a decision of the health service: once there are accounts, one of its own must read there. It
    has to lead to the console from anywhere, encrypted.
    """
    is_reachable = settings.dashboard_url.lower().startswith("https://")
    may_decide = accounts is None or accounts.get(route.account or "") is Role.HEALTH
    return is_reachable and route.wants_link and may_decide


def find_link_route(connection: Connection, settings: Settings, target: str) -> NoticeRoute | None:
    """Return the destination of a target if its messages may contain a link that acknowledges."""
    route = routes_by_target(settings).get(target)
    if route is None or not route.wants_link:
        return None
    accounts = reader_accounts(connection)
    return route if target in usable_routes(settings, accounts) and offers_link(settings, route, accounts) else None


def is_receiving(connection: Connection, settings: Settings, target: str, kind: NoticeKind) -> bool:
    """Return whether messages of a kind may be sent to a target now."""
    is_own = target in routes_by_target(settings)
    is_of_figures = SUBSCRIPTIONS.get(kind) in FIGURES
    if not is_own and not is_of_figures:
        return target in general_addresses(settings)
    accounts = reader_accounts(connection)
    if accounts is None and not is_own:
        return target in general_addresses(settings)
    route = usable_routes(settings, accounts).get(target)
    return route is not None and not (is_of_figures and accounts is not None and route.account is None)


def find_targets(connection: Connection, settings: Settings, kind: NoticeKind, entity_id: int) -> set[str]:
    """Return the targets of a message. An alert that no destination takes goes to the general recipients.

    Once there are accounts, a destination with a filter by area or shift takes no alert from them: they would receive
    the alerts of the other people, which an administrator could make those of one. Figures go to accounts alone.
    """
    event = SUBSCRIPTIONS[kind]
    general = general_addresses(settings).keys() if event in settings.notify_events else ()
    if not settings.notify_routes and event not in FIGURES:
        return set(general)
    accounts = reader_accounts(connection)
    routes, own = usable_routes(settings, accounts), routes_by_target(settings).keys()
    others = {target for target in general if target not in own}
    if kind not in _OF_ALERTS:
        subscribed = {target for target, route in routes.items() if event in route.events}
        if event in FIGURES and accounts is not None:
            return {target for target in subscribed if routes[target].account is not None}
        return others | subscribed
    row = select_alert(connection, entity_id)
    chosen = [] if row is None else choose_first(routes.values(), _describe(row))
    is_taken = any(accounts is None or not route.selects_people for route in chosen)
    return _targets(chosen) | (set() if is_taken else others)


def find_next_targets(
    connection: Connection, settings: Settings, alerts: Sequence[AlertRow], waited: Mapping[int, timedelta]
) -> dict[int, set[str]]:
    """Return, by alert, the destinations that receive it because it was not acknowledged for so long."""
    if not escalates_to_others(settings):
        return {}
    routes = usable_routes(settings, reader_accounts(connection)).values()
    due = {row.id: _targets(choose_next(routes, _describe(row), waited[row.id])) for row in alerts}
    return {alert_id: targets for alert_id, targets in due.items() if targets}


def escalates_to_others(settings: Settings) -> bool:
    """Return whether any destination receives alerts that were not acknowledged in time."""
    return any(route.after_minutes for route in settings.notify_routes)


def find_quiet_end(settings: Settings, target: str, severity: str | None, now: datetime) -> datetime | None:
    """Return until when a message to a target waits, or None. `severity`: of an alert, else None."""
    route = routes_by_target(settings).get(target)
    if route is None:
        passes, periods = settings.notify_quiet_except == "high", parse_quiet_hours(settings.notify_quiet_hours)
    else:
        passes, periods = route.quiet_except_high, route.quiet
    if passes and severity == Severity.HIGH:
        return None
    return quiet_until(periods, now, ZoneInfo(settings.time_zone))


def _describe(row: AlertRow) -> AlertFacts:
    return AlertFacts(row.severity, row.department, row.shift)


def _targets(routes: Iterable[NoticeRoute]) -> set[str]:
    return {fingerprint(route.address.get_secret_value()) for route in routes}
