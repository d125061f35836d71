"""`python -m stressvision enrol` and `withdraw`: enrol a person from photos or a camera, withdraw consent."""

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from stressvision.commands.subcommands import EMPLOYEE_CODE, Subparsers, add_parser, get_operator
from stressvision.core.config import Policy, Settings
from stressvision.core.errors import ConsentMissing, InvalidInput, Language, Message
from stressvision.core.validation import describe_error
from stressvision.domain.consent import CONSENT_VERSION, ConsentMethod
from stressvision.services.context import opened_context
from stressvision.services.people.consent_text import read_consent_text
from stressvision.services.people.enrolment import (
    begin_enrolment,
    read_population,
    refuse_mixture,
    require_valid_code,
    withdraw_consent,
)
from stressvision.services.people.measurement import measure_stills
from stressvision.services.people.still_verdicts import FEWEST_STILLS, MOST_STILLS, UploadedStill
from stressvision.services.people.stills import enrol_person
from stressvision.wire.people import EmployeeNew, EnrolmentResult, EnrolmentStatement

PICTURES = {".jpg", ".jpeg", ".png"}
MOST_BYTES = 32 << 20

_FIELDS = {"code": "employee_code", "name": "full_name", "department": "department", "shift": "shift"}
"""Options of `enrol`, and the fields of `EmployeeNew` they set."""

_CONSENT_METHODS = (ConsentMethod.PAPER.value, ConsentMethod.ELECTRONIC.value)
_WITHDRAWAL_METHODS = (*_CONSENT_METHODS, ConsentMethod.SPOKEN.value)

ENROL = Message(es="inscribe a una persona", en="enrol a person")
ENROL_ABOUT = Message(
    es="Inscribe a una persona a partir de varias fotos o de la cámara. Al hacerlo usted declara que la persona "
    "firmó el consentimiento (`python -m stressvision consent` lo imprime); se guardan su fecha y versión, ninguna "
    "imagen.",
    en="Enrols a person from several photos or the camera. By doing so you declare that the person signed the "
    "consent printed by `python -m stressvision consent`; its date and version are kept, and no image.",
)
FULL_NAME = Message(es="nombre completo", en="full name")
DEPARTMENT = Message(es="área", en="department")
SHIFT = Message(es="turno: morning, afternoon o night", en="shift: morning, afternoon or night")
RECORDED_BY = Message(es="quién registra el consentimiento", en="user that records the consent")
ALLOW_SIMILAR = Message(
    es="inscribir aunque se parezca a alguien ya inscrito", en="enrol even if the face resembles an enrolled person"
)
REPLACE = Message(
    es="el código pasa a este nombre y este rostro, aunque sean otros que los inscritos",
    en="the code passes to this name and face, even if they differ from the enrolled ones",
)
PHOTOS = Message(es="carpeta con las fotos (jpg o png)", en="folder of photos (jpg or png)")
CAMERA = Message(es="tomar las fotos con la cámara N (por omisión 0)", en="take the stills with camera N (default 0)")
WITHDRAW = Message(es="retira el consentimiento de una persona", en="withdraw a person's consent")
WITHDRAW_ABOUT = Message(
    es="Registra que la persona retiró su consentimiento: deja de ser reconocida y se borran los números de su rostro.",
    en="Records that the person withdrew consent: recognition ends, and the face embeddings are erased.",
)
ENROLLED = Message(
    es="{code} {name}: inscripción con {stills} fotos, calidad {quality:.2f}. Consentimiento versión {version}, {day}.",
    en="{code} {name}: enrolled from {stills} stills, quality {quality:.2f}. Consent version {version}, {day}.",
)
NO_RELAXED_STILL = Message(
    es="Ninguna foto muestra el rostro relajado (de frente, boca cerrada, sin sonreír): la expresión se estimará sin "
    "la referencia propia de la persona.",
    en="No still shows the relaxed face (frontal, mouth closed, no smile): the expression will be estimated without "
    "the person's own reference.",
)
WITHDRAWN = Message(
    es="{code} {name}: consentimiento retirado. Deja de ser reconocida en 5 segundos como máximo.",
    en="{code} {name}: consent withdrawn. Recognition ends within 5 seconds.",
)
CONSENT_QUESTION = Message(
    es="¿{name} firmó el consentimiento versión {version}? [s/N] ",
    en="Has {name} signed consent version {version}? [y/N] ",
)
CONSENT_NOT_CONFIRMED = Message(
    es="Sin consentimiento firmado no se inscribe a nadie. No se guardó nada.",
    en="Signed consent is required. Nothing was stored.",
)
CONSENT_METHOD = Message(
    es="cómo: paper (firmado), electronic (por medio electrónico), spoken (de palabra, solo para retirar)",
    en="method: paper (signed), electronic, spoken (to withdraw only)",
)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    enrolling = add_parser(commands, "enrol", language, ENROL, about=ENROL_ABOUT)
    enrolling.add_argument("--code", required=True, help=EMPLOYEE_CODE.text(language))
    enrolling.add_argument("--name", required=True, help=FULL_NAME.text(language))
    enrolling.add_argument("--department", help=DEPARTMENT.text(language))
    enrolling.add_argument("--shift", help=SHIFT.text(language))
    enrolling.add_argument("--recorded-by", help=RECORDED_BY.text(language))
    enrolling.add_argument(
        "--method", choices=_CONSENT_METHODS, default=ConsentMethod.PAPER.value, help=CONSENT_METHOD.text(language)
    )
    enrolling.add_argument("--allow-similar", action="store_true", help=ALLOW_SIMILAR.text(language))
    enrolling.add_argument("--replace", action="store_true", help=REPLACE.text(language))
    pictures = enrolling.add_mutually_exclusive_group(required=True)
    pictures.add_argument("--photos", type=Path, metavar="DIR", help=PHOTOS.text(language))
    pictures.add_argument("--camera", nargs="?", const="0", metavar="N", help=CAMERA.text(language))
    enrolling.set_defaults(command=enrol)

    withdrawing = add_parser(commands, "withdraw", language, WITHDRAW, about=WITHDRAW_ABOUT)
    withdrawing.add_argument("--code", required=True, help=EMPLOYEE_CODE.text(language))
    withdrawing.add_argument("--recorded-by", help=RECORDED_BY.text(language))
    withdrawing.add_argument(
        "--method", choices=_WITHDRAWAL_METHODS, default=ConsentMethod.SPOKEN.value, help=CONSENT_METHOD.text(language)
    )
    withdrawing.set_defaults(command=withdraw)


def enrol(settings: Settings, arguments: argparse.Namespace) -> int:
    """Enrol a person, with the operator's declaration of consent.

    Raises:
        ConsentMissing: If the operator does not confirm the consent.
        InvalidInput: If a field or a still is not acceptable.
        Conflict: If the database holds the demo, or the person seems to be enrolled already.
    """
    person = _read_person(arguments)
    with opened_context(settings) as context:
        refuse_mixture(read_population(context), is_demo=False)
        begun_on = begin_enrolment(context, person.employee_code)
        _require_consent(settings, person.full_name)
        stills = read_stills(arguments.photos) if arguments.photos else _capture(settings, arguments.camera)
        actor = get_operator(arguments.recorded_by)
        statement = EnrolmentStatement(
            consent_version=CONSENT_VERSION,
            recorded_by=actor.user_id or "",
            allow_similar=arguments.allow_similar,
            replace_face=arguments.replace,
        )
        result = enrol_person(
            context, person, begun_on, stills, statement, measure_stills, actor, ConsentMethod(arguments.method)
        )
    employee = result.employee
    print(
        ENROLLED.text(settings.lang).format(
            code=employee.employee_code,
            name=employee.full_name,
            stills=employee.face_samples,
            quality=employee.face_encoding_quality,
            version=CONSENT_VERSION,
            day=f"{employee.consent_date:%Y-%m-%d}",
        )
    )
    for note in [f"{still.name}: {still.message}" for still in result.stills if still.fault] + _hints(settings, result):
        print(note)
    return 0


def _capture(settings: Settings, camera: str) -> list[UploadedStill]:
    from stressvision.commands.still_capture import take_stills  # OpenCV: a fifth of the start of every command

    return take_stills(settings, camera)


def _hints(settings: Settings, result: EnrolmentResult) -> list[str]:
    hints = [result.warning] if result.warning else []
    if not result.relaxed_stills and settings.policy is not Policy.EU:
        hints.append(NO_RELAXED_STILL.text(settings.lang))
    return hints


def _read_person(arguments: argparse.Namespace) -> EmployeeNew:
    """Validate the person's fields with the rules of the backend.

    Raises:
        InvalidInput: With the option to correct.
    """
    require_valid_code(arguments.code)
    values = {_FIELDS[option]: getattr(arguments, option) for option in _FIELDS}
    try:
        return EmployeeNew.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        option = next(option for option, name in _FIELDS.items() if name == fault["loc"][0])
        raise InvalidInput(
            Message(
                es=f"--{option}: {describe_error(fault, 'es')}.",
                en=f"--{option}: {describe_error(fault, 'en')}.",
            ),
            field=option,
        ) from None


def withdraw(settings: Settings, arguments: argparse.Namespace) -> int:
    """Record the withdrawal of consent and erase the face embeddings."""
    method = ConsentMethod(arguments.method)
    with opened_context(settings) as context:
        employee = withdraw_consent(
            context, arguments.code, read_consent_text(settings).sha256, get_operator(arguments.recorded_by), method
        )
    print(WITHDRAWN.text(settings.lang).format(code=employee.employee_code, name=employee.full_name))
    return 0


def read_stills(folder: Path) -> list[UploadedStill]:
    """Read the encoded pictures of a folder, sorted by name; hidden files, as macOS adds them, are ignored.

    Raises:
        InvalidInput: If there are too few or too many, or one is not a readable file of an acceptable size.
    """
    try:
        if not folder.is_dir():
            raise InvalidInput(
                Message(es=f"No existe la carpeta {folder}.", en=f"Folder {folder} does not exist."), field="photos"
            )
        paths = sorted(
            path for path in folder.iterdir() if path.suffix.lower() in PICTURES and not path.name.startswith(".")
        )
    except OSError as error:
        raise _unreadable(_shown_name(folder), error) from error
    if not FEWEST_STILLS <= len(paths) <= MOST_STILLS:
        raise InvalidInput(
            Message(
                es=f"En {folder} hay {len(paths)} fotos (jpg o png): se necesitan de {FEWEST_STILLS} a {MOST_STILLS}.",
                en=f"{folder} holds {len(paths)} photos (jpg or png): {FEWEST_STILLS} to {MOST_STILLS} are required.",
            ),
            field="photos",
        )
    return [UploadedStill(_shown_name(path), _read_picture(path)) for path in paths]


def _shown_name(path: Path) -> str:
    """Return the name of a file on one line, without characters that control a terminal."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in path.name)


def _read_picture(path: Path) -> bytes:
    name = _shown_name(path)
    try:
        if not path.is_file():
            raise InvalidInput(Message(es=f"{name} no es un archivo.", en=f"{name} is not a file."), field="photos")
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput(
                Message(
                    es=f"{name} es demasiado grande: hasta {MOST_BYTES >> 20} MB por foto.",
                    en=f"{name} is too large: up to {MOST_BYTES >> 20} MB a photo.",
                ),
                field="photos",
            )
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"No se puede leer {name}: {error.strerror}.",
            en=f"{name} cannot be read: {error.strerror}.",
        ),
        field="photos",
    )


def _require_consent(settings: Settings, name: str) -> None:
    """Ask the operator at a terminal; elsewhere the command itself is the declaration, as its help states."""
    if not sys.stdin.isatty():
        return
    question = CONSENT_QUESTION.text(settings.lang).format(name=name, version=CONSENT_VERSION)
    if input(question).strip().lower() not in {"s", "si", "sí", "y", "yes"}:
        raise ConsentMissing(CONSENT_NOT_CONFIRMED)
