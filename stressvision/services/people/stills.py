"""Enrolment from uploaded stills: check the statement and the measured faces, and store those that are usable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stressvision.core.errors import Conflict, InvalidInput, Language, Message
from stressvision.db.queries import employees as rows
from stressvision.db.queries.employees import FaceSampleRow
from stressvision.domain.consent import CONSENT_VERSION
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import get_employee
from stressvision.services.people.enrolment import (
    Enrolment,
    consent_text_sha256,
    enrol_employee,
    refuse_mixture,
)
from stressvision.services.people.gallery import read_gallery
from stressvision.wire.backend import Employee
from stressvision.wire.gallery import GalleryFace
from stressvision.wire.people import EnrolmentResult, EnrolmentStatement, StillFault, StillVerdict
from stressvision.wire.stills import Likeness, Measurement

FEWEST_STILLS = 3
"""With fewer stills, one of another person cannot be identified among them."""
MOST_STILLS = 10

Measure = Callable[[Sequence[bytes], Sequence[GalleryFace]], Measurement]
"""Function of the encoded pictures and the faces already enrolled. Raises ModelUnavailable."""

_USED = Message(es="sirve", en="used")
_FAULTS: dict[StillFault, Message] = {
    "unreadable": Message(
        es="no es una imagen que se pueda leer: envíe jpg o png.", en="is not a readable picture: send jpg or png."
    ),
    "no_face": Message(
        es="no se ve ninguna cara: use una foto de frente, con la cabeza entera.",
        en="no face is visible: use a frontal photo with the whole head in it.",
    ),
    "several_faces": Message(
        es="se ve más de una cara: use una foto en la que esté sola la persona.",
        en="more than one face is visible: use a photo of the person alone.",
    ),
    "too_small": Message(es="la cara es muy pequeña: acérquese.", en="the face is too small: come closer."),
    "blurred": Message(
        es="la cara está borrosa: no mueva la cámara y limpie el lente.",
        en="the face is blurred: hold the camera still and clean its lens.",
    ),
    "badly_lit": Message(
        es="la cara tiene poca luz, o demasiada: ponga la luz de frente.",
        en="the face has too little or too much light: place the light in front.",
    ),
    "turned_away": Message(es="la cara está de lado: mire a la cámara.", en="the face is turned: look at the camera."),
    "somebody_else": Message(
        es="parece de otra persona que las demás fotos.", en="seems to show a different person than the other stills."
    ),
}


@dataclass(frozen=True)
class UploadedStill:
    """An uploaded picture. `content`: the encoded bytes, kept in memory only. `name`: file name, for fault messages."""

    name: str
    content: bytes


def enrol_from_stills(
    context: Context,
    employee_id: int,
    stills: Sequence[UploadedStill],
    statement: EnrolmentStatement,
    measure: Measure,
    actor: Actor,
    language: Language,
) -> EnrolmentResult:
    """Enrol an employee from the usable stills, and return the verdict on each; replaces earlier samples.

    Args:
        context: Database, settings and clock.
        employee_id: An active employee.
        stills: FEWEST_STILLS to MOST_STILLS pictures, of which FEWEST_STILLS must be usable.
        statement: The consent text that was signed, and the name of the recording person.
        measure: Measures the faces in the pictures.
        actor: The caller, for the audit log.
        language: Language of the verdicts.

    Raises:
        NotFound: There is no such employee.
        Conflict: The employee is inactive, seems enrolled under another code, or the database is a demonstration.
        InvalidInput: The stated consent is not the one in force, or too few stills are usable; names each fault.
        ModelUnavailable: The models cannot be loaded.
    """
    employee = _require_enrollable(context, employee_id)
    _require_consent(statement)
    _require_number(stills)
    others = [face for face in read_gallery(context).faces if face.employee_id != employee_id]
    measurement = measure([still.content for still in stills], others)
    _require_samples(stills, measurement)
    if measurement.double is not None and not statement.allow_similar:
        raise _double(measurement.double)
    enrolment = Enrolment(
        employee_code=employee.employee_code,
        full_name=employee.full_name,
        department=employee.department,
        shift=employee.shift,
        samples=_samples(measurement),
        consent_sha256=consent_text_sha256(),
    )
    recorder = replace(actor, user_id=actor.user_id or statement.recorded_by)
    enrolled = enrol_employee(context, enrolment, recorder)
    return EnrolmentResult(employee=enrolled, stills=_verdicts(stills, measurement, language))


def _verdicts(stills: Sequence[UploadedStill], measurement: Measurement, language: Language) -> list[StillVerdict]:
    return [
        StillVerdict(
            name=still.name,
            quality=measured.quality,
            fault=measured.fault,
            message=(_FAULTS[measured.fault] if measured.fault else _USED).text(language),
        )
        for still, measured in zip(stills, measurement.stills, strict=True)
    ]


def _require_enrollable(context: Context, employee_id: int) -> Employee:
    with context.database.read() as connection:
        refuse_mixture(rows.count_population(connection), is_demo=False)
        row = get_employee(connection, employee_id)
    if not row.is_active:
        raise Conflict(
            Message(
                es=f"El empleado {employee_id} no está activo: actívelo antes de inscribirlo.",
                en=f"Employee {employee_id} is not active: activate it before enrolment.",
            )
        )
    return Employee.model_validate(row)


def _require_consent(statement: EnrolmentStatement) -> None:
    if statement.consent_version != CONSENT_VERSION:
        raise InvalidInput(
            Message(
                es=f"El consentimiento en vigor es la versión {CONSENT_VERSION}: la persona debe firmar ese texto "
                "(docs/consentimiento.md).",
                en=f"The consent in force is version {CONSENT_VERSION}: the person must sign that text "
                "(docs/consentimiento.md).",
            ),
            field="consent_version",
        )
    in_force = consent_text_sha256()
    if statement.consent_sha256 not in {None, in_force}:
        raise InvalidInput(
            Message(
                es=f"No es el SHA-256 del texto en vigor, que es {in_force}.",
                en=f"This is not the SHA-256 of the text in force, which is {in_force}.",
            ),
            field="consent_sha256",
        )


def _require_number(stills: Sequence[UploadedStill]) -> None:
    if not FEWEST_STILLS <= len(stills) <= MOST_STILLS:
        raise InvalidInput(
            Message(
                es=f"Llegaron {len(stills)} fotos: envíe de {FEWEST_STILLS} a {MOST_STILLS}, cada una en un campo "
                "«stills».",
                en=f"{len(stills)} stills were received: send {FEWEST_STILLS} to {MOST_STILLS}, each in a field "
                "“stills”.",
            ),
            field="stills",
        )


def _require_samples(stills: Sequence[UploadedStill], measurement: Measurement) -> None:
    faults = {
        still.name: _FAULTS[measured.fault]
        for still, measured in zip(stills, measurement.stills, strict=True)
        if measured.fault
    }
    good = len(stills) - sum(measured.fault is not None for measured in measurement.stills)
    if good < FEWEST_STILLS:
        raise InvalidInput(
            Message(
                es=f"Sirven {good} fotos y hacen falta {FEWEST_STILLS}. No se guardó nada.",
                en=f"{good} stills are usable and {FEWEST_STILLS} are needed. Nothing was stored.",
            ),
            faults=faults,
        )


def _samples(measurement: Measurement) -> tuple[FaceSampleRow, ...]:
    return tuple(
        FaceSampleRow(tuple(still.embedding), still.quality or 0.0, still.expression)
        for still in measurement.stills
        if still.embedding
    )


def _double(likeness: Likeness) -> Conflict:
    return Conflict(
        Message(
            es=f"Esta persona parece estar ya inscrita como {likeness.employee_code} "
            f"(distancia {likeness.distance:.2f}). Si es otra, repita con allow_similar=true.",
            en=f"This person seems to be enrolled already as {likeness.employee_code} "
            f"(distance {likeness.distance:.2f}). If it is another person, repeat with allow_similar=true.",
        ),
        field="allow_similar",
    )
