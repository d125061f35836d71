"""The QR code of a personal link, made by the health service on the page of a person."""

import segno
import streamlit as st

from stressvision.core.config import load_settings
from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.elements.addresses import find_dashboard_base, warn_of_loopback
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.backend import Employee
from stressvision.wire.own import PersonLinkIssued

_QR_SCALE = 5


@st.fragment
def show_link(context: PageContext, employee: Employee) -> None:
    """Render the button that issues a link, and the link as a QR code, once."""
    st.html(html.subheading(context.text(texts.own.LINK)))
    st.html(html.small(context.text(texts.own.LINK_NOTE)))
    if not st.button(context.text(texts.own.MAKE_LINK), icon=":material/qr_code_2:", key="person_link"):
        return
    path = f"/api/employees/{employee.id}/link"
    user = acting_user()
    try:
        asked = {"user_id": user} if user else {}
        issued = context.backend.call(PersonLinkIssued, "POST", path, None, **asked)
    except StressVisionError as error:
        st.warning(error.message.text(context.language))
        return
    address = find_dashboard_base(load_settings()) + issued.path
    warn_of_loopback(context, address, texts.own.LINK_LOOPBACK)
    st.html(html.qr_code(draw_qr(address), context.text(texts.own.LINK)))
    st.html(html.small(context.text(texts.own.LINK_READY, time=context.date_and_time(issued.expires_at))))
    st.code(address, language=None, wrap_lines=True)


def draw_qr(text: str) -> str:
    """Return the QR code of a text as a data URI of an SVG, dark on white on every theme."""
    return segno.make(text, error="m").svg_data_uri(scale=_QR_SCALE, light="white", border=3)
