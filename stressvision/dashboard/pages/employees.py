"""Empleados: who is enrolled, and what was seen of one person when somebody asks."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import blocks, charts, texts
from stressvision.dashboard.audit_trail import show_audit
from stressvision.dashboard.palette import EXPRESSIONS, expression_colour
from stressvision.dashboard.screen import Screen, told
from stressvision.wire.backend import Employee, EmployeeState

REFRESH_SECONDS = 10
TABLE_ROWS = 12
ROW_PIXELS = 36
NAME_PIXELS = 230


def render(screen: Screen) -> None:
    st.html(blocks.heading(screen.say(texts.common.EMPLOYEES)))
    employees = _offered(screen)
    _list(screen, [employee.id for employee in employees])
    if employees and screen.sees_persons:
        _look_up(screen, employees)


def _offered(screen: Screen) -> list[Employee]:
    """Whom one can look up. The list above says it when the backend does not answer, and comes back by itself."""
    try:
        return screen.backend.employees().employees
    except StressVisionError:
        return []


@st.fragment(run_every=REFRESH_SECONDS)
def _list(screen: Screen, offered: list[int]) -> None:
    with told(screen):
        employees = screen.backend.employees().employees
        if [employee.id for employee in employees] != offered:
            st.rerun()
        if not employees:
            st.html(blocks.empty(screen.say(texts.employees.NO_EMPLOYEES)))
            return
        st.html(
            blocks.small(screen.count(len(employees), texts.employees.ONE_EMPLOYEE, texts.employees.MANY_EMPLOYEES))
        )
        st.dataframe(
            _table(screen, employees),
            hide_index=True,
            height=ROW_PIXELS * min(len(employees) + 1, TABLE_ROWS) + 2,
            row_height=ROW_PIXELS,
            column_config=_columns(screen),
            placeholder=screen.say(texts.common.NOT_SET),
            key="employees",
            alt=screen.say(texts.common.EMPLOYEES),
        )


def _columns(screen: Screen) -> dict[str, ColumnConfig]:
    plain = {
        "code": texts.common.CODE,
        "department": texts.common.DEPARTMENT,
        "shift": texts.employees.SHIFT,
        "enrolment": texts.employees.ENROLMENT,
        "consent": texts.employees.CONSENT,
    }
    return {column: st.column_config.TextColumn(screen.say(label)) for column, label in plain.items()} | {
        # Names get a fixed width: the longest must not fill a phone's whole window.
        "name": st.column_config.TextColumn(screen.say(texts.common.NAME), width=NAME_PIXELS),
        "quality": st.column_config.ProgressColumn(
            screen.say(texts.employees.QUALITY), min_value=0, max_value=100, format="%d %%", width="small"
        ),
        "last_seen": st.column_config.DatetimeColumn(
            screen.say(texts.employees.PERSON_LAST_SEEN), format="DD/MM/YYYY HH:mm", timezone=screen.zone.key
        ),
    }


def _table(screen: Screen, employees: list[Employee]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [_marked_name(screen, employee) for employee in employees],
            "code": [employee.employee_code for employee in employees],
            "enrolment": [screen.say(texts.employees.ENROLMENTS[employee.enrolment_status]) for employee in employees],
            "quality": [_whole_percent(employee.face_encoding_quality) for employee in employees],
            "consent": [screen.say(texts.employees.CONSENTS[employee.consent_given]) for employee in employees],
            "last_seen": pd.to_datetime([employee.last_seen for employee in employees], utc=True),
            "department": [employee.department for employee in employees],
            "shift": [_shift(screen, employee.shift) for employee in employees],
        }
    )


def _whole_percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _shift(screen: Screen, shift: str | None) -> str | None:
    known = texts.employees.SHIFTS.get(shift or "")
    return screen.say(known) if known else shift


def _marked_name(screen: Screen, employee: Employee) -> str:
    marks = [
        screen.say(mark)
        for mark, applies in (
            (texts.employees.DEMO, employee.is_demo),
            (texts.employees.INACTIVE, not employee.is_active),
        )
        if applies
    ]
    return f"{employee.full_name} ({', '.join(marks)})" if marks else employee.full_name


def _look_up(screen: Screen, employees: list[Employee]) -> None:
    st.html(blocks.subheading(screen.say(texts.employees.LOOK_UP)))
    with st.form("look_up"):
        by_id = {employee.id: employee for employee in employees}
        left, right = st.columns([3, 2])
        chosen = left.selectbox(
            screen.say(texts.employees.PERSON),
            list(by_id),
            index=None,
            format_func=lambda employee_id: f"{by_id[employee_id].full_name} · {by_id[employee_id].employee_code}",
            placeholder=screen.say(texts.employees.CHOOSE_PERSON),
            key="look_up_person",
        )
        minutes = right.segmented_control(
            screen.say(texts.employees.PERIOD),
            list(texts.employees.PERIODS),
            default=15,
            required=True,
            format_func=lambda period: screen.say(texts.employees.PERIODS[period]),
            key="look_up_period",
        )
        with_audit = st.checkbox(screen.say(texts.access.SHOW_AUDIT), key="look_up_audit")
        st.html(blocks.small(screen.say(texts.employees.LOOK_UP_RECORDED)))
        submitted = st.form_submit_button(
            screen.say(texts.employees.LOOK_UP_BUTTON), type="primary", icon=":material/search:"
        )
    if not submitted:
        return
    if chosen is None:
        st.warning(screen.say(texts.employees.NOBODY_CHOSEN))
        return
    with told(screen):
        _show(screen, by_id[chosen], screen.backend.employee_state(chosen, minutes))
        if with_audit:
            show_audit(screen, chosen)


def _show(screen: Screen, employee: Employee, state: EmployeeState) -> None:
    summary = state.summary
    period = texts.employees.PERIODS.get(summary.period_minutes)
    looked_up = screen.say(
        texts.employees.LOOKED_UP_AT,
        name=f"{employee.full_name} · {employee.employee_code}",
        period=screen.say(period) if period else f"{summary.period_minutes} min",
        time=f"{screen.local(screen.clock()):%H:%M:%S}",
    )
    st.html(blocks.subheading(looked_up))
    if employee.enrolment_status == "needs_enrolment":
        st.html(blocks.empty(screen.say(texts.employees.NEEDS_ENROLMENT)))
    st.html(blocks.now(screen.say(texts.employees.STATE_NOW), _now(screen, state)))
    if not summary.total_detections:
        return
    st.html(
        blocks.figures(
            (
                blocks.KeyFigure(
                    screen.say(texts.common.STRESS_SHARE), f"{summary.stress_percentage:.1f} %", EXPRESSIONS["stress"]
                ),
                blocks.KeyFigure(screen.say(texts.common.DETECTIONS), f"{summary.total_detections:,}"),
            )
        )
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(blocks.subheading(screen.say(texts.employees.OVER_TIME)))
        st.plotly_chart(
            charts.timeline(screen, state.recent_detections, summary.period_minutes),
            key="person_timeline",
            config=dict(charts.CONFIG),
            alt=screen.say(texts.employees.OVER_TIME),
        )
        if len(state.recent_detections) < summary.total_detections:
            shown = len(state.recent_detections)
            st.html(
                blocks.small(screen.say(texts.employees.LATEST_OF, shown=shown, total=f"{summary.total_detections:,}"))
            )
    with right:
        st.html(blocks.subheading(screen.say(texts.common.COMPATIBLE_WITH)))
        st.plotly_chart(
            charts.distribution(screen, summary.emotion_counts),
            key="person_distribution",
            config=dict(charts.CONFIG),
            alt=screen.say(texts.common.COMPATIBLE_WITH),
        )


def _now(screen: Screen, state: EmployeeState) -> blocks.Chip:
    latest = state.live_status
    if latest is None:
        return blocks.Chip(expression_colour(None), screen.say(texts.employees.NO_STATE))
    phrase = screen.say(texts.common.COMPATIBLE.get(latest.emotion, texts.common.COMPATIBLE[None]))
    ago = screen.ago(latest.timestamp)
    if latest.emotion_confidence is None:
        return blocks.Chip(
            expression_colour(latest.emotion), screen.say(texts.employees.LAST_STATE_UNRATED, what=phrase, ago=ago)
        )
    confidence = screen.percent(latest.emotion_confidence)
    sentence = screen.say(texts.employees.LAST_STATE, what=phrase, ago=ago, confidence=confidence)
    return blocks.Chip(expression_colour(latest.emotion), sentence)
