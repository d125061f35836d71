"""One report as a file, with the figures that the page shows."""

import csv
import io
import json
from collections.abc import Collection
from typing import Any

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
_ALL = tuple(EXPRESSIONS)


def report_json(report: Report, expressions: Collection[str] = _ALL) -> str:
    """Return the report as indented JSON, with the figures of these expressions only."""
    document = report.model_dump(mode="json")
    return json.dumps(document if "stress" in expressions else _without_stress(document), ensure_ascii=False, indent=2)


def report_csv(report: Report, expressions: Collection[str] = _ALL) -> str:
    """Return one line per employee, with a byte-order mark so that spreadsheets decode the accents.

    `expressions`: those that the policy allows; the others have no column.
    """
    hidden = {name for name in EXPRESSIONS if name not in expressions}
    if "stress" in hidden:
        hidden.add("stress_pct")
    out = io.StringIO()
    writer = csv.DictWriter(out, [name for name in _COLUMNS if name not in hidden], extrasaction="ignore")
    writer.writeheader()
    for own in report.per_employee_summary.values():
        writer.writerow(
            {
                "start": to_wire(report.start_timestamp),
                "end": to_wire(report.end_timestamp),
                "code": escape_formula(own.code),
                "name": escape_formula(own.name),
                "department": escape_formula(own.department or ""),
                "total_detections": own.total_detections,
                "stress_pct": own.stress_pct,
                "fatigue_pct": own.fatigue_pct,
                "avg_confidence": own.avg_confidence,
                **{expression: own.counts.get(expression, 0) for expression in EXPRESSIONS},
            }
        )
    return "\ufeff" + out.getvalue()


def _without_stress(value: Any) -> Any:
    """Return a part of a document without shares of stress, and without counts of any expression but fatigue."""
    if isinstance(value, list):
        return [_without_stress(item) for item in value]
    if not isinstance(value, dict):
        return value
    hidden = {"stress_pct", "overall_stress_percentage", *EXPRESSIONS} - {"fatigue"}
    return {name: _without_stress(item) for name, item in value.items() if name not in hidden}
