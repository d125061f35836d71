"""The user that decides on alerts in this browser session, entered once and kept."""

import streamlit as st

from stressvision.dashboard import html, login, texts
from stressvision.dashboard.page_context import PageContext

USER_LIMIT = 100
ACTING_USER = "acting_user"
"""Key of the session state."""


def acting_user() -> str:
    """Return the logged-in account, else the name entered in this session, else an empty string."""
    principal = login.current_principal()
    return principal.name if principal else str(st.session_state.get(ACTING_USER, ""))


def remember_acting_user(user_id: str) -> None:
    """Keep the entered name for this session."""
    st.session_state[ACTING_USER] = user_id


def show_acting_user(context: PageContext) -> None:
    """Render the entered name and a button that clears it. Render nothing for a logged-in account."""
    user_id = acting_user()
    if not user_id or login.current_principal():
        return
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.html(html.small(context.text(texts.alerts.ACTING_AS, user=user_id)), width="content")
        if st.button(context.text(texts.alerts.CHANGE_ACTING_USER), type="tertiary"):
            del st.session_state[ACTING_USER]
            st.rerun()
