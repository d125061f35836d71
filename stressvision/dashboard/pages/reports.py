"""Reportes: the report of each quarter of an hour."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from stressvision.dashboard import charts, exports, html, report_download, texts
from stressvision.dashboard.elements.address import find_midnight, read_filters, write_filters
from stressvision.dashboard.elements.date_field import format_day, parse_day, read_day
from stressvision.dashboard.page_context import PageContext, explain_no_emotions, show_errors
from stressvision.dashboard.palette import EXPRESSIONS
from stressvision.wire.reports import EmployeeReport, Report, ReportList

REFRESH_SECONDS = 10
LIMIT = 24
"""Reports of one page, each with a summary of everybody in it."""
PAGE = "reports"
_KEYS = {"desde": "reports_start", "hasta": "reports_end"}
"""Keys of the session state by query parameter of the address."""
TABLE_ROWS = 8
ROW_PIXELS = 36
CURSORS = "report_cursors"
"""Key of the session state: the cursor of each page behind the newest one, up to the page on the screen."""


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.REPORTS)))
    _reports(context, _choose_days(context))


def _choose_days(context: PageContext) -> dict[str, str]:
    """Render the filter by date, which the address follows, and return the query of the API."""
    stated = read_filters(PAGE, _KEYS)
    if _KEYS["desde"] not in st.session_state:
        _fill_in(stated)  # Streamlit forgets the state of widgets when another page is opened
    with st.container(horizontal=True, vertical_alignment="bottom", key="report_filters"):
        first = read_day(context, texts.common.FIRST_DAY, _KEYS["desde"])
        last = read_day(context, texts.common.LAST_DAY, _KEYS["hasta"])
        if any(stated.values()):
            st.button(
                context.text(texts.common.CLEAR_FILTERS),
                on_click=_clear,
                type="tertiary",
                icon=":material/filter_list_off:",
            )
    wanted = {"desde": first.isoformat() if first else "", "hasta": last.isoformat() if last else ""}
    if wanted != stated:
        _turn(())
        write_filters(PAGE, wanted)
        st.rerun()
    write_filters(PAGE, wanted)
    days = {
        "start_date": find_midnight(first, context.zone),
        "end_date": find_midnight(last, context.zone, is_end=True),
    }
    return {name: moment for name, moment in days.items() if moment}


def _fill_in(stated: Mapping[str, str]) -> None:
    for name, key in _KEYS.items():
        st.session_state[key] = format_day(parse_day(stated[name]))


def _clear() -> None:
    _turn(())
    nothing = dict.fromkeys(_KEYS, "")
    write_filters(PAGE, nothing)
    _fill_in(nothing)


@st.fragment(run_every=REFRESH_SECONDS)
def _reports(context: PageContext, days: Mapping[str, str]) -> None:
    with show_errors(context):
        cursors: tuple[str, ...] = st.session_state.get(CURSORS, ())
        answer = context.backend.reports(LIMIT, cursors[-1] if cursors else None, days)
        if not answer.reports:
            if days:
                st.html(html.empty(context.text(texts.reports.NOTHING_FOUND)))
            else:
                _show_no_reports(context)
            return
        by_id = {report.id: report for report in answer.reports}
        chosen = st.selectbox(
            context.text(texts.reports.REPORT),
            [None, *by_id],
            format_func=lambda report_id: _option(context, by_id.get(report_id)),
            key="report",
        )
        shown = by_id[chosen] if chosen in by_id else answer.reports[0]
        shown = context.backend.report(shown.id)  # the list has neither persons nor cameras
        _show(context, shown)
        report_download.show_download_form(context, shown)
        st.html(html.subheading(context.text(texts.reports.RECENT_REPORTS)))
        _show_list(context, answer.reports)
        if answer.total > len(answer.reports):
            _show_pages(context, answer, cursors)


def _show_pages(context: PageContext, answer: ReportList, cursors: tuple[str, ...]) -> None:
    """Render how many reports of all are shown, and the buttons to newer and older ones."""
    older = answer.next_cursor
    with st.container(horizontal=True, vertical_alignment="center"):
        count = context.text(texts.common.SHOWN_OF, shown=len(answer.reports), total=f"{answer.total:,}")
        st.html(html.small(count), width="content")
        st.button(
            context.text(texts.reports.NEWER),
            key="reports_newer",
            disabled=not cursors,
            on_click=_turn,
            args=(cursors[:-1],),
        )
        st.button(
            context.text(texts.reports.OLDER),
            key="reports_older",
            disabled=older is None,
            on_click=_turn,
            args=((*cursors, older or ""),),
        )


def _turn(cursors: tuple[str, ...]) -> None:
    """Show another page of reports; the chosen report is of the page before."""
    st.session_state[CURSORS] = cursors
    st.session_state["report"] = None


def _show_no_reports(context: PageContext) -> None:
    if context.sees_persons:
        st.html(html.empty(context.text(texts.reports.NO_REPORTS)))
        return
    title, reason = context.text(texts.common.WITHHELD_TITLE), context.text(texts.reports.NO_PUBLIC_REPORTS)
    st.html(html.withheld(title, reason))


def _option(context: PageContext, report: Report | None) -> str:
    return (
        context.text(texts.reports.LATEST_REPORT)
        if report is None
        else f"{_window(context, report)} · {_kind(context, report)}"
    )


def _window(context: PageContext, report: Report) -> str:
    start, end = context.local(report.start_timestamp), context.local(report.end_timestamp)
    return f"{start:%d/%m/%Y %H:%M}–{end:%H:%M}"


def _kind(context: PageContext, report: Report) -> str:
    kind = texts.reports.KINDS.get(report.kind)
    return context.mark_odd(context.text(kind) if kind else report.kind, report.odd_fields)


def _show(context: PageContext, report: Report) -> None:
    st.html(html.subheading(_window(context, report)))
    marks = [
        _kind(context, report),
        context.text(texts.reports.GENERATED, time=context.date_and_time(report.generated_at)),
    ]
    if report.revision:
        marks.append(context.text(texts.reports.REVISED, revision=report.revision))
    minutes = sum(device.minutes for device in report.coverage)
    if minutes:
        seen = sum(device.seen_minutes for device in report.coverage)
        marks.append(context.text(texts.reports.COVERAGE, share=f"{100 * seen / minutes:.0f}"))
    share, before = report.overall_stress_percentage, report.previous
    if context.shows_emotions and share is not None and before and before.overall_stress_percentage is not None:
        difference = round(share - before.overall_stress_percentage, 1) + 0.0  # no "-0.0"
        marks.append(context.text(texts.reports.AGAINST_BEFORE, difference=f"{difference:+.1f}"))
    st.html(html.small(" · ".join(marks)))
    explain_no_emotions(context)
    stressed = context.text(texts.common.NOT_SET) if share is None else f"{share:.1f} %"
    stress = html.KeyFigure(context.text(texts.common.STRESS_SHARE), stressed, EXPRESSIONS["stress"])
    st.html(
        html.figures(
            (
                *([stress] if context.shows_emotions else []),
                html.KeyFigure(context.text(texts.common.DETECTIONS), f"{report.total_detections:,}"),
                html.KeyFigure(context.text(texts.reports.PEOPLE), f"{report.total_employees_detected:,}"),
                html.KeyFigure(context.text(texts.reports.ALERTS_RAISED), f"{report.alerts_triggered:,}"),
            )
        )
    )
    if not context.sees_persons:
        _offer_files(context, report)
        return
    st.html(html.subheading(context.text(texts.reports.BY_PERSON)))
    people = list(report.per_employee_summary.values())
    if not people:
        st.html(html.empty(context.text(texts.reports.NOBODY_IN_REPORT)))
        return
    st.plotly_chart(
        charts.people(context, people),
        key="people",
        config=dict(charts.CONFIG),
        alt=context.text(texts.reports.BY_PERSON),
    )
    _show_people(context, people)
    _offer_files(context, report)


def _show_people(context: PageContext, people: list[EmployeeReport]) -> None:
    st.dataframe(
        _columns(
            context,
            {
                "name": [own.name for own in people],
                "code": [own.code for own in people],
                "stress": [own.stress_pct for own in people],
                "usual": [own.usual.stress_pct if own.usual else None for own in people],
                "fatigue": [own.fatigue_pct for own in people],
                "detections": [own.total_detections for own in people],
                "confidence": [None if own.avg_confidence is None else 100 * own.avg_confidence for own in people],
                "department": [own.department for own in people],
            },
        ),
        hide_index=True,
        height=ROW_PIXELS * min(len(people) + 1, TABLE_ROWS) + 2,
        row_height=ROW_PIXELS,
        column_config={
            "name": st.column_config.TextColumn(context.text(texts.common.NAME)),
            "code": st.column_config.TextColumn(context.text(texts.common.CODE)),
            "stress": st.column_config.NumberColumn(context.text(texts.reports.STRESS_PCT), format="%.1f %%"),
            "usual": st.column_config.NumberColumn(context.text(texts.reports.USUAL), format="%.1f %%"),
            "fatigue": st.column_config.NumberColumn(context.text(texts.reports.FATIGUE_PCT), format="%.1f %%"),
            "detections": st.column_config.NumberColumn(context.text(texts.common.DETECTIONS)),
            "confidence": st.column_config.NumberColumn(context.text(texts.reports.CONFIDENCE), format="%.1f %%"),
            "department": st.column_config.TextColumn(context.text(texts.common.DEPARTMENT)),
        },
        placeholder=context.text(texts.common.NOT_SET),
        key="report_people",
        alt=context.text(texts.reports.BY_PERSON),
    )


def _columns(context: PageContext, columns: dict[str, list[Any]]) -> pd.DataFrame:
    """Return the table, without the shares of stress where the policy allows no emotion."""
    hidden = set() if context.shows_emotions else {"stress", "usual"}
    return pd.DataFrame({name: values for name, values in columns.items() if name not in hidden})


def _offer_files(context: PageContext, report: Report) -> None:
    name = f"{context.text(texts.reports.FILE_NAMES['report'])}_{context.local(report.start_timestamp):%Y-%m-%d_%H%M}"
    with st.container(horizontal=True):
        for label, content, suffix, mime in (
            (texts.reports.DOWNLOAD_CSV, exports.report_csv(report, context.expressions), "csv", "text/csv"),
            (texts.reports.DOWNLOAD_JSON, exports.report_json(report, context.expressions), "json", "application/json"),
        ):
            st.download_button(
                context.text(label),
                content,
                f"{name}.{suffix}",
                mime,
                key=f"download_{suffix}",
                on_click="ignore",
                icon=":material/download:",
            )


def _show_list(context: PageContext, reports: list[Report]) -> None:
    st.dataframe(
        _columns(
            context,
            {
                "window": [_window(context, report) for report in reports],
                "stress": [report.overall_stress_percentage for report in reports],
                "detections": [report.total_detections for report in reports],
                "people": [report.total_employees_detected for report in reports],
                "alerts": [report.alerts_triggered for report in reports],
                "kind": [_kind(context, report) for report in reports],
                "revision": [report.revision for report in reports],
            },
        ),
        hide_index=True,
        height=ROW_PIXELS * min(len(reports) + 1, TABLE_ROWS) + 2,
        row_height=ROW_PIXELS,
        column_config={
            "window": st.column_config.TextColumn(context.text(texts.reports.WINDOW)),
            "stress": st.column_config.NumberColumn(context.text(texts.common.STRESS_SHARE), format="%.1f %%"),
            "detections": st.column_config.NumberColumn(context.text(texts.common.DETECTIONS)),
            "people": st.column_config.NumberColumn(context.text(texts.reports.PEOPLE)),
            "alerts": st.column_config.NumberColumn(context.text(texts.reports.ALERTS_RAISED)),
            "kind": st.column_config.TextColumn(context.text(texts.reports.KIND)),
            "revision": st.column_config.NumberColumn(context.text(texts.reports.REVISION)),
        },
        key="report_list",
        alt=context.text(texts.reports.RECENT_REPORTS),
    )
