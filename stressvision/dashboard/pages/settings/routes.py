"""Destinations with a filter by area, shift and severity: the list, and the form that adds or changes one."""

from collections.abc import Callable, Sequence

import streamlit as st

from stressvision.core.notice_routes import MOST_MINUTES
from stressvision.core.texts import Message
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.actions import show_refusal
from stressvision.dashboard.api_calls import settings_requests
from stressvision.dashboard.page_context import PageContext
from stressvision.domain.auth import PASSWORD_MAX_LENGTH
from stressvision.wire.notifications import RouteChange, RouteList, RouteNew, RouteState

_EDITED = "route_edited"
"""Key of the session state: the destination whose form is open; an empty text for a new one."""
DONE = "settings_done"
"""Key of the session state: a confirmation to show."""


def show_routes(context: PageContext, test: Callable[[PageContext, str], object], *, may_change: bool) -> None:
    """Render the destinations and, for roles that may change them, their forms. `test`: sends a test to a target."""
    found = settings_requests.read_routes(context.backend)
    st.html(html.subheading(context.text(texts.routes.TITLE)))
    st.html(html.small(context.text(texts.routes.ABOUT)))
    if found.is_fixed:
        fixed = context.text(texts.settings.FIXED, variable="STRESSVISION_NOTIFY_ROUTES")
        st.html(html.small(fixed))
    if found.reaches_nobody:
        st.html(html.notice(context.text(texts.routes.REACHES_NOBODY), context.text(texts.routes.REACHES_NOBODY_WHY)))
    if not found.routes:
        st.html(html.empty(context.text(texts.routes.NONE)))
    is_editable = may_change and not found.is_fixed
    for route in found.routes:
        _show_route(context, route, test, may_test=may_change, is_editable=is_editable)
        if is_editable and st.session_state.get(_EDITED) == route.target:
            _show_form(context, found, route)
    if not is_editable:
        return
    if st.session_state.get(_EDITED) == "":
        _show_form(context, found, None)
    elif st.button(context.text(texts.routes.ADD), icon=":material/add:", key="route_add"):
        _edit("")


def _edit(target: str | None) -> None:
    st.session_state[_EDITED] = target
    st.rerun()


def _show_route(
    context: PageContext,
    route: RouteState,
    test: Callable[[PageContext, str], object],
    *,
    may_test: bool,
    is_editable: bool,
) -> None:
    with st.container(border=True):
        st.html(html.quote(route.name, route.label, describe_route(context, route)))
        if route.fault:
            st.warning(route.fault)
        if not may_test:
            return
        with st.container(horizontal=True):
            label = context.text(texts.routes.TEST, name=route.name)
            if st.button(label, icon=":material/send:", key=f"route_test_{route.target}"):
                test(context, route.target)
            if not is_editable:
                return
            if st.button(context.text(texts.routes.CHANGE, name=route.name), key=f"route_change_{route.target}"):
                _edit(route.target)
            label = context.text(texts.settings.REMOVE_TARGET, label=route.name)
            if st.button(label, type="tertiary", key=f"route_remove_{route.target}"):
                _send(context, lambda: settings_requests.remove_route(context.backend, route.target, _user()))


def describe_route(context: PageContext, route: RouteState) -> str:
    """Return in one paragraph what a destination receives, and when."""
    parts = [", ".join(context.text(texts.routes.EVENTS[event]) for event in route.events) + "."]
    if "alerts" in route.events:
        for names, label in ((route.areas, texts.routes.OF_AREAS), (route.shifts, texts.routes.OF_SHIFTS)):
            if names:
                parts.append(context.text(label, names=", ".join(names)))
        if route.lowest_severity != "low":
            parts.append(context.text(texts.routes.FROM[route.lowest_severity]))
        if route.after_minutes:
            parts.append(context.text(texts.routes.AFTER, minutes=route.after_minutes))
    if route.quiet:
        label = texts.routes.QUIET_EXCEPT if route.quiet_except_high else texts.routes.QUIET_ALL
        parts.append(context.text(label, periods=route.quiet))
    if route.account:
        parts.append(context.text(texts.routes.OF_ACCOUNT, account=route.account))
    if route.offers_link:
        parts.append(context.text(texts.routes.OFFERS_LINK))
    return " ".join(parts)


def _show_form(context: PageContext, found: RouteList, route: RouteState | None) -> None:
    mark = route.target if route else "new"
    with st.form(f"route_{mark}"):
        left, right = st.columns(2, gap="large")
        with left:
            name = st.text_input(context.text(texts.routes.NAME), route.name if route else "", max_chars=60)
            address = st.text_input(
                context.text(texts.routes.ADDRESS if route is None else texts.routes.NEW_ADDRESS),
                type="password",
                autocomplete="off",
                help=context.text(texts.routes.ADDRESS_HELP),
            )
            events = _choose(
                context, texts.routes.EVENTS_LABEL, tuple(texts.routes.EVENTS), route.events if route else None
            )
            areas = _choose_names(context, texts.routes.AREAS, found.areas, route.areas if route else [])
            shifts = _choose_names(context, texts.routes.SHIFTS, found.shifts, route.shifts if route else [])
        with right:
            severity = st.selectbox(
                context.text(texts.routes.SEVERITY),
                list(texts.routes.FROM),
                index=list(texts.routes.FROM).index(route.lowest_severity) if route else 0,
                format_func=lambda level: context.text(texts.routes.FROM[level]),
            )
            after = st.number_input(
                context.text(texts.routes.AFTER_LABEL), 0, MOST_MINUTES, value=route.after_minutes if route else 0
            )
            quiet = st.text_input(
                context.text(texts.routes.QUIET),
                route.quiet if route else "",
                placeholder=context.text(texts.routes.QUIET_EXAMPLE),
                help=context.text(texts.routes.QUIET_HELP),
            )
            passes = st.checkbox(
                context.text(texts.routes.PASSES), value=route.quiet_except_high if route is not None else True
            )
            accounts = ["", *(found.accounts or [])]
            account = st.selectbox(
                context.text(texts.routes.ACCOUNT),
                accounts,
                index=accounts.index(route.account) if route and route.account in accounts else 0,
                format_func=lambda name: name or context.text(texts.routes.NO_ACCOUNT),
                help=context.text(texts.routes.ACCOUNT_HELP),
            )
            password = st.text_input(
                context.text(texts.routes.PASSWORD),
                type="password",
                autocomplete="off",
                max_chars=PASSWORD_MAX_LENGTH,
                help=context.text(texts.routes.PASSWORD_HELP),
            )
            choices = list(texts.routes.LINK_CHOICES)
            link = st.selectbox(
                context.text(texts.routes.LINK),
                choices,
                index=choices.index(route.acknowledge_link) if route else 0,
                format_func=lambda choice: context.text(texts.routes.LINK_CHOICES[choice]),
                help=context.text(texts.routes.LINK_HELP),
            )
        with st.container(horizontal=True):
            saves = st.form_submit_button(context.text(texts.settings.SAVE), type="primary", icon=":material/save:")
            cancels = st.form_submit_button(context.text(texts.routes.CANCEL))
    if cancels:
        _edit(None)
    if not saves:
        return
    if not name.strip() or not events or (route is None and not address.strip()):
        st.warning(context.text(texts.settings.INCOMPLETE))
        return
    wanted = RouteChange.model_validate(
        {
            "name": name.strip(),
            "address": to_address(address.strip()) or None,
            "events": events,
            "areas": areas,
            "shifts": shifts,
            "lowest_severity": severity,
            "after_minutes": int(after),
            "quiet": quiet.strip(),
            "quiet_except_high": passes,
            "account": account or None,
            "acknowledge_link": link,
            "password": password or None,
        }
    )
    if route is None:
        new = RouteNew.model_validate(wanted.model_dump())
        _send(context, lambda: settings_requests.add_route(context.backend, new, _user()))
    else:
        _send(context, lambda: settings_requests.change_route(context.backend, route.target, wanted, _user()))


def to_address(typed: str) -> str:
    """Return the address of apprise for what was typed: a web address is a webhook that receives JSON."""
    for scheme, service in (("https://", "jsons://"), ("http://", "json://")):
        if typed.startswith(scheme):
            return service + typed.removeprefix(scheme)
    return typed


def _choose(context: PageContext, label: Message, choices: Sequence[str], chosen: Sequence[str] | None) -> list[str]:
    picked = st.multiselect(
        context.text(label),
        choices,
        default=chosen or ["alerts"],
        format_func=lambda choice: context.text(texts.routes.EVENTS[choice]),
    )
    return [choice for choice in choices if choice in picked]


def _choose_names(context: PageContext, label: Message, known: Sequence[str], chosen: Sequence[str]) -> list[str]:
    return st.multiselect(
        context.text(label),
        sorted({*known, *chosen}),
        default=list(chosen),
        placeholder=context.text(texts.routes.EVERYBODY),
    )


def _send(context: PageContext, change: Callable[[], RouteList]) -> None:
    with show_refusal(context, texts.settings.NOT_SAVED):
        change()
        st.session_state[DONE] = context.text(texts.settings.SAVED)
        _edit(None)


def _user() -> str:
    return acting_user() or "-"
