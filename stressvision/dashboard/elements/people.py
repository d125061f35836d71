"""People for select boxes: all of a small plant; of a larger one those that the search of the server finds."""

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.elements.address import MOST_CHARACTERS
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.backend import Employee

MOST_OFFERED = 50
"""People of one select box: more are not read, but searched for."""


def offer_people(context: PageContext, key: str, chosen: int | None = None) -> dict[int, Employee]:
    """Return the people to choose from, by id, and render the search field where they do not fit into one list.

    Args:
        context: Of the page.
        key: Of the select box, for the key of the search field.
        chosen: The person that the select box shows; offered whatever the search.
    """
    field = f"{key}_search"
    search = str(st.session_state.get(field) or "").strip()
    found = context.backend.employee_page(MOST_OFFERED, 0, {"search": search} if search else {})
    if search or found.total > MOST_OFFERED:
        st.text_input(
            context.text(texts.common.SEARCH_PERSON),
            placeholder=context.text(texts.common.SEARCH_HINT),
            max_chars=MOST_CHARACTERS,
            key=field,
            icon=":material/search:",
            live=True,
            width=460,
        )
        shown = context.text(texts.common.SHOWN_OF, shown=f"{len(found.employees):,}", total=f"{found.total:,}")
        st.html(html.small(shown if found.total else context.text(texts.employees.NOTHING_FOUND)))
    offered = {employee.id: employee for employee in found.employees}
    if chosen is not None and chosen not in offered and (person := find_person(context.backend, chosen)):
        offered[chosen] = person
    return offered


def find_person(backend: BackendClient, employee_id: int) -> Employee | None:
    """Return the employee with that id from the list, which holds no measurement; None where there is none."""
    return next(iter(backend.employee_page(1, 0, {"id": [employee_id]}).employees), None)


def name_person(person: Employee) -> str:
    """Return name and code, as select boxes show them."""
    return f"{person.full_name} · {person.employee_code}"
