"""Persona: one person's figures, alerts, stored data and readers, under an address of their own."""

import re

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import alert_html, charts, html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.elements.people import find_person, name_person, offer_people
from stressvision.dashboard.page_context import PageContext, explain_no_emotions, show_errors
from stressvision.dashboard.pages.own.link import show_link
from stressvision.dashboard.pages.person import charts as person_charts
from stressvision.dashboard.pages.person.readers import show_audit
from stressvision.dashboard.palette import ACCENT, EXPRESSIONS, QUIET, SEVERITIES
from stressvision.dashboard.recovery import recovering
from stressvision.dashboard.report_download import show_download_button
from stressvision.wire.backend import Employee
from stressvision.wire.person import PersonEvent, PersonEvents, PersonFigures

ADDRESS = "empleado"
"""Name of the query parameter with the employee's id."""
ID = re.compile("[1-9][0-9]{0,17}")
DOCUMENT_SECONDS = 60.0
SHOWN_EVENTS = 30
_PERIODS = {"hour": ("minute", 1), "shift": ("minute", 8), "day": ("hour", 24), "quarter": ("day", 90 * 24)}
_COLOURS = {"raised": SEVERITIES["high"], "resolved": EXPRESSIONS["happy"], "noted": ACCENT, "acknowledged": ACCENT}


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.person.TITLE)))
    with recovering(context):
        wanted = st.query_params.get(ADDRESS, "")
        chosen = _find(context.backend, int(wanted)) if ID.fullmatch(wanted) else None
        if wanted and chosen is None:
            st.html(html.empty(context.text(texts.person.UNKNOWN)))
        _choose(context, chosen)
        if chosen is None:
            st.html(html.empty(context.text(texts.person.CHOOSE_FIRST)))
            return
        st.html(html.small(context.text(texts.person.RECORDED)))
        _show(context, chosen)


@st.fragment
def _choose(context: PageContext, known: Employee | None) -> None:
    """Render the choice, which the address follows."""
    known_id = known.id if known else None
    key = f"person_{known_id}"
    if key in st.session_state and (chosen := st.session_state[key]) != known_id:
        # Before anything is read: the choice is kept where the server does not answer.
        if chosen is None:
            st.query_params.clear()
        else:
            st.query_params[ADDRESS] = str(chosen)
        st.rerun()
    with show_errors(context):
        offered = offer_people(context, key)
        if known:
            offered[known.id] = known
        ids = list(offered)
        st.selectbox(
            context.text(texts.employees.PERSON),
            ids,
            index=None if known_id is None else ids.index(known_id),
            format_func=lambda own: name_person(offered[own]),
            placeholder=context.text(texts.person.CHOOSE),
            key=key,
            width=460,
        )


def _show(context: PageContext, employee: Employee) -> None:
    hours = _figures(context.backend, employee.id, "hour", 24 * person_charts.DAYS)
    day = _figures(context.backend, employee.id, "hour", 24)
    events = _events(context.backend, employee.id, person_charts.DAYS)
    _show_identity(context, employee)
    explain_no_emotions(context)
    st.html(html.figures(_key_figures(context, employee, day, events)))
    _show_period(context, employee)
    _show_fortnight(context, hours, events)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _show_timeline(context, events)
    with right:
        _show_document(context, employee)
        show_link(context, employee)
        if st.toggle(context.text(texts.person.READERS), key="person_readers"):
            show_audit(context, employee.id)


@st.cache_data(ttl=30, scope="session", show_spinner=False)
def _find(backend: BackendClient, employee_id: int) -> Employee | None:
    return find_person(backend, employee_id)


@st.cache_data(ttl=30, scope="session", show_spinner=False)
def _figures(backend: BackendClient, employee_id: int, by: str, hours: int) -> PersonFigures:
    return backend.call(PersonFigures, "GET", f"/api/employees/{employee_id}/figures", by=by, hours=hours)


@st.cache_data(ttl=30, scope="session", show_spinner=False)
def _events(backend: BackendClient, employee_id: int, days: int) -> PersonEvents:
    return backend.call(PersonEvents, "GET", f"/api/employees/{employee_id}/timeline", days=days)


def _show_identity(context: PageContext, employee: Employee) -> None:
    nothing = context.text(texts.common.NOT_SET)
    shift = texts.employees.SHIFTS.get(employee.shift or "")
    st.html(html.subheading(f"{employee.full_name} · {employee.employee_code}"))
    parts = (
        f"{context.text(texts.common.DEPARTMENT)}: {employee.department or nothing}",
        f"{context.text(texts.employees.SHIFT)}: {context.text(shift) if shift else employee.shift or nothing}",
        f"{context.text(texts.employees.CONSENT)}: {context.text(texts.employees.CONSENTS[employee.consent_given])}",
        context.text(texts.employees.ENROLMENTS[employee.enrolment_status]),
    )
    st.html(html.small(" · ".join(parts)))
    if employee.enrolment_status == "needs_enrolment":
        st.html(html.empty(context.text(texts.employees.NEEDS_ENROLMENT)))


def _key_figures(
    context: PageContext, employee: Employee, day: PersonFigures, events: PersonEvents
) -> tuple[html.KeyFigure, ...]:
    nothing = context.text(texts.person.NO_FIGURE)
    help_text = context.text(texts.person.USUAL_HELP)
    seen = context.ago(employee.last_seen) if employee.last_seen else context.text(texts.common.NEVER)
    raised = sum(event.kind == "raised" for event in events.events)
    stress = f"{day.stress_pct:.1f} %" if day.total_detections and day.stress_pct is not None else nothing
    fatigue = f"{day.fatigue_pct:.1f} %" if day.total_detections else nothing
    share = html.KeyFigure(context.text(texts.person.STRESS), stress, EXPRESSIONS["stress"], help_text)
    return (
        *([share] if context.shows_emotions else []),
        html.KeyFigure(context.text(texts.person.FATIGUE), fatigue, EXPRESSIONS["fatigue"], help_text),
        html.KeyFigure(context.text(texts.person.SEEN), f"{day.total_detections:,}"),
        html.KeyFigure(context.text(texts.person.OPEN_ALERTS), f"{raised:,}", SEVERITIES["high"] if raised else ""),
        html.KeyFigure(context.text(texts.person.LATEST), seen),
    )


@st.fragment
def _show_period(context: PageContext, employee: Employee) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.html(html.subheading(context.text(texts.person.OVER_TIME)), width="content")
        period = st.segmented_control(
            context.text(texts.person.PERIOD),
            list(_PERIODS),
            default="day",
            required=True,
            format_func=lambda name: context.text(texts.person.PERIODS[name]),
            key="person_period",
            label_visibility="collapsed",
        )
    with show_errors(context):
        by, hours = _PERIODS[period]
        figures = _figures(context.backend, employee.id, by, hours)
        if not figures.total_detections:
            st.html(html.empty(context.text(texts.person.NOTHING)))
            return
        st.plotly_chart(
            person_charts.over_time(context, figures),
            key="person_over_time",
            config=dict(charts.CONFIG),
            alt=context.text(texts.person.OVER_TIME),
        )


@st.fragment
def _show_fortnight(context: PageContext, hours: PersonFigures, events: PersonEvents) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.html(html.subheading(context.text(texts.person.FORTNIGHT)), width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            against = st.toggle(
                context.text(texts.person.AGAINST),
                help=context.text(texts.person.AGAINST_HELP),
                key="person_against",
            )
            measure = st.segmented_control(
                context.text(texts.person.MEASURE),
                context.measures,
                default=context.measures[0],
                required=True,
                format_func=lambda name: context.text(texts.person.MEASURES[name]),
                key="person_measure",
                label_visibility="collapsed",
            )
    st.plotly_chart(
        person_charts.fortnight(
            context,
            hours.points,
            events.events,
            measure,
            against_usual=against,
        ),
        key="person_fortnight",
        config=dict(charts.CONFIG),
        alt=context.text(texts.person.FORTNIGHT),
    )
    st.html(html.small(context.text(texts.person.GREY)))


def _show_timeline(context: PageContext, events: PersonEvents) -> None:
    st.html(html.subheading(context.text(texts.person.TIMELINE)))
    if not events.events:
        st.html(html.empty(context.text(texts.person.NO_EVENTS)))
        return
    latest = next((event.alert_id for event in events.events if event.alert_id is not None), None)
    if latest is not None and "alertas" in context.pages:
        st.page_link(
            context.pages["alertas"],
            label=context.text(texts.person.GO_TO_ALERT),
            icon=":material/arrow_forward:",
            query_params={"alerta": str(latest)},
        )
    st.html(alert_html.history(_line(context, event) for event in events.events[:SHOWN_EVENTS]))
    if events.total > SHOWN_EVENTS:
        shown = context.text(texts.common.SHOWN_OF, shown=SHOWN_EVENTS, total=f"{events.total:,}")
        st.html(html.small(shown))


def _line(context: PageContext, event: PersonEvent) -> alert_html.HistoryLine:
    label = texts.person.EVENTS.get(event.kind)
    ends = context.date_and_time(event.ends_at) if event.ends_at else ""
    name = context.text(label, id=event.alert_id, ends=ends) if label else event.kind
    return alert_html.HistoryLine(
        colour=_COLOURS.get(event.kind, QUIET),
        step=f"{name} · {event.user_id}" if event.user_id else name,
        time=context.date_and_time(event.timestamp),
        notes=event.notes or "",
    )


@st.fragment
def _show_document(context: PageContext, employee: Employee) -> None:
    st.html(html.subheading(context.text(texts.person.KEPT)))
    st.html(html.small(context.text(texts.person.KEPT_NOTE)))
    if not st.button(context.text(texts.person.PREPARE), key="person_prepare", icon=":material/description:"):
        return
    try:
        with st.spinner(context.text(texts.person.PREPARING)):
            content = context.backend.patiently(DOCUMENT_SECONDS).fetch(
                f"/api/employees/{employee.id}/data", format="pdf"
            )
    except StressVisionError as error:
        st.warning(error.message.text(context.language))
        return
    name = f"{context.text(texts.person.FILE_NAME)}_{employee.employee_code}.pdf"
    show_download_button(context, name, content, "application/pdf", "person_download")
