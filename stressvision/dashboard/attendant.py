"""Who attends to alerts in this session: asked once, and remembered."""

import streamlit as st

from stressvision.dashboard import blocks, door, texts
from stressvision.dashboard.screen import Screen

USER_LIMIT = 100
ATTENDANT = "attendant"
"""Key of the session state."""


def known_attendant() -> str:
    """Whoever logged in, or said so; empty where nobody has."""
    visitor = door.known_visitor()
    return visitor.name if visitor else str(st.session_state.get(ATTENDANT, ""))


def remember_attendant(who: str) -> None:
    st.session_state[ATTENDANT] = who


def show_attendant(screen: Screen) -> None:
    attendant = known_attendant()
    if not attendant or door.known_visitor():
        return
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.html(blocks.small(screen.say(texts.alerts.ATTENDING_AS, user=attendant)), width="content")
        if st.button(screen.say(texts.alerts.CHANGE_ATTENDANT), type="tertiary"):
            del st.session_state[ATTENDANT]
            st.rerun()
