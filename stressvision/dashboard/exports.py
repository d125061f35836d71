"""One report as a file, with the figures that the page shows."""

import csv
import io

from stressvision.core.clock import to_wire
from stressvision.core.spreadsheets import escape_formula
from stressvision.dashboard.palette import EXPRESSIONS
from stressvision.wire.reports import Report

_COLUMNS = (
    "start",
    "end",
    "code",
    "name",
    "department",
    "total_detections",
    "stress_pct",
    "fatigue_pct",
    "avg_confidence",
    *EXPRESSIONS,
)


def report_json(report: Report) -> str:
    """Return the report as indented JSON."""
    return report.model_dump_json(indent=2)


def report_csv(report: Report) -> str:
    """Return one line per employee, with a byte-order mark so that spreadsheets decode the accents."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for own in report.per_employee_summary.values():
        writer.writerow(
            [
                to_wire(report.start_timestamp),
                to_wire(report.end_timestamp),
                escape_formula(own.code),
                escape_formula(own.name),
                escape_formula(own.department or ""),
                own.total_detections,
                own.stress_pct,
                own.fatigue_pct,
                own.avg_confidence,
                *(own.counts.get(expression, 0) for expression in EXPRESSIONS),
            ]
        )
    return "\ufeff" + out.getvalue()
