"""Report answers as JSON, HTML or PDF: the negotiated format, and the response that carries the document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Response

from stressvision.api.content_negotiation import negotiate_format
from stressvision.api.dependencies import ActorDep, BackendDep, LanguageDep
from stressvision.api.expensive_work import ExpensiveWork, Kind
from stressvision.core.config import Policy
from stressvision.documents.document import Document
from stressvision.documents.html import CONTENT_POLICY, write_html
from stressvision.documents.pdf_process import make_pdf
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.domain.auth import Role, sees_persons


class DocumentFormat(StrEnum):
    """Value of the query parameter `format`."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"


MEDIA_TYPES: Mapping[str, DocumentFormat] = {
    "application/json": DocumentFormat.JSON,
    "text/html": DocumentFormat.HTML,
    "application/pdf": DocumentFormat.PDF,
}
RESPONSES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}, "application/pdf": {}}}}
"""Media types that the OpenAPI document lists besides JSON."""


@dataclass(frozen=True)
class DocumentRequest:
    """The requested format of a report, and the profile of its reader."""

    format: DocumentFormat
    reader: ReaderProfile
    expensive: ExpensiveWork
    role: Role | None

    @property
    def is_json(self) -> bool:
        """Whether the route answers its model instead of a document."""
        return self.format is DocumentFormat.JSON

    def render(self, document: Document, name: str) -> Response:
        """Render HTML or PDF. `name`: of the file, without extension. Raises Unavailable, TooManyAttempts."""
        safe_name = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        headers = {
            "Content-Disposition": f'inline; filename="{safe_name}.{self.format}"',
            "Vary": "Accept, Accept-Language",
        }
        if self.format is DocumentFormat.PDF:
            with self.expensive.turn(Kind.PDF, self.role):
                content = make_pdf(document)
            return Response(content, headers=headers, media_type="application/pdf")
        headers["Content-Security-Policy"] = CONTENT_POLICY
        return Response(write_html(document), headers=headers, media_type="text/html")


def read_document_request(
    backend: BackendDep,
    actor: ActorDep,
    language: LanguageDep,
    wanted: Annotated[
        DocumentFormat | None, Query(alias="format", description="Otherwise what the Accept header prefers.")
    ] = None,
    persons: Annotated[bool, Query(description="false: aggregates only, as a viewer gets them.")] = True,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> DocumentRequest:
    """Build the request from `format`, `persons`, the Accept header and the actor's role."""
    context, settings = backend.context, backend.context.settings
    reader = ReaderProfile(
        language=language,
        time_zone=settings.time_zone,
        asked_at=context.clock(),
        asked_by=actor.user_id,
        has_persons=persons and sees_persons(actor.role),
        shows_stress=settings.policy is not Policy.EU,
    )
    return DocumentRequest(
        wanted or negotiate_format(accept, MEDIA_TYPES, DocumentFormat.JSON), reader, backend.expensive, actor.role
    )


DocumentDep = Annotated[DocumentRequest, Depends(read_document_request)]
