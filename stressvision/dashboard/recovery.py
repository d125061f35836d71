"""Recovery of pages that do not refresh by themselves: after an error they are loaded again once the API answers."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from stressvision.core.errors import ServerUnreachable, StressVisionError, Unauthenticated, Unavailable
from stressvision.dashboard.page_context import PageContext, restart_login, show_error

RETRY_SECONDS = 3
_ARMED = "recovery_armed"
"""Key of the session state: the error has been shown for one interval."""


@contextmanager
def recovering(context: PageContext) -> Iterator[None]:
    """Render an error of the API in place of the content, and load the page again when the API answers."""
    try:
        yield
    except Unauthenticated:
        restart_login(context.backend.token)
    except StressVisionError as error:
        show_error(context, error)
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
