"""Who looked at one person's data, on the page where one looks."""

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.access import AuditEntry

ROWS = 20


def show_audit(context: PageContext, employee_id: int) -> None:
    """The newest entries. Asking is an entry itself."""
    st.html(html.subheading(context.text(texts.access.WHO_LOOKED)))
    found = context.backend.audit_entries(employee_id, ROWS)
    header = (texts.access.WHEN, texts.access.WHO, texts.access.WHAT, texts.access.FROM)
    rows = [_row(context, entry) for entry in found.entries]
    st.html(html.table([context.text(name) for name in header], rows, numbers=frozenset()))
    if found.total > len(found.entries):
        shown = context.text(texts.common.SHOWN_OF, shown=len(found.entries), total=f"{found.total:,}")
        st.html(html.small(shown))


def _row(context: PageContext, entry: AuditEntry) -> tuple[str, ...]:
    nothing = context.text(texts.common.NOT_SET)
    action = texts.access.ACTIONS.get(entry.action or "")
    return (
        f"{context.local(entry.timestamp):%d/%m/%Y %H:%M:%S}",
        entry.user_id or context.text(texts.access.WITHOUT_ACCOUNT),
        context.text(action) if action else entry.action or nothing,
        entry.ip_address or nothing,
    )
