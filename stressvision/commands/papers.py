"""`python -m stressvision consent` and `papers`: the consent text, and drafts of the legal papers."""

import argparse
from pathlib import Path

from stressvision.commands.subcommands import Subparsers, add_parser
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.documents import report_texts
from stressvision.documents.html import write_html
from stressvision.documents.papers.facts import build_facts, read_model_card
from stressvision.documents.papers.papers import build_paper, list_papers
from stressvision.documents.pdf_process import make_pdf
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.services.context import opened_context
from stressvision.services.people.consent_text import read_consent_text
from stressvision.services.vitals import read_installation_facts

CONSENT = Message(
    es="muestra el texto de consentimiento en vigor, con los datos de la empresa, para imprimirlo y firmarlo",
    en="print the consent text in force, with the company's facts, to print and sign",
)
PAPERS = Message(
    es="escribe los borradores de los documentos legales", en="write drafts of the legal papers (in Spanish)"
)
PAPERS_ABOUT = Message(
    es="Escribe en HTML (se abre con Word) y PDF, con los ajustes y las cifras de esta instalación: evaluación de "
    "impacto, ficha del banco de datos, aviso de entrada con código QR, supervisión humana y transparencia, ficha del "
    "modelo y plazos. Son borradores para su asesor legal, no asesoría.",
    en="Writes as HTML (Word opens it) and PDF, with this installation's settings and counts: impact assessment, entry "
    "of the data bank, entrance notice with QR code, human oversight and transparency, model card and periods. They "
    "are drafts for counsel, in Spanish, and no legal advice.",
)
FOLDER = Message(es="carpeta que se escribe (por omisión, papeles)", en="folder to write (default: papeles)")
WRITTEN = Message(
    es="{count} borradores escritos en {folder}, en HTML y PDF. Complete lo que dice «(por completar)» "
    "(STRESSVISION_COMPANY…, docs/ajustes.md) y revíselos con su asesor legal.",
    en="{count} drafts written into {folder}, as HTML and PDF. Complete what is marked “(por completar)” "
    "(STRESSVISION_COMPANY…, docs/settings.md) and review them with counsel.",
)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    add_parser(commands, "consent", language, CONSENT).set_defaults(command=print_consent)
    papers = add_parser(commands, "papers", language, PAPERS, about=PAPERS_ABOUT)
    papers.add_argument("--output", type=Path, default=Path("papeles"), help=FOLDER.text(language))
    papers.set_defaults(command=write_papers)


def print_consent(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the consent text."""
    del arguments
    print(read_consent_text(settings).text)
    return 0


def write_papers(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write each paper as HTML and PDF.

    Raises:
        InvalidInput: If the folder cannot be written, or the model's card cannot be read.
        DatabaseUnavailable: If the database does not answer.
    """
    folder: Path = arguments.output
    with opened_context(settings) as context:
        reader = ReaderProfile("es", settings.time_zone, context.clock())
        counts = read_installation_facts(context)
    try:
        model = read_model_card(settings.models_dir / "expression.json")
        facts = build_facts(settings, counts, read_consent_text(settings), model, reader)
        folder.mkdir(parents=True, exist_ok=True)
        for name in list_papers():
            product = report_texts.PRODUCT.es
            paper = build_paper(name, facts, model.figures, product=product, address=settings.dashboard_url)
            (folder / f"{name}.html").write_text(write_html(paper), "utf-8")
            (folder / f"{name}.pdf").write_bytes(make_pdf(paper))
    except OSError as error:
        raise InvalidInput(
            Message(
                es=f"No se puede escribir en {folder} ({error.strerror}): indique otra carpeta con --output.",
                en=f"{folder} cannot be written ({error.strerror}): choose another folder with --output.",
            ),
            field="--output",
        ) from None
    print(WRITTEN.text(settings.lang).format(count=len(list_papers()), folder=folder))
    return 0
