"""Addresses that are copied to other machines, and the warning where those cannot open them."""

from urllib.parse import urlsplit

import streamlit as st

from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.core.texts import Message
from stressvision.dashboard.page_context import PageContext


def is_of_this_machine(url: str) -> bool:
    """Return whether only programs of this machine can open the address."""
    return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS


def find_dashboard_base(settings: Settings) -> str:
    """Return the address of the dashboard for other machines, without a path.

    It is the one that this browser used, or the configured one where the browser used a name of its own machine.
    """
    parts = urlsplit(str(st.context.url or ""))
    used = f"{parts.scheme}://{parts.netloc}" if parts.netloc else settings.dashboard_base
    return settings.dashboard_base if is_of_this_machine(used) else used


def warn_of_loopback(context: PageContext, url: str, warning: Message) -> None:
    """Render the warning where other machines cannot open the address."""
    if is_of_this_machine(url):
        st.warning(context.text(warning, url=url), icon=":material/lan:")
