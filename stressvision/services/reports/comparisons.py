"""Comparison of a report with the previous window and with the usual level of each person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.reports import reports as rows
from stressvision.db.queries.reports.summaries import select_employee_days
from stressvision.domain.calendar import DAY, day_of
from stressvision.domain.evidence import USUAL_DAYS, compute_usual_level
from stressvision.domain.reports import Window
from stressvision.domain.summaries import EmotionTotals
from stressvision.wire.reports import EmployeeReport, PreviousPeriod, Report, UsualLevel

_LONGEST_WINDOW = 31 * DAY
"""A report that another program wrote may last for centuries, or end before it begins."""


def to_reports(connection: Connection, found: Sequence[rows.ReportRow], zone: ZoneInfo) -> list[Report]:
    """Return stored rows as reports, each with the window before it and the usual level of its people."""
    previous = _previous(connection, found)
    usual: dict[date, Mapping[int, UsualLevel]] = {}
    reports = []
    for row in found:
        day = day_of(row.start_timestamp, zone)
        if row.per_employee_summary and day not in usual:
            usual[day] = usual_before(connection, day)
        summary = row.per_employee_summary
        people = {key: {**person, "usual": usual[day].get(person["employee_id"])} for key, person in summary.items()}
        reports.append(
            Report.model_validate(
                {
                    "id": row.id,
                    "start_timestamp": row.start_timestamp,
                    "end_timestamp": row.end_timestamp,
                    "kind": row.kind,
                    "revision": row.revision,
                    "total_detections": row.total_detections,
                    "total_employees_detected": row.total_employees_detected,
                    "overall_stress_percentage": row.overall_stress_percentage,
                    "overall_fatigue_percentage": row.overall_fatigue_percentage,
                    "per_employee_summary": people,
                    "alerts_triggered": row.alerts_triggered,
                    "coverage": row.coverage or [],
                    "previous": previous.get((row.start_timestamp, row.end_timestamp - row.start_timestamp)),
                    "window_minutes": row.window_minutes,
                    "generated_at": row.generated_at,
                    "odd_fields": row.odd_fields,
                }
            )
        )
    return reports


def with_usual(summary: Mapping[str, EmployeeReport], usual: Mapping[int, UsualLevel]) -> dict[str, EmployeeReport]:
    """Return the summary with the usual level of each person; `usual`: by employee id."""
    return {key: person.model_copy(update={"usual": usual.get(person.employee_id)}) for key, person in summary.items()}


def usual_before(connection: Connection, day: date) -> dict[int, UsualLevel]:
    """Return the usual level, by employee id, of each person with enough history in the days before `day`."""
    tallies: dict[int, list[EmotionTotals]] = defaultdict(list)
    for employee_id, _, tally in select_employee_days(connection, day - USUAL_DAYS * DAY, day - DAY):
        tallies[employee_id].append(tally)
    levels = {employee_id: _usual(own) for employee_id, own in tallies.items()}
    return {employee_id: level for employee_id, level in levels.items() if level is not None}


def _usual(tallies: Iterable[EmotionTotals]) -> UsualLevel | None:
    own = list(tallies)
    stress = compute_usual_level((tally.stress, tally.total) for tally in own)
    fatigue = compute_usual_level((tally.fatigue, tally.total) for tally in own)
    if stress is None or fatigue is None:
        return None
    return UsualLevel(stress_pct=stress.share, fatigue_pct=fatigue.share, days=stress.days)


def _previous(
    connection: Connection, found: Sequence[rows.ReportRow]
) -> dict[tuple[datetime, timedelta], PreviousPeriod]:
    """Return the windows before the found ones, by their end and length: each ends where a found one begins."""
    if not found:
        return {}
    lengths = [row.end_timestamp - row.start_timestamp for row in found]
    longest = max(timedelta(0), min(max(lengths), _LONGEST_WINDOW))
    first, last = min(row.start_timestamp for row in found), max(row.start_timestamp for row in found)
    before = rows.select_totals(connection, Window(first - longest, last))
    return {
        (row.end_timestamp, row.end_timestamp - row.start_timestamp): PreviousPeriod.model_validate(row)
        for row in before
    }
