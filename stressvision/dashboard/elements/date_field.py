"""The one date field of the console: a day typed as DD/MM/YYYY.

Streamlit's own has English words and weeks that begin on Sunday, whatever the language of the page.
"""

import re
from datetime import date

import streamlit as st

from stressvision.core.texts import Message
from stressvision.dashboard import texts
from stressvision.dashboard.page_context import PageContext

_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")


def format_day(day: date | None) -> str:
    """Return the day as the field shows it; an empty text for None."""
    return f"{day:%d/%m/%Y}" if day else ""


def parse_day(text: str) -> date | None:
    """Return the day of a text such as 7/3/2026 or 2026-03-07, or None where it is no day."""
    found = _DAY_FIRST.fullmatch(text.strip())
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_day(
    context: PageContext,
    label: Message,
    key: str,
    value: date | None = None,
    latest: date | None = None,
    *,
    disabled: bool = False,
) -> date | None:
    """Render the field, and what is wrong with its text.

    Args:
        context: The context of this script run.
        label: The label of the field.
        key: Key of its text in the session state.
        value: The day at the beginning.
        latest: The last day that may be chosen.
        disabled: Whether the field is locked.

    Returns:
        The typed day; None for an empty field; `value` where the text is no day that may be chosen.
    """
    if key not in st.session_state:
        st.session_state[key] = format_day(value)
    with st.container(width=170, gap="xxsmall"):
        typed = st.text_input(
            context.text(label),
            placeholder=context.text(texts.common.DAY_FORM),
            max_chars=10,
            key=key,
            disabled=disabled,
        ).strip()
        if not typed:
            return None
        day = parse_day(typed)
        if day is None:
            st.warning(context.text(texts.common.DAY_INVALID))
            return value
        if latest is not None and day > latest:
            st.warning(context.text(texts.common.DAY_TOO_LATE, day=format_day(latest)))
            return value
    return day
