"""The filters above the inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.core.texts import Message
from stressvision.dashboard import texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.elements.date_field import format_day, parse_day, read_day
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages.alerts.query import (
    ABOUT,
    KINDS,
    SEVERITIES,
    STATUSES,
    InboxQuery,
    read_query,
    write_query,
)

_FIELDS = ("status", "about", "department", "shift", "severity", "kind", "start", "end", "search")
_DAYS = ("start", "end")
_KEYS = {name: f"inbox_{name}" for name in _FIELDS}


def choose_query(context: PageContext) -> InboxQuery:
    """Render the filters and return what they ask for, which the address follows."""
    query = read_query(shows_emotions=context.shows_emotions)
    if _KEYS["status"] not in st.session_state:
        _fill_in(query)  # Streamlit forgets the state of widgets when another page is opened
    with st.container(horizontal=True, vertical_alignment="bottom", key="inbox_filters"):
        st.text_input(
            context.text(texts.common.SEARCH),
            placeholder=context.text(texts.common.SEARCH_HINT),
            max_chars=100,
            key=_KEYS["search"],
            label_visibility="collapsed",
            icon=":material/search:",
            width=260,
        )
        st.segmented_control(
            context.text(texts.alerts.STATUS_FILTER),
            STATUSES,
            required=True,
            format_func=lambda status: context.text(texts.inbox.STATUSES[status]),
            label_visibility="collapsed",
            key=_KEYS["status"],
        )
        _show_more(context, query)
    chosen = _read_widgets(query)
    if chosen != query:
        chosen = replace(chosen, page=0)
    write_query(chosen)
    return chosen


def _show_more(context: PageContext, query: InboxQuery) -> None:
    """Render the other filters in a popover, whose button counts those that are set."""
    hidden = query.count_hidden()
    label = context.text(texts.inbox.FILTERS_SET, count=hidden) if hidden else context.text(texts.inbox.FILTERS)
    with st.popover(label, icon=":material/filter_list:", key="inbox_more"):
        st.segmented_control(
            context.text(texts.alerts.SUBJECT_FILTER),
            ABOUT,
            required=True,
            format_func=lambda about: context.text(texts.alerts.SUBJECTS[about]),
            key=_KEYS["about"],
        )
        _choice(context, "severity", texts.inbox.SEVERITY, SEVERITIES, texts.alerts.SEVERITIES)
        if context.shows_emotions:
            _choice(context, "kind", texts.inbox.KIND, KINDS, texts.inbox.KINDS)
        departments, shifts = _offered(context.backend)
        _choice(context, "department", texts.common.DEPARTMENT, departments, {})
        _choice(context, "shift", texts.employees.SHIFT, shifts, texts.employees.SHIFTS)
        with st.container(horizontal=True):
            for name, day in (("start", texts.common.FIRST_DAY), ("end", texts.common.LAST_DAY)):
                read_day(context, day, _KEYS[name])
        st.button(
            context.text(texts.common.CLEAR_FILTERS),
            on_click=_clear,
            type="tertiary",
            icon=":material/filter_list_off:",
        )


def _choice(
    context: PageContext, name: str, label: Message, options: Sequence[str], words: Mapping[str, Message]
) -> None:
    """Render one filter with "all" as its first option."""
    st.selectbox(
        context.text(label),
        ["", *options],
        format_func=lambda value: (
            context.text(texts.common.ANY) if not value else context.text(words[value]) if value in words else value
        ),
        key=_KEYS[name],
    )


@st.cache_data(ttl=60, scope="session", show_spinner=False)
def _offered(backend: BackendClient) -> tuple[Sequence[str], Sequence[str]]:
    """Return the areas and shifts of the employees; none on an error, which the list reports."""
    try:
        offered = backend.employee_page(1, 0, {})
    except StressVisionError:
        return (), ()
    return offered.departments, offered.shifts


def _fill_in(query: InboxQuery) -> None:
    for name, key in _KEYS.items():
        value = getattr(query, name)
        st.session_state[key] = format_day(value) if name in _DAYS else value


def _clear() -> None:
    write_query(InboxQuery())
    _fill_in(InboxQuery())


def _read_widgets(query: InboxQuery) -> InboxQuery:
    values: dict[str, Any] = {name: st.session_state.get(key) for name, key in _KEYS.items()}
    cleaned: dict[str, Any] = {
        name: parse_day(value) if name in _DAYS else value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if value is not None  # an element that is not on the page has no value
    }
    return replace(query, **cleaned)
