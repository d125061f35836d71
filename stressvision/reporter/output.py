"""Output of `report_generator.py`: a report as text, JSON, HTML or PDF, to the terminal or a file."""

import sys
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from stressvision.core.config import Policy
from stressvision.core.errors import ConfigurationError, Message
from stressvision.core.files import make_private
from stressvision.reporter import texts
from stressvision.services.context import Context
from stressvision.wire.reports import Report, Summary

_SUMMARIES = {"daily": texts.DAILY_SUMMARY, "weekly": texts.WEEKLY_SUMMARY}


class OutputFormat(StrEnum):
    """Format of a report."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


def write_output(context: Context, report: Report | Summary, output_format: OutputFormat, target: Path | None) -> None:
    """Write a report to `target`, or to standard output if None.

    Raises:
        ConfigurationError: If the file cannot be written.
    """
    content = _render(context, report, output_format)
    if target is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        make_private(target)
        target.write_bytes(content)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(
            Message(
                es=f"No se pudo escribir {target} ({reason}). Indique con --output un archivo de una carpeta suya.",
                en=f"{target} could not be written ({reason}). Choose a file in your own folder with --output.",
            ),
            field="--output",
        ) from None
    print_line(texts.WRITTEN.text(context.settings.lang).format(file=target))


def print_line(text: str) -> None:
    """Print a line and flush standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _render(context: Context, report: Report | Summary, output_format: OutputFormat) -> bytes:
    if output_format is OutputFormat.TEXT:
        return (_render_text(context, report) + "\n").encode()
    if output_format is OutputFormat.JSON:
        return report.model_dump_json(indent=2).encode() + b"\n"
    settings = context.settings
    # Imported here: the schedule, which runs for months, writes no documents.
    from stressvision.documents.html import write_html
    from stressvision.documents.pdf_process import make_pdf
    from stressvision.documents.reader_profile import ReaderProfile
    from stressvision.documents.reports import build_report_document, build_summary_document

    reader = ReaderProfile(
        language=settings.lang,
        time_zone=settings.time_zone,
        asked_at=context.clock(),
        shows_stress=settings.policy is not Policy.EU,
    )
    document = (
        build_report_document(report, reader) if isinstance(report, Report) else build_summary_document(report, reader)
    )
    return make_pdf(document) if output_format is OutputFormat.PDF else write_html(document).encode()


def _render_text(context: Context, report: Report | Summary) -> str:
    settings = context.settings
    zone = ZoneInfo(settings.time_zone)
    start, end = report.start_timestamp.astimezone(zone), report.end_timestamp.astimezone(zone)
    template = texts.REPORT if isinstance(report, Report) else _SUMMARIES[report.kind]
    lines = [
        template.text(settings.lang).format(
            id=report.id if isinstance(report, Report) else report.day,
            day=f"{start:%Y-%m-%d}",
            start=f"{start:%H:%M}",
            end=f"{end:%H:%M}",
            detections=report.total_detections,
            employees=report.total_employees_detected,
            stress=_percent(report.overall_stress_percentage),
            alerts=report.alerts_triggered,
        )
    ]
    lines += [
        f"  {person.code}  {person.name:<28} {person.total_detections or 0:>5}  {_percent(person.stress_pct):>6} %"
        for person in report.per_employee_summary.values()
    ]
    unreported = report.unreported_detections if isinstance(report, Summary) else 0
    if unreported:
        lines.append(texts.UNREPORTED.text(settings.lang).format(count=unreported))
    elif not report.total_detections:
        lines.append(texts.NO_DETECTIONS.text(settings.lang))
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    """Return a share, or a dash where the policy allows no emotion."""
    return "-" if share is None else f"{share:.2f}"
