"""A report, a day or a week as a file to hand on: prepared when somebody asks for it, never by itself."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.wire.reports import Report

Form = Literal["pdf", "html"]
Span = Literal["report", "daily", "weekly"]

PATIENCE_SECONDS = 60.0
"""Of a PDF, which takes a busy server some seconds."""
_SPANS: tuple[Span, ...] = ("report", "daily", "weekly")
_MEDIA_TYPES: dict[Form, str] = {"pdf": "application/pdf", "html": "text/html"}


@dataclass(frozen=True)
class PreparedDocument:
    """A file that waits to be downloaded, and what was asked for when it was made."""

    asked: tuple[object, ...]
    name: str
    content: bytes
    media_type: str


@st.fragment
def offer(context: PageContext, report: Report) -> None:
    """`report`: the one that is shown."""
    st.html(html.subheading(context.text(texts.reports.TO_HAND_ON)))
    st.html(html.small(context.text(texts.reports.TO_HAND_ON_NOTE)))
    yesterday = context.local(context.clock()).date() - timedelta(days=1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        span = st.segmented_control(
            context.text(texts.reports.SPAN),
            _SPANS,
            format_func=lambda name: context.text(texts.reports.SPANS[name]),
            default="daily",
            required=True,
            key="paper_span",
        )
        day = st.date_input(
            context.text(texts.reports.DAY),
            yesterday,
            max_value=yesterday + timedelta(days=1),
            format="DD/MM/YYYY",
            disabled=span == "report",
            key="paper_day",
        )
        form = st.segmented_control(
            context.text(texts.reports.FORM),
            list(_MEDIA_TYPES),
            format_func=str.upper,
            default="pdf",
            required=True,
            key="paper_form",
        )
        persons = st.toggle(context.text(texts.reports.WITH_PERSONS), value=False, key="paper_persons")
        wanted = st.button(context.text(texts.reports.PREPARE), key="paper_prepare", icon=":material/description:")
    asked = (span, day, form, persons, report.id if span == "report" else None)
    if wanted:
        st.session_state.pop("paper", None)
        with show_errors(context), st.spinner(context.text(texts.reports.PREPARING)):
            st.session_state["paper"] = _prepare(context, asked, report, span, day, form, persons=persons)
    _hand_out(context, st.session_state.get("paper"), asked)


def _prepare(
    context: PageContext, asked: tuple[object, ...], report: Report, span: Span, day: date, form: Form, *, persons: bool
) -> PreparedDocument:
    place = str(report.id) if span == "report" else f"{span}/{day.isoformat()}"
    content = replace(context.backend, answer_seconds=PATIENCE_SECONDS).paper(place, form, persons=persons)
    when = f"{context.local(report.start_timestamp):%Y-%m-%d_%H%M}" if span == "report" else day.isoformat()
    name = f"{context.text(texts.reports.FILE_NAMES[span])}_{when}.{form}"
    return PreparedDocument(asked, name, content, _MEDIA_TYPES[form])


def _hand_out(context: PageContext, paper: PreparedDocument | None, asked: tuple[object, ...]) -> None:
    if paper is None or paper.asked != asked:
        return
    st.download_button(
        context.text(texts.reports.DOWNLOAD, name=paper.name),
        paper.content,
        paper.name,
        paper.media_type,
        key="paper_download",
        on_click="ignore",
        icon=":material/download:",
        type="primary",
    )
