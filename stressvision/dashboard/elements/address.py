"""Filters of a page that stand in its address and outlast a visit of another page."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from stressvision.core.clock import to_wire

MOST_CHARACTERS = 100


def read_filters(page: str, names: Collection[str]) -> dict[str, str]:
    """Return the filters of the address or, where it has none, those of the last visit; "" for one that is not set."""
    stated = {name: st.query_params[name][:MOST_CHARACTERS] for name in names if name in st.query_params}
    kept: Mapping[str, str] = stated or st.session_state.get(f"filters_{page}", {})
    return {name: kept.get(name, "") for name in names}


def write_filters(page: str, values: Mapping[str, str]) -> None:
    """Keep the filters in the session and in the address; other parameters of the address stay."""
    st.session_state[f"filters_{page}"] = dict(values)
    for name, value in values.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def read_number(text: str) -> int:
    """Return the number of a page, from 0, of its text in the address, which begins at 1."""
    return max(0, int(text) - 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def find_midnight(day: date | None, zone: ZoneInfo, *, is_end: bool = False) -> str:
    """Return when the day begins in the plant's time zone, or with `is_end` when it is over; "" for None."""
    if day is None:
        return ""
    return to_wire(datetime.combine(day + timedelta(days=1 if is_end else 0), time(), zone))
