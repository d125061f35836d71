"""Recovery of pages that do not refresh by themselves: after an error they are loaded again once the API answers."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from stressvision.core.errors import ServerUnreachable, StressVisionError, Unauthenticated, Unavailable
from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext, restart_login

RETRY_SECONDS = 3
_ARMED = "recovery_armed"
"""Key of the session state: the error has been shown for one interval."""


@contextmanager
def recovering(context: PageContext) -> Iterator[None]:
    """Render an error of the API in place of the content, and load the page again when the API answers."""
    try:
        yield
    except Unauthenticated:
        restart_login()
    except StressVisionError as error:
        title = texts.common.UNREACHABLE if isinstance(error, ServerUnreachable) else texts.common.UNAVAILABLE
        recovers = context.text(texts.common.RECOVERS)
        st.html(html.notice(context.text(title), error.message.text(context.language), recovers))
        st.session_state[_ARMED] = False
        _retry(context)


@st.fragment(run_every=RETRY_SECONDS)
def _retry(context: PageContext) -> None:
    if not st.session_state.get(_ARMED):
        # The first run belongs to the script run that failed: loading again at once would not end.
        st.session_state[_ARMED] = True
        return
    try:
        context.backend.overview()
    except (ServerUnreachable, Unavailable):
        return
    except StressVisionError:
        pass  # the page itself shows the refusal
    st.rerun()
