"""Who looked at one person's data, on the page where one looks."""

import streamlit as st

from stressvision.dashboard import blocks, texts
from stressvision.dashboard.screen import Screen
from stressvision.wire.access import AuditEntry

ROWS = 20


def show_audit(screen: Screen, employee_id: int) -> None:
    """The newest entries. Asking is an entry itself."""
    st.html(blocks.subheading(screen.say(texts.access.WHO_LOOKED)))
    found = screen.backend.audit_of(employee_id, ROWS)
    header = (texts.access.WHEN, texts.access.WHO, texts.access.WHAT, texts.access.FROM)
    rows = [_row(screen, entry) for entry in found.entries]
    st.html(blocks.table([screen.say(name) for name in header], rows, numbers=frozenset()))
    if found.total > len(found.entries):
        shown = screen.say(texts.common.SHOWN_OF, shown=len(found.entries), total=f"{found.total:,}")
        st.html(blocks.small(shown))


def _row(screen: Screen, entry: AuditEntry) -> tuple[str, ...]:
    nothing = screen.say(texts.common.NOT_SET)
    action = texts.access.ACTIONS.get(entry.action or "")
    return (
        f"{screen.local(entry.timestamp):%d/%m/%Y %H:%M:%S}",
        entry.user_id or screen.say(texts.access.WITHOUT_ACCOUNT),
        screen.say(action) if action else entry.action or nothing,
        entry.ip_address or nothing,
    )
