"""Empleados: the list of employees, with a link to the page of each."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.wire.backend import Employee

REFRESH_SECONDS = 10
TABLE_ROWS = 12
ROW_PIXELS = 36
NAME_PIXELS = 230


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.EMPLOYEES)))
    employees = _offered(context)
    _list(context, [employee.id for employee in employees])


def _offered(context: PageContext) -> list[Employee]:
    """Return the people to choose from; empty on an error, which the list above reports."""
    try:
        return context.backend.employees().employees
    except StressVisionError:
        return []


@st.fragment(run_every=REFRESH_SECONDS)
def _list(context: PageContext, offered: list[int]) -> None:
    with show_errors(context):
        employees = context.backend.employees().employees
        if [employee.id for employee in employees] != offered:
            st.rerun()
        if not employees:
            st.html(html.empty(context.text(texts.employees.NO_EMPLOYEES)))
            return
        st.html(html.small(context.count(len(employees), texts.employees.ONE_EMPLOYEE, texts.employees.MANY_EMPLOYEES)))
        links_persons = "persona" in context.pages
        selected = st.dataframe(
            _table(context, employees),
            hide_index=True,
            height=ROW_PIXELS * min(len(employees) + 1, TABLE_ROWS) + 2,
            row_height=ROW_PIXELS,
            column_config=_columns(context),
            placeholder=context.text(texts.common.NOT_SET),
            key="employees",
            on_select="rerun" if links_persons else "ignore",
            selection_mode="single-row",
            alt=context.text(texts.common.EMPLOYEES),
        )
        if links_persons:
            _show_link(context, employees, selected["selection"]["rows"] if isinstance(selected, dict) else [])


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
