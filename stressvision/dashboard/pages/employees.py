"""Empleados: the list of employees, and one person's detections on request."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import charts, html, texts
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.palette import EXPRESSIONS, expression_colour
from stressvision.wire.access import AuditEntry
from stressvision.wire.backend import Employee, EmployeeState

REFRESH_SECONDS = 10
TABLE_ROWS = 12
ROW_PIXELS = 36
NAME_PIXELS = 230
AUDIT_ROWS = 20


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.EMPLOYEES)))
    employees = _offered(context)
    _list(context, [employee.id for employee in employees])
    if employees and context.sees_persons:
        _look_up(context, employees)


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
        st.dataframe(
            _table(context, employees),
            hide_index=True,
            height=ROW_PIXELS * min(len(employees) + 1, TABLE_ROWS) + 2,
            row_height=ROW_PIXELS,
            column_config=_columns(context),
            placeholder=context.text(texts.common.NOT_SET),
            key="employees",
            alt=context.text(texts.common.EMPLOYEES),
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


def _look_up(context: PageContext, employees: list[Employee]) -> None:
    st.html(html.subheading(context.text(texts.employees.LOOK_UP)))
    with st.form("look_up"):
        by_id = {employee.id: employee for employee in employees}
        left, right = st.columns([3, 2])
        chosen = left.selectbox(
            context.text(texts.employees.PERSON),
            list(by_id),
            index=None,
            format_func=lambda employee_id: f"{by_id[employee_id].full_name} · {by_id[employee_id].employee_code}",
            placeholder=context.text(texts.employees.CHOOSE_PERSON),
            key="look_up_person",
        )
        minutes = right.segmented_control(
            context.text(texts.employees.PERIOD),
            list(texts.employees.PERIODS),
            default=15,
            required=True,
            format_func=lambda period: context.text(texts.employees.PERIODS[period]),
            key="look_up_period",
        )
        with_audit = st.checkbox(context.text(texts.access.SHOW_AUDIT), key="look_up_audit")
        st.html(html.small(context.text(texts.employees.LOOK_UP_RECORDED)))
        submitted = st.form_submit_button(
            context.text(texts.employees.LOOK_UP_BUTTON), type="primary", icon=":material/search:"
        )
    if not submitted:
        return
    if chosen is None:
        st.warning(context.text(texts.employees.NOBODY_CHOSEN))
        return
    with show_errors(context):
        _show(context, by_id[chosen], context.backend.employee_state(chosen, minutes))
        if with_audit:
            show_audit(context, chosen)


def _show(context: PageContext, employee: Employee, state: EmployeeState) -> None:
    summary = state.summary
    period = texts.employees.PERIODS.get(summary.period_minutes)
    looked_up = context.text(
        texts.employees.LOOKED_UP_AT,
        name=f"{employee.full_name} · {employee.employee_code}",
        period=context.text(period) if period else f"{summary.period_minutes} min",
        time=f"{context.local(context.clock()):%H:%M:%S}",
    )
    st.html(html.subheading(looked_up))
    if employee.enrolment_status == "needs_enrolment":
        st.html(html.empty(context.text(texts.employees.NEEDS_ENROLMENT)))
    st.html(html.now(context.text(texts.employees.STATE_NOW), _now(context, state)))
    if not summary.total_detections:
        return
    st.html(
        html.figures(
            (
                html.KeyFigure(
                    context.text(texts.common.STRESS_SHARE), f"{summary.stress_percentage:.1f} %", EXPRESSIONS["stress"]
                ),
                html.KeyFigure(context.text(texts.common.DETECTIONS), f"{summary.total_detections:,}"),
            )
        )
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(html.subheading(context.text(texts.employees.OVER_TIME)))
        st.plotly_chart(
            charts.timeline(context, state.recent_detections, summary.period_minutes),
            key="person_timeline",
            config=dict(charts.CONFIG),
            alt=context.text(texts.employees.OVER_TIME),
        )
        if len(state.recent_detections) < summary.total_detections:
            shown = len(state.recent_detections)
            st.html(
                html.small(context.text(texts.employees.LATEST_OF, shown=shown, total=f"{summary.total_detections:,}"))
            )
    with right:
        st.html(html.subheading(context.text(texts.common.COMPATIBLE_WITH)))
        st.plotly_chart(
            charts.distribution(context, summary.emotion_counts),
            key="person_distribution",
            config=dict(charts.CONFIG),
            alt=context.text(texts.common.COMPATIBLE_WITH),
        )


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
    action = texts.access.ACTIONS.get(entry.action or "")
    return (
        f"{context.local(entry.timestamp):%d/%m/%Y %H:%M:%S}",
        entry.user_id or context.text(texts.access.WITHOUT_ACCOUNT),
        context.text(action) if action else entry.action or nothing,
        entry.ip_address or nothing,
    )


def _now(context: PageContext, state: EmployeeState) -> html.Chip:
    latest = state.live_status
    if latest is None:
        return html.Chip(expression_colour(None), context.text(texts.employees.NO_STATE))
    known = texts.common.COMPATIBLE.get(latest.emotion, texts.common.COMPATIBLE[None])
    phrase = context.mark_odd(context.text(known), latest.odd_fields)
    ago = context.ago(latest.timestamp)
    if latest.emotion_confidence is None:
        return html.Chip(
            expression_colour(latest.emotion), context.text(texts.employees.LAST_STATE_UNRATED, what=phrase, ago=ago)
        )
    confidence = context.percent(latest.emotion_confidence)
    sentence = context.text(texts.employees.LAST_STATE, what=phrase, ago=ago, confidence=confidence)
    return html.Chip(expression_colour(latest.emotion), sentence)
