"""Build the documents of a report, of a day and of a week."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from stressvision.documents import charts
from stressvision.documents import report_texts as texts
from stressvision.documents.colours import FATIGUE, INK, STRESS
from stressvision.documents.coverage import build_coverage_charts, name_coverage, name_short_coverage
from stressvision.documents.document import (
    Block,
    Chart,
    Document,
    FigureBox,
    Figures,
    Heading,
    Paragraph,
)
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.documents.tables import build_department_table, build_person_table
from stressvision.domain.disclosure import is_large_enough
from stressvision.domain.emotions import percent
from stressvision.domain.evidence import FEWEST_USUAL_DAYS, USUAL_DAYS
from stressvision.wire.reports import DeviceCoverage, PeriodFigures, Report, Summary


def build_report_document(report: Report, reader: ReaderProfile) -> Document:
    """Return the document of one report.

    Without persons, a window with too few people shows only the coverage of the cameras.
    """
    minutes = round((report.end_timestamp - report.start_timestamp) / timedelta(minutes=1))
    title = reader.text(texts.REPORT, minutes=minutes) + (reader.text(texts.MANUAL) if report.kind == "manual" else "")
    start, end = reader.local(report.start_timestamp), reader.local(report.end_timestamp)
    is_shown = reader.has_persons or is_large_enough(report.total_employees_detected)
    blocks: list[Block] = []
    if is_shown:
        blocks += _headline(reader, "report", report)
    else:
        blocks.append(Paragraph(text=reader.text(texts.WITHHELD_ALL)))
    if reader.has_persons:
        blocks += _expressions(reader, report)
    parts = max(1, min(5, minutes))
    part = (report.end_timestamp - report.start_timestamp) / parts
    marks = [f"{reader.local(report.start_timestamp + number * part):%H:%M}" for number in range(parts + 1)]
    blocks += build_coverage_charts(
        reader, report.coverage, marks, max((len(own.strip) for own in report.coverage), default=0)
    )
    if reader.has_persons:
        blocks += build_person_table(reader, list(report.per_employee_summary.values()))
    return _document(
        reader,
        title,
        f"{reader.name_day(start.date())}, {start:%H:%M}–{end:%H:%M}",
        (report.start_timestamp, report.end_timestamp),
        reader.text(texts.FINAL) + _revised(reader, report.revision),
        report.coverage,
        blocks,
    )


def build_summary_document(summary: Summary, reader: ReaderProfile) -> Document:
    """Return the document of a day or a week. `reader.has_persons` counts only where the summary has persons."""
    first = date.fromisoformat(summary.day)
    is_week = summary.kind == "weekly"
    blocks: list[Block] = []
    if summary.total_detections:
        blocks += _headline(reader, summary.kind, summary)
    elif not summary.unreported_detections:
        blocks.append(Paragraph(text=reader.text(texts.WITHHELD_ALL if summary.withheld else texts.NOTHING_SEEN)))
    if summary.unreported_detections:
        blocks.append(Paragraph(text=reader.text(texts.UNREPORTED, count=f"{summary.unreported_detections:,}")))
    if summary.withheld and summary.total_detections:
        blocks.append(Paragraph(text=reader.text(texts.WITHHELD), is_note=True))
    if summary.total_detections:
        blocks.append(Heading(text=reader.text(texts.OVER_TIME)))
        blocks.append(_over_time(reader, summary, is_week=is_week))
    if summary.has_persons:
        blocks += _expressions(reader, summary)
    if is_week:
        marks = [f"{_weekday(reader, first + timedelta(days=number))}" for number in range(7)] + [""]
        blocks += build_coverage_charts(reader, summary.coverage, marks, 7 * 24)
    else:
        marks = [f"{hour:02d}" for hour in range(0, 25, 3)]
        blocks += build_coverage_charts(reader, summary.coverage, marks, 96)
    blocks += build_department_table(reader, summary.departments)
    if summary.has_persons:
        blocks += build_person_table(reader, list(summary.per_employee_summary.values()))
    last = first + timedelta(days=6)
    subtitle = (
        reader.text(texts.WEEK, start=reader.name_date(first), end=reader.name_date(last))
        if is_week
        else reader.name_day(first)
    )
    state = reader.text(texts.FINAL if summary.is_final else texts.PROVISIONAL)
    return _document(
        reader,
        reader.text(texts.WEEKLY if is_week else texts.DAILY),
        subtitle,
        (summary.start_timestamp, summary.end_timestamp),
        state + (_revised(reader, summary.revision) if summary.is_final else ""),
        summary.coverage,
        blocks,
    )


def _document(
    reader: ReaderProfile,
    title: str,
    subtitle: str,
    ends: tuple[datetime, datetime],
    state: str,
    coverage: Sequence[DeviceCoverage],
    blocks: list[Block],
) -> Document:
    by = reader.text(texts.BY_USER, user=reader.asked_by) if reader.asked_by else reader.text(texts.BY_NOBODY)
    facts = (
        (
            reader.text(texts.WINDOW),
            reader.text(texts.WINDOW_VALUE, start=reader.name_moment(ends[0]), end=reader.name_moment(ends[1])),
        ),
        (reader.text(texts.TIME_ZONE), reader.zone(ends[0])),
        (reader.text(texts.COVERAGE), name_coverage(reader, coverage)),
        (reader.text(texts.STATE), state),
    )
    return Document(
        language=reader.language,
        product=reader.text(texts.PRODUCT),
        title=title + ("" if reader.has_persons else reader.text(texts.WITHOUT_PERSONS)),
        subtitle=subtitle,
        confidential=reader.text(texts.CONFIDENTIAL_PERSONS if reader.has_persons else texts.CONFIDENTIAL),
        facts=facts,
        blocks=(*blocks, *_method(reader)),
        footer=reader.text(texts.FOOTER, time=reader.name_moment(reader.asked_at), by=by),
        page_label=texts.PAGE.text(reader.language),
    )


def _method(reader: ReaderProfile) -> list[Block]:
    blocks: list[Block] = [
        Heading(text=reader.text(texts.METHOD)),
        Paragraph(text=reader.text(texts.METHOD_TEXT), is_note=True),
    ]
    if reader.has_persons:
        usual = reader.text(texts.METHOD_USUAL, days=USUAL_DAYS, least=FEWEST_USUAL_DAYS)
        blocks.append(Paragraph(text=usual, is_note=True))
    if not reader.shows_stress:
        blocks.append(Paragraph(text=reader.text(texts.METHOD_EU), is_note=True))
    return blocks


def _revised(reader: ReaderProfile, revision: int) -> str:
    return reader.text(texts.REVISION, revision=revision) if revision else ""


def _headline(reader: ReaderProfile, kind: str, figures: Report | Summary) -> list[Block]:
    before = figures.previous
    stress, fatigue = figures.overall_stress_percentage, figures.overall_fatigue_percentage
    people = texts.PEOPLE_MOST if kind == "weekly" and not reader.has_persons else texts.PEOPLE
    items = [
        FigureBox(
            label=reader.text(texts.STRESS_SHARE),
            value=reader.text(texts.NOT_SET) if stress is None else f"{stress:.1f} %",
            note=_against(reader, kind, stress, before.overall_stress_percentage if before else None, is_share=True),
            colour=STRESS,
        ),
        FigureBox(
            label=reader.text(texts.FATIGUE_SHARE),
            value=reader.text(texts.NOT_SET) if fatigue is None else f"{fatigue:.1f} %",
            note=_against(reader, kind, fatigue, before.overall_fatigue_percentage if before else None, is_share=True),
            colour=FATIGUE,
        ),
        FigureBox(
            label=reader.text(texts.DETECTIONS),
            value=f"{figures.total_detections:,}",
            note=_against(reader, kind, figures.total_detections, before.total_detections if before else None),
        ),
        FigureBox(
            label=reader.text(people),
            value=f"{figures.total_employees_detected:,}",
            note=_against(
                reader, kind, figures.total_employees_detected, before.total_employees_detected if before else None
            ),
        ),
        FigureBox(label=reader.text(texts.ALERTS), value=f"{figures.alerts_triggered:,}", colour=INK),
        FigureBox(label=reader.text(texts.COVERAGE), value=name_short_coverage(reader, figures.coverage)),
    ]
    return [Figures(items=tuple(items if reader.shows_stress else items[1:]))]


def _against(
    reader: ReaderProfile, kind: str, now: float | None, before: float | None, *, is_share: bool = False
) -> str:
    if now is None or before is None:
        return reader.text(texts.NO_PREVIOUS)
    difference = round(now - before, 1 if is_share else 0)
    if not difference:
        return reader.text(texts.AGAINST[kind], difference=reader.text(texts.NO_CHANGE))
    text = reader.text(texts.POINTS, difference=f"{difference:+.1f}") if is_share else f"{difference:+,.0f}"
    return reader.text(texts.AGAINST[kind], difference=text)


def _over_time(reader: ReaderProfile, summary: Summary, *, is_week: bool) -> Chart:
    slots = _days(reader, summary) if is_week else _hours(reader, summary)
    legend = {"stress": reader.text(texts.STRESS), "fatigue": reader.text(texts.FATIGUE)}
    if not reader.shows_stress:
        del legend["stress"]
    title = reader.text(texts.BY_DAY if is_week else texts.BY_HOUR)
    drawing = charts.shares_over_time(slots, legend, reader.text(texts.DETECTIONS), title)
    return Chart(title=title, drawing=drawing, note=reader.text(texts.COUNTS_NOTE))


def _hours(reader: ReaderProfile, summary: Summary) -> list[charts.TimeSlot]:
    """Return every hour of the day. The two hours of a clock turned back are one slot."""
    by_hour: dict[int, list[PeriodFigures]] = {}
    for period in summary.periods:
        by_hour.setdefault(reader.local(period.start_timestamp).hour, []).append(period)
    return [_slot(f"{hour:02d}", by_hour.get(hour, [])) for hour in range(24)]


def _days(reader: ReaderProfile, summary: Summary) -> list[charts.TimeSlot]:
    by_day: dict[date, list[PeriodFigures]] = {}
    for period in summary.periods:
        by_day.setdefault(reader.local(period.start_timestamp).date(), []).append(period)
    first = date.fromisoformat(summary.day)
    week = [first + timedelta(days=number) for number in range(7)]
    return [_slot(f"{_weekday(reader, day)} {day.day}", by_day.get(day, [])) for day in week]


def _weekday(reader: ReaderProfile, day: date) -> str:
    return texts.SHORT_DAYS[day.weekday()].text(reader.language)


def _slot(label: str, periods: Iterable[PeriodFigures]) -> charts.TimeSlot:
    own = list(periods)
    total = sum(period.total_detections for period in own)
    if not total:
        return charts.TimeSlot(label, 0, None, None)
    stress = percent(sum(period.stress_detections or 0 for period in own), total)
    return charts.TimeSlot(label, total, stress, percent(sum(period.fatigue_detections for period in own), total))


def _expressions(reader: ReaderProfile, figures: Report | Summary) -> list[Block]:
    """Return the bar of all detections, as the headline counts them: passers-by are a part of their own."""
    counts: Counter[str] = Counter()
    for person in figures.per_employee_summary.values():
        counts.update({name: count for name, count in person.counts.items() if name in texts.EXPRESSIONS})
    if not counts.total() or not reader.shows_stress:
        return []
    counts[charts.REST] = max(0, figures.total_detections - counts.total())
    title = reader.text(texts.EXPRESSIONS_TITLE)
    words = {name: reader.text(message) for name, message in texts.EXPRESSIONS.items()}
    words[charts.REST] = reader.text(texts.REST)
    return [Chart(title=title, drawing=charts.expressions(counts, words, title))]
