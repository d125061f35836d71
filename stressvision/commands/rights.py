"""`python -m stressvision rights` and `erase`: what is kept of a person, and the end of it."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from stressvision.commands.arguments import Commands, Say, operator
from stressvision.commands.texts import TEXTS
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

_VERDICTS = {True: "place_clean", False: "place_dirty", None: "place_unknown"}


def add_commands(commands: Commands, say: Say) -> None:
    reading = commands.add_parser("rights", help=say("rights"), description=say("rights_about"))
    reading.add_argument("--code", required=True, help=say("code"))
    reading.add_argument("--output", required=True, type=Path, metavar="HTML", help=say("rights_output"))
    reading.add_argument("--recorded-by", help=say("asked_by"))
    reading.set_defaults(command=write_rights)

    erasing = commands.add_parser("erase", help=say("erase"), description=say("erase_about"))
    erasing.add_argument("--code", required=True, help=say("code"))
    erasing.add_argument("--yes", action="store_true", help=say("erase_yes"))
    erasing.add_argument("--output", type=Path, default=Path(), metavar="DIR", help=say("erase_output"))
    erasing.add_argument("--recorded-by", help=say("asked_by"))
    erasing.set_defaults(command=erase)


def write_rights(settings: Settings, arguments: argparse.Namespace) -> int:
    page: Path = arguments.output
    if not page.name or page.suffix.lower() == ".json":
        raise InvalidInput(TEXTS["rights_page"], field="--output")
    annex = page.with_suffix(".json")
    with opened_context(settings) as context:
        employee_id = find_employee_id(context, arguments.code)
        with _writing(page, TEXTS["rights_unwritten"]):
            page.parent.mkdir(parents=True, exist_ok=True)
            for path in (page, annex):
                make_private(path)
            data = read_own_data(context, employee_id, operator(arguments.recorded_by), with_faces=True)
            reader = ReaderProfile(settings.lang, settings.time_zone, data.generated_at)
            page.write_text(write_html(build_own_data_document(data, reader)), encoding="utf-8")
            rows = _write_annex(annex, context, employee_id, data.model_dump_json())
    print(TEXTS["rights_written"].text(settings.lang).format(page=page, annex=annex, rows=rows))
    return 0


def erase(settings: Settings, arguments: argparse.Namespace) -> int:
    folder: Path = arguments.output
    with _writing(folder, TEXTS["erase_refused"]):
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    with opened_context(settings) as context:
        employee_id = find_employee_id(context, arguments.code)
        if not arguments.yes:
            _require_confirmation(settings.lang, arguments.code)
        certificate = erase_person(context, employee_id, operator(arguments.recorded_by))
    hand_over(certificate, folder, settings.lang)
    return 0 if certificate.is_complete else 1


def hand_over(certificate: ErasureCertificate, folder: Path, language: Language) -> None:
    """Prints it, then writes it. Raises InvalidInput where it cannot be written: by then it stands on the screen."""
    text = _rendered(certificate, language)
    print(text)
    data_path = folder / f"certificado-{certificate.certificate_id}.json"
    text_path = data_path.with_suffix(".txt")
    with _writing(folder, TEXTS["certificate_unwritten"]):
        data_path.write_text(certificate.model_dump_json(indent=1) + "\n", encoding="utf-8")
        text_path.write_text(text, encoding="utf-8")
    print(TEXTS["certificate_written"].text(language).format(text=text_path, data=data_path))


@contextmanager
def _writing(place: Path, refusal: Message) -> Iterator[None]:
    """`refusal`: what is said, with InvalidInput, where writing there fails."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        said = Message(
            es=refusal.es.format(place=place, reason=reason), en=refusal.en.format(place=place, reason=reason)
        )
        raise InvalidInput(said, field="--output") from None


def _require_confirmation(language: Language, code: str) -> None:
    question = TEXTS["erase_question"].text(language).format(code=code)
    if not sys.stdin.isatty() or input(question).strip() != code:
        raise InvalidInput(TEXTS["erase_unconfirmed"], field="--yes")


def _rendered(certificate: ErasureCertificate, language: Language) -> str:
    verdict = "verdict_complete" if certificate.is_complete else "verdict_incomplete"
    return (
        TEXTS["certificate"]
        .text(language)
        .format(
            id=certificate.certificate_id,
            at=f"{certificate.erased_at:%Y-%m-%d %H:%M:%S}",
            by=certificate.erased_by or "-",
            rows="\n".join(f"  {name}: {count}" for name, count in certificate.row_counts.items()),
            places="\n".join(_place(place, language) for place in certificate.places),
            verdict=TEXTS[verdict].text(language),
        )
    )


def _place(place: CleanedPlace, language: Language) -> str:
    return f"  [{TEXTS[_VERDICTS[place.is_clean]].text(language)}] {place.place}: {place.action}"


def _write_annex(path: Path, context: Context, employee_id: int, data: str) -> int:
    """The whole of it as one JSON object, every detection included; how many those are."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(data[:-1] + ',"detections":[')
        for detection in stream_own_detections(context, employee_id):
            file.write(("," if count else "") + "\n" + detection.model_dump_json())
            count += 1
        file.write("]}\n")
    return count
