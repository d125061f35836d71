"""Where whoever logged in changes their own password."""

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import blocks, texts
from stressvision.dashboard.screen import Screen, send_to_door
from stressvision.domain.auth import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH


def ask_password(screen: Screen, address: str) -> None:
    """Opens the dialog. `address`: the browser's."""
    st.dialog(screen.say(texts.access.CHANGE_PASSWORD))(_show_form)(screen, address)


def _show_form(screen: Screen, address: str) -> None:
    place = st.empty()
    with place.container():
        st.html(blocks.small(screen.say(texts.access.PASSWORD_ABOUT)))
        with st.form("password", border=False):
            current = st.text_input(
                screen.say(texts.access.CURRENT_PASSWORD),
                type="password",
                max_chars=PASSWORD_MAX_LENGTH,
                autocomplete="current-password",
            )
            new = st.text_input(
                screen.say(texts.access.NEW_PASSWORD),
                type="password",
                max_chars=PASSWORD_MAX_LENGTH,
                autocomplete="new-password",
            )
            st.html(
                blocks.small(
                    screen.say(texts.access.NEW_PASSWORD_HELP, least=PASSWORD_MIN_LENGTH, most=PASSWORD_MAX_LENGTH)
                )
            )
            again = st.text_input(
                screen.say(texts.access.NEW_PASSWORD_AGAIN),
                type="password",
                max_chars=PASSWORD_MAX_LENGTH,
                autocomplete="new-password",
            )
            submitted = st.form_submit_button(screen.say(texts.access.CHANGE_PASSWORD), type="primary")
    if not submitted:
        return
    if not (current and new and again):
        st.warning(screen.say(texts.access.PASSWORD_INCOMPLETE))
    elif new != again:
        st.warning(screen.say(texts.access.PASSWORDS_DIFFER))
    elif _change(screen, current, new, address):
        place.success(screen.say(texts.access.PASSWORD_CHANGED))


def _change(screen: Screen, current: str, new: str, address: str) -> bool:
    try:
        screen.backend.change_password(current, new, address)
    except Unauthenticated:
        send_to_door()
    except StressVisionError as error:
        st.warning(error.message.text(screen.language))
        return False
    return True
