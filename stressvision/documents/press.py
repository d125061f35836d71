"""The PDF of a document, made in a process of its own.

What draws it takes 40 MB and half a second of a whole core: a server keeps neither, and its feed does not wait.
"""

import subprocess

import structlog

from stressvision.core.errors import Message, Unavailable
from stressvision.core.program import build_command, build_environment
from stressvision.documents.document import Document

PATIENCE_SECONDS = 60.0

log = structlog.get_logger()


def print_pdf(document: Document) -> bytes:
    """Raises Unavailable where it cannot be made."""
    try:
        done = subprocess.run(
            build_command("stressvision.documents"),
            input=document.model_dump_json().encode(),
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=True,
            env=build_environment(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or b""
        log.error("the PDF could not be made", reason=type(error).__name__, said=said.decode(errors="replace")[-2000:])
        raise Unavailable(
            Message(
                es="No se pudo generar el PDF. Repita; si sigue, pida el reporte en HTML y mire el registro (log).",
                en="The PDF could not be made. Try again; if it persists, ask for HTML and look at the log.",
            )
        ) from None
    return done.stdout
