"""Reportes: what each quarter of an hour was like."""

import pandas as pd
import streamlit as st

from stressvision.dashboard import blocks, charts, exports, papers, texts
from stressvision.dashboard.palette import EXPRESSIONS
from stressvision.dashboard.screen import Screen, told
from stressvision.wire.reports import EmployeeReport, Report

REFRESH_SECONDS = 10
LIMIT = 100
TABLE_ROWS = 8
ROW_PIXELS = 36


def render(screen: Screen) -> None:
    st.html(blocks.heading(screen.say(texts.common.REPORTS)))
    _reports(screen)


@st.fragment(run_every=REFRESH_SECONDS)
def _reports(screen: Screen) -> None:
    with told(screen):
        answer = screen.backend.reports(LIMIT)
        if not answer.reports:
            st.html(blocks.empty(screen.say(texts.reports.NO_REPORTS)))
            return
        by_id = {report.id: report for report in answer.reports}
        chosen = st.selectbox(
            screen.say(texts.reports.REPORT),
            [None, *by_id],
            format_func=lambda report_id: _option(screen, by_id.get(report_id)),
            key="report",
        )
        shown = by_id[chosen] if chosen in by_id else answer.reports[0]
        _show(screen, shown)
        papers.offer(screen, shown)
        st.html(blocks.subheading(screen.say(texts.reports.RECENT_REPORTS)))
        _show_list(screen, answer.reports)
        if answer.total > len(answer.reports):
            count = screen.say(texts.common.SHOWN_OF, shown=len(answer.reports), total=f"{answer.total:,}")
            st.html(blocks.small(count))


def _option(screen: Screen, report: Report | None) -> str:
    return (
        screen.say(texts.reports.LATEST_REPORT)
        if report is None
        else f"{_window(screen, report)} · {_kind(screen, report)}"
    )


def _window(screen: Screen, report: Report) -> str:
    start, end = screen.local(report.start_timestamp), screen.local(report.end_timestamp)
    return f"{start:%d/%m/%Y %H:%M}–{end:%H:%M}"


def _kind(screen: Screen, report: Report) -> str:
    kind = texts.reports.KINDS.get(report.kind)
    return screen.say(kind) if kind else report.kind


def _show(screen: Screen, report: Report) -> None:
    st.html(blocks.subheading(_window(screen, report)))
    marks = [_kind(screen, report), screen.say(texts.reports.GENERATED, time=screen.date_and_time(report.generated_at))]
    if report.revision:
        marks.append(screen.say(texts.reports.REVISED, revision=report.revision))
    minutes = sum(device.minutes for device in report.coverage)
    if minutes:
        seen = sum(device.seen_minutes for device in report.coverage)
        marks.append(screen.say(texts.reports.COVERAGE, share=f"{100 * seen / minutes:.0f}"))
    if report.previous is not None:
        difference = report.overall_stress_percentage - report.previous.overall_stress_percentage
        marks.append(screen.say(texts.reports.AGAINST_BEFORE, difference=f"{difference:+.1f}"))
    st.html(blocks.small(" · ".join(marks)))
    st.html(
        blocks.figures(
            (
                blocks.KeyFigure(
                    screen.say(texts.common.STRESS_SHARE),
                    f"{report.overall_stress_percentage:.1f} %",
                    EXPRESSIONS["stress"],
                ),
                blocks.KeyFigure(screen.say(texts.common.DETECTIONS), f"{report.total_detections:,}"),
                blocks.KeyFigure(screen.say(texts.reports.PEOPLE), f"{report.total_employees_detected:,}"),
                blocks.KeyFigure(screen.say(texts.reports.ALERTS_RAISED), f"{report.alerts_triggered:,}"),
            )
        )
    )
    st.html(blocks.subheading(screen.say(texts.reports.BY_PERSON)))
    people = list(report.per_employee_summary.values())
    if not people:
        st.html(blocks.empty(screen.say(texts.reports.NOBODY_IN_REPORT)))
        return
    st.plotly_chart(
        charts.people(screen, people), key="people", config=dict(charts.CONFIG), alt=screen.say(texts.reports.BY_PERSON)
    )
    _show_people(screen, people)
    _offer_files(screen, report)


def _show_people(screen: Screen, people: list[EmployeeReport]) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "name": [own.name for own in people],
                "code": [own.code for own in people],
                "stress": [own.stress_pct for own in people],
                "usual": [own.usual.stress_pct if own.usual else None for own in people],
                "fatigue": [own.fatigue_pct for own in people],
                "detections": [own.total_detections for own in people],
                "confidence": [None if own.avg_confidence is None else 100 * own.avg_confidence for own in people],
                "department": [own.department for own in people],
            }
        ),
        hide_index=True,
        height=ROW_PIXELS * min(len(people) + 1, TABLE_ROWS) + 2,
        row_height=ROW_PIXELS,
        column_config={
            "name": st.column_config.TextColumn(screen.say(texts.common.NAME)),
            "code": st.column_config.TextColumn(screen.say(texts.common.CODE)),
            "stress": st.column_config.NumberColumn(screen.say(texts.reports.STRESS_PCT), format="%.1f %%"),
            "usual": st.column_config.NumberColumn(screen.say(texts.reports.USUAL), format="%.1f %%"),
            "fatigue": st.column_config.NumberColumn(screen.say(texts.reports.FATIGUE_PCT), format="%.1f %%"),
            "detections": st.column_config.NumberColumn(screen.say(texts.common.DETECTIONS)),
            "confidence": st.column_config.NumberColumn(screen.say(texts.reports.CONFIDENCE), format="%.1f %%"),
            "department": st.column_config.TextColumn(screen.say(texts.common.DEPARTMENT)),
        },
        placeholder=screen.say(texts.common.NOT_SET),
        key="report_people",
        alt=screen.say(texts.reports.BY_PERSON),
    )


def _offer_files(screen: Screen, report: Report) -> None:
    name = f"reporte_{screen.local(report.start_timestamp):%Y-%m-%d_%H%M}"
    with st.container(horizontal=True):
        for label, content, suffix, mime in (
            (texts.reports.DOWNLOAD_CSV, exports.report_csv(report), "csv", "text/csv"),
            (texts.reports.DOWNLOAD_JSON, exports.report_json(report), "json", "application/json"),
        ):
            st.download_button(
                screen.say(label),
                content,
                f"{name}.{suffix}",
                mime,
                key=f"download_{suffix}",
                on_click="ignore",
                icon=":material/download:",
            )


def _show_list(screen: Screen, reports: list[Report]) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "window": [_window(screen, report) for report in reports],
                "stress": [report.overall_stress_percentage for report in reports],
                "detections": [report.total_detections for report in reports],
                "people": [report.total_employees_detected for report in reports],
                "alerts": [report.alerts_triggered for report in reports],
                "kind": [_kind(screen, report) for report in reports],
                "revision": [report.revision for report in reports],
            }
        ),
        hide_index=True,
        height=ROW_PIXELS * min(len(reports) + 1, TABLE_ROWS) + 2,
        row_height=ROW_PIXELS,
        column_config={
            "window": st.column_config.TextColumn(screen.say(texts.reports.WINDOW)),
            "stress": st.column_config.NumberColumn(screen.say(texts.common.STRESS_SHARE), format="%.1f %%"),
            "detections": st.column_config.NumberColumn(screen.say(texts.common.DETECTIONS)),
            "people": st.column_config.NumberColumn(screen.say(texts.reports.PEOPLE)),
            "alerts": st.column_config.NumberColumn(screen.say(texts.reports.ALERTS_RAISED)),
            "kind": st.column_config.TextColumn(screen.say(texts.reports.KIND)),
            "revision": st.column_config.NumberColumn(screen.say(texts.reports.REVISION)),
        },
        key="report_list",
        alt=screen.say(texts.reports.RECENT_REPORTS),
    )
