"""`python -m stressvision enrol` and `withdraw`: a person's face and consent, from photos or the camera."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from pydantic import ValidationError

from stressvision.commands.arguments import Commands, Say, operator
from stressvision.commands.stills import take_stills
from stressvision.commands.texts import TEXTS
from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, ConsentMissing, InvalidInput, Message
from stressvision.core.validation import describe_error
from stressvision.db.queries.employees import FaceSampleRow
from stressvision.domain.consent import CONSENT_VERSION, ConsentMethod
from stressvision.services.context import Context, opened_context
from stressvision.services.people.enrolment import (
    Enrolment,
    consent_text_sha256,
    enrol_employee,
    read_population,
    refuse_mixture,
    require_valid_code,
    withdraw_consent,
)
from stressvision.services.people.gallery import read_gallery
from stressvision.services.people.stills import FEWEST_STILLS
from stressvision.vision import enrolment as vision
from stressvision.vision.gallery import EnrolledFace, FaceGallery
from stressvision.wire.people import EmployeeNew

PICTURES = {".jpg", ".jpeg", ".png"}

_FIELDS = {"code": "employee_code", "name": "full_name", "department": "department", "shift": "shift"}
"""Under what name the backend knows what an option of `enrol` says."""

_HOW_GIVEN = (ConsentMethod.PAPER.value, ConsentMethod.ELECTRONIC.value)
_HOW_WITHDRAWN = (*_HOW_GIVEN, ConsentMethod.SPOKEN.value)


def add_commands(commands: Commands, say: Say) -> None:
    enrolling = commands.add_parser("enrol", help=say("enrol"), description=say("enrol_about"))
    enrolling.add_argument("--code", required=True, help=say("code"))
    enrolling.add_argument("--name", required=True, help=say("name"))
    enrolling.add_argument("--department", help=say("department"))
    enrolling.add_argument("--shift", help=say("shift"))
    enrolling.add_argument("--recorded-by", help=say("recorded_by"))
    enrolling.add_argument(
        "--method", choices=_HOW_GIVEN, default=ConsentMethod.PAPER.value, help=say("consent_method")
    )
    enrolling.add_argument("--allow-similar", action="store_true", help=say("allow_similar"))
    pictures = enrolling.add_mutually_exclusive_group(required=True)
    pictures.add_argument("--photos", type=Path, metavar="DIR", help=say("photos"))
    pictures.add_argument("--camera", nargs="?", const="0", metavar="N", help=say("camera"))
    enrolling.set_defaults(command=enrol)

    withdrawing = commands.add_parser("withdraw", help=say("withdraw"), description=say("withdraw_about"))
    withdrawing.add_argument("--code", required=True, help=say("code"))
    withdrawing.add_argument("--recorded-by", help=say("recorded_by"))
    withdrawing.add_argument(
        "--method", choices=_HOW_WITHDRAWN, default=ConsentMethod.SPOKEN.value, help=say("consent_method")
    )
    withdrawing.set_defaults(command=withdraw)


def enrol(settings: Settings, arguments: argparse.Namespace) -> int:
    person = _read_person(arguments)
    with opened_context(settings) as context:
        refuse_mixture(read_population(context), is_demo=False)
        _require_consent(settings, person.full_name)
        stills = read_stills(arguments.photos) if arguments.photos else take_stills(settings, arguments.camera)
        samples = vision.measure_stills(stills)
        _refuse_outliers(samples)
        if not arguments.allow_similar:
            _refuse_double(context, person.employee_code, samples)
        enrolment = Enrolment(
            employee_code=person.employee_code,
            full_name=person.full_name,
            department=person.department,
            shift=person.shift,
            samples=stored_samples(samples),
            consent_sha256=consent_text_sha256(),
            consent_method=ConsentMethod(arguments.method),
        )
        employee = enrol_employee(context, enrolment, operator(arguments.recorded_by))
    print(
        TEXTS["enrolled"]
        .text(settings.lang)
        .format(
            code=employee.employee_code,
            name=employee.full_name,
            stills=employee.face_samples,
            quality=employee.face_encoding_quality,
            version=CONSENT_VERSION,
            day=f"{employee.consent_date:%Y-%m-%d}",
        )
    )
    return 0


def _read_person(arguments: argparse.Namespace) -> EmployeeNew:
    """What was typed about the person, by the rules that the backend has for it. Raises InvalidInput."""
    require_valid_code(arguments.code)
    typed = {_FIELDS[option]: getattr(arguments, option) for option in _FIELDS}
    try:
        return EmployeeNew.model_validate(typed)
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
    method = ConsentMethod(arguments.method)
    with opened_context(settings) as context:
        employee = withdraw_consent(
            context, arguments.code, consent_text_sha256(), operator(arguments.recorded_by), method
        )
    print(TEXTS["withdrawn"].text(settings.lang).format(code=employee.employee_code, name=employee.full_name))
    return 0


def read_stills(folder: Path) -> list[vision.Still]:
    """The pictures of a folder, by name. Raises InvalidInput where there are too few or one cannot be read."""
    if not folder.is_dir():
        raise InvalidInput(
            Message(es=f"No existe la carpeta {folder}.", en=f"There is no folder {folder}."), field="photos"
        )
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    if len(paths) < FEWEST_STILLS:
        raise InvalidInput(
            Message(
                es=f"En {folder} hay {len(paths)} fotos (jpg o png): se necesitan al menos {FEWEST_STILLS}.",
                en=f"{folder} holds {len(paths)} photos (jpg or png): at least {FEWEST_STILLS} are needed.",
            ),
            field="photos",
        )
    return [vision.Still(path.name, _read_picture(path)) for path in paths]


def _read_picture(path: Path) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise InvalidInput(
            Message(
                es=f"{path.name} no es una imagen que se pueda leer.", en=f"{path.name} is not a readable picture."
            ),
            field=path.name,
        )
    return picture


def stored_samples(samples: Sequence[vision.FaceSample]) -> tuple[FaceSampleRow, ...]:
    return tuple(FaceSampleRow(tuple(float(x) for x in sample.embedding), float(sample.quality)) for sample in samples)


def _require_consent(settings: Settings, name: str) -> None:
    """At a terminal the operator is asked; elsewhere the command itself is the statement (its help says so)."""
    if not sys.stdin.isatty():
        return
    question = TEXTS["confirm"].text(settings.lang).format(name=name, version=CONSENT_VERSION)
    if input(question).strip().lower() not in {"s", "si", "sí", "y", "yes"}:
        raise ConsentMissing(TEXTS["no_consent"])


def _refuse_outliers(samples: Sequence[vision.FaceSample]) -> None:
    strange = [sample.name for sample in samples if sample.outlier]
    if strange:
        names = ", ".join(strange)
        raise InvalidInput(
            Message(
                es=f"Estas fotos parecen de otra persona: {names}. Quítelas o cámbielas y repita.",
                en=f"These stills seem to show somebody else: {names}. Remove or replace them and try again.",
            ),
            field="photos",
        )


def _refuse_double(context: Context, code: str, samples: Sequence[vision.FaceSample]) -> None:
    others = [
        EnrolledFace(face.employee_id, face.employee_code, np.array(face.embeddings, dtype=np.float64))
        for face in read_gallery(context).faces
        if face.employee_code != code
    ]
    settings = context.settings
    double = vision.find_double(
        samples, FaceGallery(others, settings.recognition_threshold, settings.recognition_margin)
    )
    if double is not None:
        raise Conflict(
            Message(
                es=f"Esta persona parece estar ya inscrita como {double.employee_code} "
                f"(distancia {double.distance:.2f}). Si es otra, repita con --allow-similar.",
                en=f"This person seems to be enrolled already as {double.employee_code} "
                f"(distance {double.distance:.2f}). If it is somebody else, repeat with --allow-similar.",
            ),
            field="code",
        )
