"""The accesses to one person's data, as a table."""

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext
from stressvision.domain.audit import ACTIONS
from stressvision.wire.access import AuditEntry

AUDIT_ROWS = 20


def show_audit(context: PageContext, employee_id: int) -> None:
    """Render the latest audit entries about one person's data. The request adds one itself."""
    st.html(html.subheading(context.text(texts.access.WHO_LOOKED)))
    answer = context.backend.audit_entries(employee_id, AUDIT_ROWS)
    header = (texts.access.WHEN, texts.access.WHO, texts.access.WHAT, texts.access.FROM)
    rows = [_audit_row(context, entry) for entry in answer.entries]
    st.html(html.table([context.text(name) for name in header], rows, numbers=frozenset()))
    if answer.total > len(answer.entries):
        shown = context.text(texts.common.SHOWN_OF, shown=len(answer.entries), total=f"{answer.total:,}")
        st.html(html.small(shown))


def _audit_row(context: PageContext, entry: AuditEntry) -> tuple[str, ...]:
    nothing = context.text(texts.common.NOT_SET)
    action = ACTIONS.get(entry.action or "")
    return (
        f"{context.local(entry.timestamp):%d/%m/%Y %H:%M:%S}",
        entry.user_id or context.text(texts.access.WITHOUT_ACCOUNT),
        context.text(action) if action else entry.action or nothing,
        entry.ip_address or nothing,
    )
