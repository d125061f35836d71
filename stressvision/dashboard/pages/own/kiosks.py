"""Kiosks for self-reports: the list, one to create with its link, and their end."""

import streamlit as st

from stressvision.core.config import load_settings
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.actions import show_refusal
from stressvision.dashboard.elements.addresses import find_dashboard_base, warn_of_loopback
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages.own.link import draw_qr
from stressvision.wire.own import KioskIssued, KioskList, KioskNew


def show_kiosks(context: PageContext) -> None:
    """Render the kiosks."""
    st.html(html.subheading(context.text(texts.kiosk.HEADING)))
    st.html(html.small(context.text(texts.kiosk.HEADING_NOTE)))
    found = context.backend.call(KioskList, "GET", "/api/kiosks").kiosks
    if not found:
        st.html(html.empty(context.text(texts.kiosk.NONE)))
    for kiosk in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(html.small(f"{kiosk.location} · {context.date_and_time(kiosk.created_at)}"), width="content")
            label = context.markdown(texts.kiosk.END, location=kiosk.location)
            if st.button(label, type="tertiary", key=f"kiosk_end_{kiosk.id}"):
                with show_refusal(context, texts.settings.NOT_SAVED):
                    context.backend.call(KioskList, "DELETE", f"/api/kiosks/{kiosk.id}", user_id=acting_user() or "-")
                    st.rerun()
    with st.form("kiosk", border=False, clear_on_submit=True):
        location = st.text_input(context.text(texts.kiosk.LOCATION), max_chars=100).strip()
        adds = st.form_submit_button(context.text(texts.kiosk.ADD), icon=":material/tablet:")
    if adds and location:
        _add(context, location)


def _add(context: PageContext, location: str) -> None:
    with show_refusal(context, texts.settings.NOT_SAVED):
        wanted = KioskNew(location=location)
        issued = context.backend.call(KioskIssued, "POST", "/api/kiosks", wanted, user_id=acting_user() or "-")
        address = find_dashboard_base(load_settings()) + issued.path
        warn_of_loopback(context, address, texts.kiosk.LOOPBACK)
        st.html(html.qr_code(draw_qr(address), context.text(texts.kiosk.HEADING)))
        st.html(html.small(context.text(texts.kiosk.ISSUED)))
        st.code(address, language=None, wrap_lines=True)
