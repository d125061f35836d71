"""The PDF of a document, drawn in a process of its own.

fpdf2 takes 40 MB and half a second of a whole core: the server keeps neither, and its change feed does not wait.
"""

import subprocess

import structlog

from stressvision.core.errors import Unavailable
from stressvision.core.program import build_command, build_environment
from stressvision.core.texts import Message
from stressvision.documents.document import Document

TIMEOUT_SECONDS = 60.0

log = structlog.get_logger()


def make_pdf(document: Document) -> bytes:
    """Return the document as a PDF file. Raise Unavailable where the process fails or exceeds TIMEOUT_SECONDS."""
    try:
        done = subprocess.run(
            build_command("stressvision.documents"),
            input=document.model_dump_json().encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env=build_environment(),
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
