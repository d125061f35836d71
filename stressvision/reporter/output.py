"""What `report_generator.py` hands over: lines for a terminal, or a file."""

import sys
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from stressvision.core.config import Policy
from stressvision.core.errors import ConfigurationError, Message
from stressvision.core.files import make_private
from stressvision.documents.html import write_html
from stressvision.documents.pdf_process import make_pdf
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.documents.reports import build_report_document, build_summary_document
from stressvision.reporter.texts import TEXTS
from stressvision.services.context import Context
from stressvision.wire.reports import Report, Summary


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


def hand_over(context: Context, told: Report | Summary, form: Form, target: Path | None) -> None:
    """Into the file, or onto standard output. Raises ConfigurationError where the file cannot be written."""
    content = _content(context, told, form)
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
                en=f"{target} could not be written ({reason}). Name with --output a file in a folder of yours.",
            ),
            field="--output",
        ) from None
    say(TEXTS["written"].text(context.settings.lang).format(file=target))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _content(context: Context, told: Report | Summary, form: Form) -> bytes:
    if form is Form.TEXT:
        return (_lines(context, told) + "\n").encode()
    if form is Form.JSON:
        return told.model_dump_json(indent=2).encode() + b"\n"
    settings = context.settings
    reader = ReaderProfile(
        language=settings.lang,
        time_zone=settings.time_zone,
        asked_at=context.clock(),
        shows_stress=settings.policy is not Policy.EU,
    )
    document = build_report_document(told, reader) if isinstance(told, Report) else build_summary_document(told, reader)
    return make_pdf(document) if form is Form.PDF else write_html(document).encode()


def _lines(context: Context, told: Report | Summary) -> str:
    settings = context.settings
    zone = ZoneInfo(settings.time_zone)
    start, end = told.start_timestamp.astimezone(zone), told.end_timestamp.astimezone(zone)
    form = TEXTS["report"] if isinstance(told, Report) else TEXTS[told.kind]
    lines = [
        form.text(settings.lang).format(
            id=told.id if isinstance(told, Report) else told.day,
            day=f"{start:%Y-%m-%d}",
            start=f"{start:%H:%M}",
            end=f"{end:%H:%M}",
            detections=told.total_detections,
            employees=told.total_employees_detected,
            stress=told.overall_stress_percentage,
            alerts=told.alerts_triggered,
        )
    ]
    lines += [
        f"  {person.code}  {person.name:<28} {person.total_detections or 0:>5}  {person.stress_pct:6.2f} %"
        for person in told.per_employee_summary.values()
    ]
    if not told.total_detections:
        lines.append(TEXTS["nobody"].text(settings.lang))
    return "\n".join(lines)
