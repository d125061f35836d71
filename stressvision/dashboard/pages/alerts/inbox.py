"""The list of the inbox. Rows stay where they are: new alerts wait until they are asked for."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.alert_card import name_subject
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.pages.alerts import decisions, requests
from stressvision.dashboard.pages.alerts.drawer import open_drawer
from stressvision.dashboard.pages.alerts.lines import create_line
from stressvision.dashboard.pages.alerts.query import InboxQuery, write_query
from stressvision.wire.alerts import Alert, AlertList

REFRESH_SECONDS = 5
FORGOTTEN_AFTER = timedelta(seconds=20)
"""A list that was not refreshed for longer belongs to an earlier visit of the page."""

# Keys of the session state.
SHOWN = "inbox_shown"
BULK = "inbox_bulk"
"""The chosen alerts, while the dialog that resolves them is open."""


@dataclass(frozen=True)
class ShownList:
    """The alerts on the screen, in their order, and the newest one known when they were put there."""

    query: InboxQuery
    ids: tuple[int, ...]
    newest: int
    refreshed_at: datetime


@st.fragment(run_every=REFRESH_SECONDS)
def show_list(context: PageContext, query: InboxQuery) -> None:
    """Render the line above the list, the alerts, and the pages."""
    if st.session_state.pop(decisions.NEEDS_PAGE, False):
        st.rerun()
    with show_errors(context):
        latest = requests.list_newest(context.backend, query, context.zone)
        shown = _find_shown(context, query, latest)
        known = requests.list_known(context.backend, shown.ids)
        rows = [known[alert_id] for alert_id in shown.ids if alert_id in known]
        picked = [alert for alert in rows if st.session_state.get(_pick_key(alert.id))]
        waiting = sum(alert.id > shown.newest for alert in latest.alerts)
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="inbox_line"
        ):
            if picked:
                _show_bulk(context, picked)
            else:
                _show_outcome(context, latest.total)
            if waiting:
                label = context.count(waiting, texts.inbox.ONE_NEW, texts.inbox.MANY_NEW)
                st.button(label, key="inbox_new", icon=":material/arrow_upward:", on_click=forget_list)
        if not rows:
            nothing = texts.inbox.NOTHING[query.status]
            if query != InboxQuery(status=query.status, about=query.about):
                nothing = texts.inbox.NOTHING_FOUND
            elif query.about == "devices":
                nothing = texts.alerts.NO_DEVICE_ALERTS
            st.html(html.empty(context.text(nothing)))
        for alert in rows:
            _show_row(context, alert)
        _show_pages(query, latest.total)


def forget_list() -> None:
    """Let the next refresh put the present alerts on the screen."""
    st.session_state.pop(SHOWN, None)


def _find_shown(context: PageContext, query: InboxQuery, latest: AlertList) -> ShownList:
    now = context.clock()
    shown = st.session_state.get(SHOWN)
    if not isinstance(shown, ShownList) or shown.query != query or now - shown.refreshed_at > FORGOTTEN_AFTER:
        page = requests.list_page(context.backend, query, context.zone).alerts
        newest = max((alert.id for alert in (*page, *latest.alerts)), default=0)
        shown = ShownList(query, tuple(alert.id for alert in page), newest, now)
        for key in [key for key in st.session_state if str(key).startswith("pick_")]:
            del st.session_state[key]
    st.session_state[SHOWN] = shown = replace(shown, refreshed_at=now)
    return shown


def _show_outcome(context: PageContext, total: int) -> None:
    """Render the confirmation of the last decision with its undo button, or the number of alerts."""
    outcome = decisions.current_outcome(context)
    if outcome is None:
        st.html(html.small(context.count(total, texts.inbox.ONE_FOUND, texts.inbox.MANY_FOUND)), width="content")
        return
    st.html(html.confirmation(outcome.sentence, done=outcome.done), width="content")
    if outcome.undoable:
        st.button(
            context.text(texts.inbox.UNDO),
            key="inbox_undo",
            icon=":material/undo:",
            type="tertiary",
            on_click=decisions.undo,
            args=(context,),
        )


def _show_bulk(context: PageContext, picked: list[Alert]) -> None:
    """Render the decisions on several chosen alerts."""
    st.html(html.confirmation(context.count(len(picked), texts.inbox.ONE_PICKED, texts.inbox.MANY_PICKED), done=True))
    pending = [alert for alert in picked if alert.status == "pending"]
    left = [alert for alert in picked if alert.status != "resolved"]
    st.button(
        context.text(texts.alerts.ACKNOWLEDGE),
        key="bulk_acknowledge",
        type="primary",
        disabled=not pending,
        on_click=_acknowledge,
        args=(context, pending),
    )
    st.button(
        context.text(texts.inbox.BULK_RESOLVE), key="bulk_resolve", disabled=not left, on_click=_open_bulk, args=(left,)
    )


def _show_row(context: PageContext, alert: Alert) -> None:
    subject = name_subject(context, alert)
    with st.container(horizontal=True, vertical_alignment="center", key=f"alert_{alert.id}"):
        st.checkbox(
            context.markdown(texts.inbox.PICK, subject=subject),
            key=_pick_key(alert.id),
            label_visibility="collapsed",
            disabled=alert.status == "resolved",
            width="content",
        )
        st.html(create_line(context, alert), width="stretch")
        with st.container(horizontal=True, horizontal_alignment="right", width=190, key=f"acts_{alert.id}"):
            if alert.status == "pending":
                st.button(
                    context.text(texts.alerts.ACKNOWLEDGE),
                    key=f"acknowledge_{alert.id}",
                    on_click=_acknowledge,
                    args=(context, [alert]),
                )
            st.button(
                context.text(texts.inbox.SEE),
                key=f"open_{alert.id}",
                icon=":material/chevron_right:",
                icon_position="right",
                type="tertiary",
                on_click=open_drawer,
                args=(context, alert.id),
            )


def _acknowledge(context: PageContext, alerts: list[Alert]) -> None:
    """Acknowledge at once where the user is known; otherwise the drawer, or a sentence, asks for the identifier."""
    if acting_user():
        decisions.acknowledge(context, alerts)
        _clear_picks(alerts)
    elif len(alerts) == 1:
        open_drawer(context, alerts[0].id, "acknowledge")
    else:
        decisions.store_outcome(context, False, context.text(texts.alerts.ACTING_USER_FIRST))
        _clear_picks(alerts)


def _open_bulk(alerts: list[Alert]) -> None:
    st.session_state[BULK] = tuple(alerts)
    st.session_state[decisions.NEEDS_PAGE] = True


def _clear_picks(alerts: list[Alert]) -> None:
    for alert in alerts:
        st.session_state[_pick_key(alert.id)] = False


def _pick_key(alert_id: int) -> str:
    return f"pick_{alert_id}"


def _show_pages(query: InboxQuery, total: int) -> None:
    pages = -(-total // requests.PAGE_ALERTS)
    if pages <= 1 and query.page == 0:
        return
    last = max(pages, 1)
    # The key has filters and length: others begin at the page of the address.
    key = f"inbox_page_{hash(replace(query, page=0))}_{last}"
    chosen = st.pagination(last, default=min(query.page + 1, last), key=key)
    if chosen - 1 != query.page:
        write_query(replace(query, page=chosen - 1))
        st.rerun()
