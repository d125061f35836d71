"""The form that prepares a report, a day or a week as a PDF or HTML file, on request only."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.elements.date_field import read_day
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.domain.calendar import week_of
from stressvision.wire.reports import Report

Form = Literal["pdf", "html"]
Span = Literal["report", "daily", "weekly"]

PDF_TIMEOUT_SECONDS = 60.0
"""A PDF takes a busy server some seconds."""
_SPANS: tuple[Span, ...] = ("report", "daily", "weekly")
_MEDIA_TYPES: dict[Form, str] = {"pdf": "application/pdf", "html": "text/html"}


@dataclass(frozen=True)
class PreparedDocument:
    """A file ready for download, and the form options it was made from."""

    options: tuple[object, ...]
    name: str
    content: bytes
    media_type: str


@st.fragment
def show_download_form(context: PageContext, report: Report) -> None:
    """Render the form. `report`: the report that the page shows."""
    st.html(html.subheading(context.text(texts.reports.DOCUMENT)))
    st.html(html.small(context.text(texts.reports.DOCUMENT_NOTE)))
    yesterday = context.local(context.clock()).date() - timedelta(days=1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        span = st.segmented_control(
            context.text(texts.reports.SPAN),
            _SPANS,
            format_func=lambda name: context.text(texts.reports.SPANS[name]),
            default="daily",
            required=True,
            key="document_span",
        )
        last = yesterday + timedelta(days=1)
        typed = read_day(context, texts.reports.DAY, "document_day", yesterday, last, disabled=span == "report")
        day = typed or yesterday
        form = st.segmented_control(
            context.text(texts.reports.FORM),
            list(_MEDIA_TYPES),
            format_func=str.upper,
            default="pdf",
            required=True,
            key="document_form",
        )
        persons = context.sees_persons and st.toggle(
            context.text(texts.reports.WITH_PERSONS), value=False, key="document_persons"
        )
        submitted = st.button(
            context.text(texts.reports.PREPARE), key="document_prepare", icon=":material/description:"
        )
    if span == "weekly":
        week = week_of(day)
        ends = {"first": f"{week[0]:%d/%m/%Y}", "last": f"{week[-1]:%d/%m/%Y}"}
        st.html(html.small(context.text(texts.reports.WEEK_OF_DATE, **ends)))
    options = (span, day, form, persons, report.id if span == "report" else None)
    if submitted:
        st.session_state.pop("document", None)
        with show_errors(context), st.spinner(context.text(texts.reports.PREPARING)):
            st.session_state["document"] = _prepare(context, options, report, span, day, form, persons=persons)
    document = st.session_state.get("document")
    if isinstance(document, PreparedDocument) and document.options == options:
        show_download_button(context, document.name, document.content, document.media_type, "document_download")


def _prepare(
    context: PageContext,
    options: tuple[object, ...],
    report: Report,
    span: Span,
    day: date,
    form: Form,
    *,
    persons: bool,
) -> PreparedDocument:
    place = str(report.id) if span == "report" else f"{span}/{day.isoformat()}"
    content = context.backend.patiently(PDF_TIMEOUT_SECONDS).report_document(place, form, persons=persons)
    when = (
        f"{context.local(report.start_timestamp):%Y-%m-%d_%H%M}"
        if span == "report"
        else _start_of(span, day).isoformat()
    )
    name = f"{context.text(texts.reports.FILE_NAMES[span])}_{when}.{form}"
    return PreparedDocument(options, name, content, _MEDIA_TYPES[form])


def _start_of(span: Span, day: date) -> date:
    return week_of(day)[0] if span == "weekly" else day


def show_download_button(context: PageContext, name: str, content: bytes, media_type: str, key: str) -> None:
    """Render the button that downloads a prepared file. `key`: of the button."""
    st.download_button(
        context.text(texts.reports.DOWNLOAD, name=name),
        content,
        name,
        media_type,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        type="primary",
    )
