"""The dialog in which the logged-in user changes the password."""

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext, restart_login
from stressvision.domain.auth import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH


def open_password_dialog(context: PageContext, address: str) -> None:
    """Open the dialog. `address`: the browser's, for the limit on failed attempts."""
    st.dialog(context.text(texts.access.CHANGE_PASSWORD))(_show_form)(context, address)


def _show_form(context: PageContext, address: str) -> None:
    place = st.empty()
    with place.container():
        st.html(html.small(context.text(texts.access.PASSWORD_ABOUT)))
        with st.form("password", border=False):
            current = st.text_input(
                context.text(texts.access.CURRENT_PASSWORD),
                type="password",
                max_chars=PASSWORD_MAX_LENGTH,
                autocomplete="current-password",
            )
            new = st.text_input(
                context.text(texts.access.NEW_PASSWORD),
                type="password",
                max_chars=PASSWORD_MAX_LENGTH,
                autocomplete="new-password",
            )
            st.html(
                html.small(
                    context.text(texts.access.NEW_PASSWORD_HELP, least=PASSWORD_MIN_LENGTH, most=PASSWORD_MAX_LENGTH)
                )
            )
            again = st.text_input(
                context.text(texts.access.NEW_PASSWORD_AGAIN),
                type="password",
                max_chars=PASSWORD_MAX_LENGTH,
                autocomplete="new-password",
            )
            submitted = st.form_submit_button(context.text(texts.access.CHANGE_PASSWORD), type="primary")
    if not submitted:
        return
    if not (current and new and again):
        st.warning(context.text(texts.access.PASSWORD_INCOMPLETE))
    elif new != again:
        st.warning(context.text(texts.access.PASSWORDS_DIFFER))
    elif _change(context, current, new, address):
        place.success(context.text(texts.access.PASSWORD_CHANGED))


def _change(context: PageContext, current: str, new: str, address: str) -> bool:
    try:
        context.backend.change_password(current, new, address)
    except Unauthenticated:
        restart_login(context.backend.token)
    except StressVisionError as error:
        st.warning(error.message.text(context.language))
        return False
    return True
