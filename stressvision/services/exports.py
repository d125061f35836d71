"""Export of detections, read page by page: memory use does not grow with their number."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from stressvision.core.errors import InvalidInput, Message
from stressvision.db.queries.detections import detections as rows
from stressvision.db.queries.detections.detections import DetectionFilter
from stressvision.domain.consent import permitted_emotion
from stressvision.domain.emotions import Emotion
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.paging import write_instant
from stressvision.services.permitted import permit_detection
from stressvision.wire.backend import StoredDetection

PAGE = 1000

Page = list[StoredDetection]


class DetectionStream:
    """Detections, newest first, at most `limit` of them; each page is a short read transaction of its own.

    An export of several minutes therefore neither delays the writers nor blocks the checkpoint of the WAL. Detections
    stored meanwhile are newer than its position and not included. Emotions that the policy does not allow are left out,
    also of rows stored under an earlier policy. Every page may raise DatabaseUnavailable.
    """

    def __init__(self, context: Context, wanted: DetectionFilter, limit: int | None = None) -> None:
        self._database = context.database
        self._policy = context.settings.policy
        self._wanted = wanted
        self._limit = limit
        self.next_cursor: str | None = None
        """Cursor of the next detection, set after the last page if the limit ended the stream."""

    def read_pages(self) -> Iterator[Page]:
        """Yield the pages. Raises DatabaseUnavailable."""
        left, after = self._limit, self._wanted.after
        while True:
            size = PAGE if left is None else min(PAGE, left)
            with self._database.read() as connection:
                found = rows.select_detections(connection, replace(self._wanted, after=after, limit=size + 1))
            if found:
                yield [permit_detection(StoredDetection.model_validate(row), self._policy) for row in found[:size]]
            if len(found) <= size:
                return
            after = (found[size - 1].timestamp, found[size - 1].id)
            if left is not None:
                left -= size
                if not left:
                    self.next_cursor = write_instant(*after)
                    return


def count_export(context: Context, wanted: DetectionFilter) -> int:
    """Return the number of matching detections over all pages."""
    with context.database.read() as connection:
        return rows.count_detections(connection, replace(wanted, after=None))


def record_export(context: Context, wanted: DetectionFilter, kind: str, actor: Actor) -> None:
    """Record an export in the audit log, before anything is read. `kind`: the file format.

    Raises:
        InvalidInput: The period ends before it begins, or the policy does not allow to choose by this emotion.
    """
    if wanted.emotion and permitted_emotion(context.settings.policy, Emotion(wanted.emotion)) is None:
        raise InvalidInput(
            Message(
                es="Esta instalación no infiere emociones (política UE): solo se exporta la fatiga.",
                en="This installation infers no emotions (EU policy): only fatigue is exported.",
            ),
            field="emotion",
        )
    if wanted.start and wanted.end and wanted.start >= wanted.end:
        raise InvalidInput(
            Message(
                es="start_date debe ser anterior a end_date.",
                en="start_date must be before end_date.",
            ),
            field="start_date",
        )
    period = {name: moment.isoformat() for name, moment in (("start", wanted.start), ("end", wanted.end)) if moment}
    details = {"format": kind, **period, **({"emotion": str(wanted.emotion)} if wanted.emotion else {})}
    with context.database.write() as connection:
        record(connection, context, actor, "export_detections", "employee", wanted.employee_id, details)


def read_first_page(pages: Iterator[Page]) -> Iterator[Page]:
    """Read the first page now, so that an error occurs before the response has begun, and return all pages."""
    first = next(pages, None)
    return pages if first is None else chain([first], pages)
