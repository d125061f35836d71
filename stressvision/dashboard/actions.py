"""Actions that a page sends to the API: a refusal is shown where the action was started, a success after a rerun."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.core.texts import Message
from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext, restart_login


@contextmanager
def show_refusal(context: PageContext, title: Message = texts.common.NOT_DONE) -> Iterator[None]:
    """Render why the API refused a request, under `title`. Restart the login on Unauthenticated."""
    try:
        yield
    except Unauthenticated:
        restart_login(context.backend.token)
    except StressVisionError as error:
        st.html(html.notice(context.text(title), error.message.text(context.language)))


def run_action(context: PageContext, action: Callable[[], object], done: str | None, key: str) -> None:
    """Run an action; an error stays where it was asked for.

    Args:
        context: The context of this script run.
        action: Sends the request. A text that it returns is the confirmation where `done` is None.
        done: The confirmation.
        key: The key of the session state under which the page finds the confirmation after the rerun.
    """
    with show_refusal(context):
        result = action()
        st.session_state[key] = done or (result if isinstance(result, str) else None)
        st.rerun()
