"""Empleados: the list of employees with search, filters and pages, and a link to the page of each."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from stressvision.core.errors import StressVisionError
from stressvision.core.texts import Message
from stressvision.dashboard import html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.elements.address import MOST_CHARACTERS, read_filters, read_number, write_filters
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.wire.backend import Employee

REFRESH_SECONDS = 10
LIMIT = 50
"""Employees of one page of the list."""
PAGE = "employees"
_KEYS = {"buscar": "employees_search", "area": "employees_department", "estado": "employees_status"}
_PARAMETERS = {"buscar": "search", "area": "department", "estado": "status"}
ADDRESS = (*_KEYS, "pagina")
"""Query parameters of the address."""
TABLE_ROWS = 12
ROW_PIXELS = 36
NAME_PIXELS = 230


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.EMPLOYEES)))
    wanted = _choose(context)
    _list(context, wanted)


def _choose(context: PageContext) -> dict[str, str]:
    """Render the filters and return what they ask for, which the address follows."""
    stated = read_filters(PAGE, ADDRESS)
    if _KEYS["buscar"] not in st.session_state:
        _fill_in(stated)  # Streamlit forgets the state of widgets when another page is opened
    with st.container(horizontal=True, vertical_alignment="bottom", key="employee_filters"):
        st.text_input(
            context.text(texts.common.SEARCH),
            placeholder=context.text(texts.common.SEARCH_HINT),
            max_chars=MOST_CHARACTERS,
            key=_KEYS["buscar"],
            icon=":material/search:",
            width=260,
        )
        departments = _departments(context.backend)
        for name, label, options, words in (
            ("area", texts.common.DEPARTMENT, departments, {}),
            ("estado", texts.employees.STATUS, tuple(texts.employees.STATUSES), texts.employees.STATUSES),
        ):
            _choice(context, name, label, options, words)
        st.button(
            context.text(texts.common.CLEAR_FILTERS),
            on_click=_clear,
            type="tertiary",
            icon=":material/filter_list_off:",
            disabled=not any(st.session_state.get(key) for key in _KEYS.values()),
        )
    chosen = {name: (st.session_state.get(key) or "").strip() for name, key in _KEYS.items()}
    changed = any(chosen[name] != stated[name] for name in _KEYS)
    wanted = {**chosen, "pagina": "" if changed else stated["pagina"]}
    write_filters(PAGE, wanted)
    return wanted


def _choice(
    context: PageContext, name: str, label: Message, options: Sequence[str], words: Mapping[str, Message]
) -> None:
    """Render one filter with "all" as its first option; a value of the address that no employee has is offered too."""
    stated = st.session_state[_KEYS[name]]
    st.selectbox(
        context.text(label),
        ["", *options, *([stated] if stated and stated not in options else [])],
        format_func=lambda value: (
            context.text(texts.common.ANY) if not value else context.text(words[value]) if value in words else value
        ),
        key=_KEYS[name],
        width=200,
    )


@st.cache_data(ttl=60, scope="session", show_spinner=False)
def _departments(backend: BackendClient) -> Sequence[str]:
    """Return the areas of the employees; none on an error, which the list reports."""
    try:
        return backend.employee_page(1, 0, {}).departments
    except StressVisionError:
        return ()


def _fill_in(stated: Mapping[str, str]) -> None:
    known = {**stated, "estado": stated["estado"] if stated["estado"] in texts.employees.STATUSES else ""}
    for name, key in _KEYS.items():
        st.session_state[key] = known[name]


def _clear() -> None:
    write_filters(PAGE, dict.fromkeys(ADDRESS, ""))
    _fill_in(dict.fromkeys(ADDRESS, ""))


@st.fragment(run_every=REFRESH_SECONDS)
def _list(context: PageContext, wanted: Mapping[str, str]) -> None:
    with show_errors(context):
        number = read_number(wanted["pagina"])
        query = {_PARAMETERS[name]: wanted[name] for name in _KEYS if wanted[name]}
        found = context.backend.employee_page(LIMIT, number, query)
        employees = found.employees
        if not found.total:
            nothing = texts.employees.NOTHING_FOUND if query else texts.employees.NO_EMPLOYEES
            st.html(html.empty(context.text(nothing)))
            return
        st.html(html.small(context.count(found.total, texts.employees.ONE_EMPLOYEE, texts.employees.MANY_EMPLOYEES)))
        links_persons = "persona" in context.pages
        selected = st.dataframe(
            _table(context, employees),
            hide_index=True,
            height=ROW_PIXELS * min(len(employees) + 1, TABLE_ROWS) + 2,
            row_height=ROW_PIXELS,
            column_config=_columns(context),
            placeholder=context.text(texts.common.NOT_SET),
            key=f"employees_{hash(tuple(wanted.items()))}",  # a selected row is of this page alone
            on_select="rerun" if links_persons else "ignore",
            selection_mode="single-row",
            alt=context.text(texts.common.EMPLOYEES),
        )
        if links_persons:
            _show_link(context, employees, selected["selection"]["rows"] if isinstance(selected, dict) else [])
        _show_pages(wanted, number, found.total)


def _show_pages(wanted: Mapping[str, str], number: int, total: int) -> None:
    last = max(-(-total // LIMIT), 1)
    if last == 1 and not number:
        return
    # The key has filters and length: others begin at the page of the address.
    key = f"employees_page_{hash(tuple(wanted[name] for name in _KEYS))}_{last}"
    chosen = st.pagination(last, default=min(number + 1, last), key=key)
    if chosen - 1 != number:
        write_filters(PAGE, {**wanted, "pagina": str(chosen) if chosen > 1 else ""})
        st.rerun()


def _show_link(context: PageContext, employees: list[Employee], rows: list[int]) -> None:
    """Render the link to the page of the selected person, or how to select one."""
    if not rows or rows[0] >= len(employees):
        st.html(html.small(context.text(texts.person.PICK_ROW)))
        return
    employee = employees[rows[0]]
    st.page_link(
        context.pages["persona"],
        label=context.markdown(texts.person.OPEN_PERSON, name=employee.full_name),
        icon=":material/person:",
        query_params={"empleado": str(employee.id)},
    )


def _columns(context: PageContext) -> dict[str, ColumnConfig]:
    plain = {
        "code": texts.common.CODE,
        "department": texts.common.DEPARTMENT,
        "shift": texts.employees.SHIFT,
        "enrolment": texts.employees.ENROLMENT,
        "consent": texts.employees.CONSENT,
    }
    return {column: st.column_config.TextColumn(context.text(label)) for column, label in plain.items()} | {
        # A fixed width: a long name must not fill the window of a phone.
        "name": st.column_config.TextColumn(context.text(texts.common.NAME), width=NAME_PIXELS),
        "quality": st.column_config.ProgressColumn(
            context.text(texts.employees.QUALITY), min_value=0, max_value=100, format="%d %%", width="small"
        ),
        "last_seen": st.column_config.DatetimeColumn(
            context.text(texts.employees.PERSON_LAST_SEEN), format="DD/MM/YYYY HH:mm", timezone=context.zone.key
        ),
    }


def _table(context: PageContext, employees: list[Employee]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "name": [_marked_name(context, employee) for employee in employees],
            "code": [employee.employee_code for employee in employees],
            "enrolment": [
                context.text(texts.employees.ENROLMENTS[employee.enrolment_status]) for employee in employees
            ],
            "quality": [_whole_percent(employee.face_encoding_quality) for employee in employees],
            "consent": [context.text(texts.employees.CONSENTS[employee.consent_given]) for employee in employees],
            "last_seen": pd.to_datetime([employee.last_seen for employee in employees], utc=True),
            "department": [employee.department for employee in employees],
            "shift": [_shift(context, employee.shift) for employee in employees],
        }
    )
    # The time of the last detection is for roles that may see persons; an empty column would read as never seen.
    return table if context.sees_persons else table.drop(columns="last_seen")


def _whole_percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _shift(context: PageContext, shift: str | None) -> str | None:
    known = texts.employees.SHIFTS.get(shift or "")
    return context.text(known) if known else shift


def _marked_name(context: PageContext, employee: Employee) -> str:
    marks = [
        context.text(mark)
        for mark, applies in (
            (texts.employees.DEMO, employee.is_demo),
            (texts.employees.INACTIVE, not employee.is_active),
            (texts.common.ODD_FIELDS, bool(employee.odd_fields)),
        )
        if applies
    ]
    return f"{employee.full_name} ({', '.join(marks)})" if marks else employee.full_name
