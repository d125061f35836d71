"""Reports as JSON, HTML or PDF: which one is wanted, and the answer that carries it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Response

from stressvision.api.deps import ActorDep, ContextDep, LanguageDep
from stressvision.api.media import preferred
from stressvision.core.config import Policy
from stressvision.documents.document import Document
from stressvision.documents.html import CONTENT_POLICY, write_html
from stressvision.documents.pdf_process import make_pdf
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.domain.auth import sees_persons


class PaperFormat(StrEnum):
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


MEDIA_TYPES: Mapping[str, PaperFormat] = {
    "application/json": PaperFormat.JSON,
    "text/html": PaperFormat.HTML,
    "application/pdf": PaperFormat.PDF,
}
RESPONSES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}, "application/pdf": {}}}}
"""What the documentation adds to JSON."""


@dataclass(frozen=True)
class Paper:
    """How the reader wants a report: in which format, and for whom it is written."""

    kind: PaperFormat
    reader: ReaderProfile

    @property
    def is_data(self) -> bool:
        return self.kind is PaperFormat.JSON

    def print(self, document: Document, name: str) -> Response:
        """`name`: of the file, without its ending. Raises Unavailable where the PDF cannot be made."""
        headers = {"Content-Disposition": f'inline; filename="{name}.{self.kind}"', "Vary": "Accept, Accept-Language"}
        if self.kind is PaperFormat.PDF:
            return Response(make_pdf(document), headers=headers, media_type="application/pdf")
        headers["Content-Security-Policy"] = CONTENT_POLICY
        return Response(write_html(document), headers=headers, media_type="text/html")


def read_paper(
    context: ContextDep,
    actor: ActorDep,
    language: LanguageDep,
    wanted: Annotated[
        PaperFormat | None, Query(alias="format", description="Otherwise what the Accept header prefers.")
    ] = None,
    persons: Annotated[bool, Query(description="false: aggregates only, as a viewer gets them.")] = True,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Paper:
    settings = context.settings
    reader = ReaderProfile(
        language=language,
        time_zone=settings.time_zone,
        asked_at=context.clock(),
        asked_by=actor.user_id,
        has_persons=persons and sees_persons(actor.role),
        shows_stress=settings.policy is not Policy.EU,
    )
    return Paper(wanted or preferred(accept, MEDIA_TYPES, PaperFormat.JSON), reader)


PaperDep = Annotated[Paper, Depends(read_paper)]
