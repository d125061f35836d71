"""The PDF of a week that is attached to a message: what a viewer may see, without persons."""

from datetime import date

from stressvision.core.config import Policy
from stressvision.core.errors import DatabaseUnavailable, ServerUnreachable, Unavailable
from stressvision.documents.pdf_process import make_pdf
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.documents.reports import build_summary_document
from stressvision.notifications.message import AttachedFile
from stressvision.services.context import Actor, Context
from stressvision.services.reports.summaries import read_week


def attach_week(context: Context, monday: date) -> AttachedFile:
    """Return the report of the week. Raises ServerUnreachable where it cannot be drawn, and DatabaseUnavailable."""
    settings = context.settings
    summary = read_week(context, monday.isoformat(), Actor(), persons=False)
    reader = ReaderProfile(
        language=settings.lang,
        time_zone=settings.time_zone,
        asked_at=context.clock(),
        has_persons=False,
        shows_stress=settings.policy is not Policy.EU,
    )
    try:
        content = make_pdf(build_summary_document(summary, reader))
    except DatabaseUnavailable:
        raise
    except Unavailable as error:
        raise ServerUnreachable(error.message) from None
    return AttachedFile(f"stressvision_weekly_{summary.day}.pdf", "application/pdf", content)
