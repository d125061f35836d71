"""Who attends to alerts in this session: asked once, and remembered."""

import streamlit as st

from stressvision.dashboard import html, login, texts
from stressvision.dashboard.page_context import PageContext

USER_LIMIT = 100
ACTING_USER = "attendant"
"""Key of the session state."""


def acting_user() -> str:
    """Whoever logged in, or said so; empty where nobody has."""
    principal = login.current_principal()
    return principal.name if principal else str(st.session_state.get(ACTING_USER, ""))


def remember_acting_user(who: str) -> None:
    st.session_state[ACTING_USER] = who


def show_acting_user(context: PageContext) -> None:
    user_id = acting_user()
    if not user_id or login.current_principal():
        return
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.html(html.small(context.text(texts.alerts.ACTING_AS, user=user_id)), width="content")
        if st.button(context.text(texts.alerts.CHANGE_ACTING_USER), type="tertiary"):
            del st.session_state[ACTING_USER]
            st.rerun()
