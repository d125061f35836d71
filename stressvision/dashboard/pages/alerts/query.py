"""What the inbox shows: filters and page, in the session and in the address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import streamlit as st

from stressvision.dashboard.elements.address import find_midnight, read_number

Status = Literal["open", "pending", "acknowledged", "resolved", "all"]
About = Literal["people", "devices"]
Severity = Literal["high", "medium", "low"]
Kind = Literal["stress", "fatigue"]
STATUSES: tuple[Status, ...] = get_args(Status)
ABOUT: tuple[About, ...] = get_args(About)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
KINDS: tuple[Kind, ...] = get_args(Kind)

QUERY = "inbox_query"
"""Key of the session state."""
_NAMES = {
    "status": "estado",
    "about": "sobre",
    "department": "area",
    "shift": "turno",
    "severity": "severidad",
    "kind": "tipo",
    "start": "desde",
    "end": "hasta",
    "search": "buscar",
    "page": "pagina",
}
"""Names of the query parameters of the address."""
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": STATUSES,
    "about": ABOUT,
    "severity": SEVERITIES,
    "kind": KINDS,
}


@dataclass(frozen=True)
class InboxQuery:
    """Filters and page of the inbox; the defaults are the address without parameters. `start`, `end`: whole days."""

    status: Status = "open"
    about: About = "people"
    department: str = ""
    shift: str = ""
    severity: str = ""
    kind: str = ""
    start: date | None = None
    end: date | None = None
    search: str = ""
    page: int = 0

    def count_hidden(self) -> int:
        """Return how many filters are set that the page shows only on request."""
        return sum(bool(value) for value in (self.department, self.shift, self.severity, self.kind)) + (
            self.start is not None or self.end is not None
        )

    def to_request(self, zone: ZoneInfo) -> dict[str, str | int]:
        """Return the query of the API, without page and order. Days are those of the plant's time zone."""
        days = {
            "start_date": find_midnight(self.start, zone),
            "end_date": find_midnight(self.end, zone, is_end=True),
        }
        words = {name: getattr(self, name) for name in ("department", "shift", "severity", "kind", "search")}
        return {"status": self.status, "about": self.about} | {
            name: value for name, value in {**words, **days}.items() if value
        }


def read_query(*, shows_emotions: bool = True) -> InboxQuery:
    """Return the filters of the address or, where it has none, those of the last visit.

    Without `shows_emotions` the kind is left out: there is no choice of it, and the API refuses one of an emotion.
    """
    query = _find_query()
    return query if shows_emotions else replace(query, kind="")


def _find_query() -> InboxQuery:
    stated = {field: st.query_params[name] for field, name in _NAMES.items() if name in st.query_params}
    if not stated:
        kept = st.session_state.get(QUERY)
        return kept if isinstance(kept, InboxQuery) else InboxQuery()
    return parse_query(stated)


def parse_query(stated: Mapping[str, str]) -> InboxQuery:
    """Return the query of an address; values that no filter has are left out."""
    values: dict[str, Any] = {}
    for field, text in stated.items():
        if field in {"start", "end"}:
            values[field] = _day(text)
        elif field == "page":
            values[field] = read_number(text)
        elif field not in _CHOICES or text in _CHOICES[field]:
            values[field] = text[:100]
    return InboxQuery(**values)


def write_query(query: InboxQuery) -> None:
    """Keep the filters in the session and in the address; other parameters of the address stay."""
    st.session_state[QUERY] = query
    default = asdict(InboxQuery())
    for field in fields(query):
        value = getattr(query, field.name)
        name = _NAMES[field.name]
        if value == default[field.name]:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = str(value + 1) if field.name == "page" else str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
