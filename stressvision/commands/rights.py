"""`python -m stressvision rights` and `erase`: export the data kept about a person, and erase a person."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from stressvision.commands.subcommands import EMPLOYEE_CODE, Subparsers, add_parser, get_operator
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.core.files import make_private
from stressvision.documents.html import write_html
from stressvision.documents.own_data import build_own_data_document
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.services.context import Context, opened_context
from stressvision.services.privacy.erasure import erase_person, find_employee_id
from stressvision.services.privacy.own_data import read_own_data, stream_own_detections
from stressvision.wire.rights import CleanedPlace, ErasureCertificate

RIGHTS = Message(es="escribe todo lo que se guarda de una persona", en="write all data kept about a person")
RIGHTS_ABOUT = Message(
    es="Escribe en una página HTML todo lo que se guarda de una persona, y a su lado un anexo JSON con cada fila y "
    "los números de su rostro. Entréguelos solo a esa persona. Queda anotado quién los pidió.",
    en="Writes all data kept about a person to an HTML page, and to a JSON annex beside it each row and the "
    "face embeddings. Hand them to that person only. The export is audited.",
)
RIGHTS_OUTPUT = Message(es="página HTML que se escribe", en="HTML page to write")
RIGHTS_PAGE = Message(
    es="--output es la página HTML, por ejemplo datos.html: a su lado se escribe el anexo, que termina en .json.",
    en="--output is the HTML page, such as data.html: the annex, which ends in .json, is written beside it.",
)
RIGHTS_UNWRITTEN = Message(
    es="No se pudo escribir {place} con su anexo ({reason}). Indique con --output un archivo de una carpeta suya.",
    en="{place} and its annex could not be written ({reason}). Choose a file in your own folder with --output.",
)
REQUESTED_BY = Message(es="quién lo pide o lo hace", en="user that requests it")
RIGHTS_WRITTEN = Message(
    es="Escrito {page} (para leer) y {annex} (todas las filas: {rows} detecciones).",
    en="Written: {page} (to read) and {annex} (every row: {rows} detections).",
)
ERASE = Message(es="borra todo lo de una persona, con certificado", en="erase all data of a person, with a certificate")
ERASE_ABOUT = Message(
    es="Borra a una persona de la base, su registro WAL, las copias de seguridad y los registros; revisa que no "
    "quede ningún byte y escribe un certificado sin datos personales. No se puede deshacer.",
    en="Erases a person from the database, its WAL, backups and logs; checks that no byte is left, and writes a "
    "certificate without personal data. It cannot be undone.",
)
ERASE_YES = Message(es="no preguntar", en="do not ask")
ERASE_OUTPUT = Message(
    es="carpeta del certificado (por omisión, la actual)", en="folder for the certificate (default: the current one)"
)
ERASE_QUESTION = Message(
    es="Se borrará todo lo de {code} y no se podrá recuperar. Escriba el código para confirmar: ",
    en="All data of {code} will be erased and cannot be recovered. Type the code to confirm: ",
)
ERASE_UNCONFIRMED = Message(
    es="No se borró nada. Confirme con el código, o use --yes.",
    en="Nothing was erased. Confirm with the code, or use --yes.",
)
ERASE_REFUSED = Message(
    es="No se borró nada: el certificado no se podría escribir en {place} ({reason}). Indique otra carpeta con "
    "--output.",
    en="Nothing was erased: the certificate could not be written to {place} ({reason}). Choose another folder with "
    "--output.",
)
CERTIFICATE = Message(
    es="Certificado de borrado {id}\n\nFecha: {at} (UTC)\nPor: {by}\n\nFilas borradas o reescritas:\n{rows}\n\n"
    "Lugares:\n{places}\n\n{verdict}\nEste certificado no contiene datos de la persona.\n",
    en="Certificate of erasure {id}\n\nDate: {at} (UTC)\nBy: {by}\n\nRows deleted or rewritten:\n{rows}\n\n"
    "Places:\n{places}\n\n{verdict}\nThis certificate contains no data of the person.\n",
)
PLACE_CLEAN = Message(es="sin rastro", en="clean")
PLACE_DIRTY = Message(es="QUEDAN RASTROS", en="TRACES LEFT")
PLACE_UNKNOWN = Message(es="no examinable", en="not examined")
VERDICT_COMPLETE = Message(
    es="Se buscó el nombre, el código y los números del rostro, byte por byte: no queda ninguno.",
    en="Name, code and face embeddings were searched for, byte by byte: none is left.",
)
VERDICT_INCOMPLETE = Message(
    es="Quedan rastros en los lugares señalados: detenga los programas que los usan y repita el borrado de copias "
    "y registros.",
    en="Traces are left in the places marked: stop the programs that use them and erase backups and logs again.",
)
CERTIFICATE_UNWRITTEN = Message(
    es="El borrado está hecho, pero su certificado no se pudo escribir en {place} ({reason}): guarde el texto de "
    "arriba.",
    en="The erasure is done, but its certificate could not be written to {place} ({reason}): keep the text above.",
)
CERTIFICATE_WRITTEN = Message(es="Certificado: {text} y {data}", en="Certificate: {text} and {data}")

_VERDICTS = {True: PLACE_CLEAN, False: PLACE_DIRTY, None: PLACE_UNKNOWN}


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    reading = add_parser(commands, "rights", language, RIGHTS, about=RIGHTS_ABOUT)
    reading.add_argument("--code", required=True, help=EMPLOYEE_CODE.text(language))
    reading.add_argument("--output", required=True, type=Path, metavar="HTML", help=RIGHTS_OUTPUT.text(language))
    reading.add_argument("--recorded-by", help=REQUESTED_BY.text(language))
    reading.set_defaults(command=export_data)

    erasing = add_parser(commands, "erase", language, ERASE, about=ERASE_ABOUT)
    erasing.add_argument("--code", required=True, help=EMPLOYEE_CODE.text(language))
    erasing.add_argument("--yes", action="store_true", help=ERASE_YES.text(language))
    erasing.add_argument("--output", type=Path, default=Path(), metavar="DIR", help=ERASE_OUTPUT.text(language))
    erasing.add_argument("--recorded-by", help=REQUESTED_BY.text(language))
    erasing.set_defaults(command=erase)


def export_data(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write all data kept about a person to an HTML page and a JSON annex.

    Raises:
        InvalidInput: If --output is not a page, or cannot be written.
    """
    page: Path = arguments.output
    if not page.name or page.suffix.lower() == ".json":
        raise InvalidInput(RIGHTS_PAGE, field="--output")
    annex = page.with_suffix(".json")
    with opened_context(settings) as context:
        employee_id = find_employee_id(context, arguments.code)
        with _translate_write_errors(page, RIGHTS_UNWRITTEN):
            page.parent.mkdir(parents=True, exist_ok=True)
            for path in (page, annex):
                make_private(path)
            data = read_own_data(context, employee_id, get_operator(arguments.recorded_by), with_faces=True)
            reader = ReaderProfile(settings.lang, settings.time_zone, data.generated_at)
            page.write_text(write_html(build_own_data_document(data, reader)), encoding="utf-8")
            rows = _write_annex(annex, context, employee_id, data.model_dump_json())
    print(RIGHTS_WRITTEN.text(settings.lang).format(page=page, annex=annex, rows=rows))
    return 0


def erase(settings: Settings, arguments: argparse.Namespace) -> int:
    """Erase a person and write the certificate; return 1 if traces are left.

    Raises:
        InvalidInput: If it is not confirmed, or the certificate could not be written.
    """
    folder: Path = arguments.output
    with _translate_write_errors(folder, ERASE_REFUSED):
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    with opened_context(settings) as context:
        employee_id = find_employee_id(context, arguments.code)
        if not arguments.yes:
            _require_confirmation(settings.lang, arguments.code)
        certificate = erase_person(context, employee_id, get_operator(arguments.recorded_by))
    write_certificate(certificate, folder, settings.lang)
    return 0 if certificate.is_complete else 1


def write_certificate(certificate: ErasureCertificate, folder: Path, language: Language) -> None:
    """Print the certificate, then write it as text and JSON.

    Raises:
        InvalidInput: If it cannot be written; it has been printed by then.
    """
    text = _render(certificate, language)
    print(text)
    data_path = folder / f"certificado-{certificate.certificate_id}.json"
    text_path = data_path.with_suffix(".txt")
    with _translate_write_errors(folder, CERTIFICATE_UNWRITTEN):
        data_path.write_text(certificate.model_dump_json(indent=1) + "\n", encoding="utf-8")
        text_path.write_text(text, encoding="utf-8")
    print(CERTIFICATE_WRITTEN.text(language).format(text=text_path, data=data_path))


@contextmanager
def _translate_write_errors(place: Path, failure: Message) -> Iterator[None]:
    """Raise InvalidInput with the text `failure` if writing to `place` fails."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Message(
            es=failure.es.format(place=place, reason=reason), en=failure.en.format(place=place, reason=reason)
        )
        raise InvalidInput(message, field="--output") from None


def _require_confirmation(language: Language, code: str) -> None:
    question = ERASE_QUESTION.text(language).format(code=code)
    if not sys.stdin.isatty() or input(question).strip() != code:
        raise InvalidInput(ERASE_UNCONFIRMED, field="--yes")


def _render(certificate: ErasureCertificate, language: Language) -> str:
    verdict = VERDICT_COMPLETE if certificate.is_complete else VERDICT_INCOMPLETE
    return CERTIFICATE.text(language).format(
        id=certificate.certificate_id,
        at=f"{certificate.erased_at:%Y-%m-%d %H:%M:%S}",
        by=certificate.erased_by or "-",
        rows="\n".join(f"  {name}: {count}" for name, count in certificate.row_counts.items()),
        places="\n".join(_format_place(place, language) for place in certificate.places),
        verdict=verdict.text(language),
    )


def _format_place(place: CleanedPlace, language: Language) -> str:
    return f"  [{_VERDICTS[place.is_clean].text(language)}] {place.place}: {place.action}"


def _write_annex(path: Path, context: Context, employee_id: int, data: str) -> int:
    """Write all data as one JSON object, streaming the detections; return their number."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(data[:-1] + ',"detections":[')
        for detection in stream_own_detections(context, employee_id):
            file.write(("," if count else "") + "\n" + detection.model_dump_json())
            count += 1
        file.write("]}\n")
    return count
