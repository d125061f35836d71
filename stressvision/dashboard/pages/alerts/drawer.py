"""One alert in a drawer at the side: the reason, earlier alerts, the history, and what can be done."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import alert_html, html, texts
from stressvision.dashboard.acting_user import USER_LIMIT, acting_user
from stressvision.dashboard.alert_card import show_card, show_history
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages.alerts import decisions, requests
from stressvision.dashboard.pages.alerts.lines import create_line, describe_reason
from stressvision.wire.alerts import Alert, AlertDetail

LINK_PARAMETER = "alerta"
"""Query parameter with the id of the open alert; notifications link to it."""
DRAWER = "inbox_drawer"
"""Key of the session state."""
USER_FIELD = "drawer_user_id"

Panel = Literal["", "acknowledge", "note", "resolve", "pause"]


@dataclass(frozen=True)
class OpenedAlert:
    """The alert in the drawer. The detail is requested once, because each request is audited.

    `panel`: the open form. `conflict`: why the last decision came too late; its text may be added as a note.
    """

    detail: AlertDetail
    earlier: tuple[Alert, ...] = ()
    panel: Panel = ""
    conflict: str = ""


def current_drawer() -> OpenedAlert | None:
    """Return the open alert, or None."""
    opened = st.session_state.get(DRAWER)
    return opened if isinstance(opened, OpenedAlert) else None


def open_drawer(context: PageContext, alert_id: int, panel: Panel = "") -> None:
    """Open an alert; the address names it. An error is shown above the list."""
    try:
        detail = context.backend.alert(alert_id)
        earlier = tuple(requests.list_earlier(context.backend, detail))
    except StressVisionError as error:
        close_drawer()
        decisions.store_outcome(context, False, error.message.text(context.language))
        return
    st.session_state[DRAWER] = OpenedAlert(detail, earlier, panel)
    st.session_state[decisions.NEEDS_PAGE] = True
    st.query_params[LINK_PARAMETER] = str(alert_id)


def close_drawer() -> None:
    """Close the drawer and remove the alert from the address."""
    st.session_state.pop(DRAWER, None)
    st.query_params.pop(LINK_PARAMETER, None)


def follow_link(context: PageContext) -> None:
    """Open the alert that the address names, unless it is open."""
    wanted = st.query_params.get(LINK_PARAMETER, "")
    opened = current_drawer()
    if wanted.isdecimal() and len(wanted) < 19 and (opened is None or opened.detail.id != int(wanted)):
        open_drawer(context, int(wanted))


def change_drawer(**changes: Any) -> None:
    """Change the open drawer, where one is open."""
    opened = current_drawer()
    if opened is not None:
        st.session_state[DRAWER] = replace(opened, **changes)


def stated_user() -> str:
    """Return the acting user, or the identifier that is entered in the drawer."""
    return acting_user() or str(st.session_state.get(USER_FIELD, "")).strip()


def show_head(context: PageContext, opened: OpenedAlert) -> None:
    """Render the reason, the evidence, and the buttons that open a form, each with its key."""
    detail = opened.detail
    reason = describe_reason(context, detail)
    if reason:
        st.html(html.reason(reason))
    show_card(context, detail)
    if not acting_user():
        st.text_input(
            context.text(texts.alerts.ACTING_USER),
            placeholder=context.text(texts.alerts.ACTING_USER_HINT),
            help=context.text(texts.alerts.ACTING_USER_HELP),
            max_chars=USER_LIMIT,
            key=USER_FIELD,
        )


def show_background(context: PageContext, opened: OpenedAlert) -> None:
    """Render the earlier alerts, the link to the person, and the history."""
    detail = opened.detail
    person_page = context.pages.get("persona")
    if detail.employee_id is not None:
        st.html(html.subheading(context.text(texts.inbox.EARLIER)))
        if opened.earlier:
            st.html(alert_html.lines(create_line(context, alert) for alert in opened.earlier))
        else:
            st.html(html.empty(context.text(texts.inbox.NO_EARLIER)))
        if person_page is not None:
            st.page_link(
                person_page,
                label=context.text(texts.inbox.TO_PERSON),
                icon=":material/calendar_view_week:",
                query_params={"empleado": str(detail.employee_id)},
            )
    show_history(context, detail)
