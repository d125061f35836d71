"""The PDF of a document, drawn in a process of its own.

fpdf2 takes 40 MB and half a second of a whole core: the server keeps neither, and its change feed does not wait.
"""

import subprocess

import structlog

from stressvision.core.children import command_of, environment_of
from stressvision.core.errors import Message, Unavailable
from stressvision.documents.document import Document

TIMEOUT_SECONDS = 60.0

log = structlog.get_logger()


def make_pdf(document: Document) -> bytes:
    """Return the document as a PDF file. Raise Unavailable where the process fails or exceeds TIMEOUT_SECONDS."""
    try:
        done = subprocess.run(
            command_of("stressvision.documents"),
            input=document.model_dump_json().encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env=environment_of(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        output = getattr(error, "stderr", None) or b""
        log.error("PDF not made", reason=type(error).__name__, output=output.decode(errors="replace")[-2000:])
        raise Unavailable(
            Message(
                es="No se pudo generar el PDF. Inténtelo de nuevo; si el error continúa, pida el reporte en HTML y "
                "revise el registro.",
                en="The PDF could not be generated. Try again; if the error persists, request HTML and check the log.",
            )
        ) from None
    return done.stdout
