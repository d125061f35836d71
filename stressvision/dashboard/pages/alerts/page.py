"""Bandeja: the list of alerts, one alert in a drawer, and the share of useful alerts."""

from contextlib import suppress

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user, show_acting_user
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext, explain_no_emotions
from stressvision.dashboard.pages.alerts import decisions, requests
from stressvision.dashboard.pages.alerts.drawer import close_drawer, current_drawer, follow_link
from stressvision.dashboard.pages.alerts.filters import choose_query
from stressvision.dashboard.pages.alerts.inbox import BULK, forget_list, show_list
from stressvision.dashboard.pages.alerts.notices import show_silences, show_troubled_devices, show_undelivered
from stressvision.dashboard.pages.alerts.panels import NOTES_LIMIT, show_drawer
from stressvision.dashboard.pages.alerts.query import About
from stressvision.domain.alerts import Outcome
from stressvision.wire.alerts import OutcomeCounts

NOTICES_SECONDS = 20
OUTCOME_DAYS = 90


def render(context: PageContext) -> None:
    """Render the page."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(html.heading(context.text(texts.common.ALERTS)), width="content")
        show_acting_user(context)
        st.html(html.switches(("notify", "sound")), width="content")
    explain_no_emotions(context)
    decisions.show_stored_draft()
    query = choose_query(context)
    follow_link(context)
    st.session_state.pop(decisions.NEEDS_PAGE, None)
    show_list(context, query)
    _show_usefulness(context)
    _notices(context, query.about)
    # Outside the refreshing list: a refresh must not discard notes being typed.
    opened = current_drawer()
    if opened is not None:
        title = context.text(texts.alerts.ALERT_NUMBER, id=opened.detail.id)
        st.dialog(title, width="medium", position="right", on_dismiss=close_drawer)(show_drawer)(context)
    elif BULK in st.session_state:
        title = context.text(texts.inbox.BULK_TITLE, count=len(st.session_state[BULK]))
        st.dialog(title, on_dismiss=_close_bulk)(_show_bulk)(context)


@st.fragment(run_every=NOTICES_SECONDS)
def _notices(context: PageContext, about: About) -> None:
    # The list above reports an unreachable backend; one message is enough.
    with suppress(StressVisionError):
        show_undelivered(context)
        if about == "people":
            show_troubled_devices(context)
        show_silences(context)


@st.cache_data(ttl=15, scope="session", show_spinner=False)
def _outcomes(backend: BackendClient) -> OutcomeCounts:
    return requests.outcomes(backend, OUTCOME_DAYS)


def _show_usefulness(context: PageContext) -> None:
    """Render the share of useful alerts with its interval."""
    with suppress(StressVisionError):
        counts = _outcomes(context.backend)
        if counts.useful_share is None:
            st.html(html.small(context.text(texts.inbox.NO_USEFUL_SHARE)))
            return
        sentence = context.text(
            texts.inbox.USEFUL_SHARE,
            days=counts.period_days,
            share=context.percent(counts.useful_share),
            judged=f"{counts.useful + counts.false_alarm:,}",
            low=context.percent(counts.useful_share_low),
            high=context.percent(counts.useful_share_high),
            unclear=f"{counts.unclear:,}",
            unstated=f"{counts.unstated:,}",
        )
        st.html(html.small(sentence))


def _close_bulk() -> None:
    st.session_state.pop(BULK, None)


def _show_bulk(context: PageContext) -> None:
    """Render the dialog that resolves several alerts with one outcome and one note."""
    if not acting_user():
        st.warning(context.text(texts.alerts.ACTING_USER_FIRST))
        return
    with st.form("bulk", border=False):
        outcome = st.segmented_control(
            context.text(texts.inbox.OUTCOME),
            [str(item) for item in Outcome],
            format_func=lambda item: context.text(texts.inbox.OUTCOMES[item]),
            help=context.text(texts.inbox.OUTCOME_HELP),
            key="bulk_outcome",
        )
        with st.container(key="draft_bulk"):
            notes = st.text_area(
                context.text(texts.alerts.NOTES),
                placeholder=context.text(texts.alerts.NOTES_HINT),
                max_chars=NOTES_LIMIT,
                key="bulk_notes",
            )
        submitted = st.form_submit_button(context.text(texts.alerts.RESOLVE), type="primary", key="bulk_submit")
    if not submitted:
        return
    if outcome is None:
        st.warning(context.text(texts.inbox.OUTCOME_MISSING))
        return
    decisions.resolve(context, st.session_state[BULK], notes.strip(), Outcome(outcome))
    decisions.forget_draft("bulk")
    _close_bulk()
    forget_list()
    st.rerun()
