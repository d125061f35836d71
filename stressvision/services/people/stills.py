"""Enrolling from uploaded stills: what is stated, what was measured, and what of it is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stressvision.core.errors import Conflict, InvalidInput, Language, Message
from stressvision.db.queries import employees as rows
from stressvision.db.queries.employees import FaceSampleRow
from stressvision.domain.consent import CONSENT_VERSION
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import existing_employee
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
"""Below this a still of somebody else cannot be told from the others."""
MOST_STILLS = 10

Measure = Callable[[Sequence[bytes], Sequence[GalleryFace]], Measurement]
"""Encoded pictures, and the people enrolled already; raises ModelUnavailable."""

_USED = Message(es="sirve", en="used")
_FAULTS: dict[StillFault, Message] = {
    "unreadable": Message(
        es="no es una imagen que se pueda leer: envíe jpg o png.", en="is not a readable picture: send jpg or png."
    ),
    "no_face": Message(
        es="no se ve ninguna cara: use una foto de frente, con la cabeza entera.",
        en="no face can be seen: use a frontal photo with the whole head in it.",
    ),
    "several_faces": Message(
        es="se ve más de una cara: use una foto en la que esté sola la persona.",
        en="more than one face can be seen: use a photo of the person alone.",
    ),
    "too_small": Message(es="la cara es muy pequeña: acérquese.", en="the face is too small: come closer."),
    "blurred": Message(
        es="la cara está borrosa: no mueva la cámara y limpie el lente.",
        en="the face is blurred: hold the camera still and clean its lens.",
    ),
    "badly_lit": Message(
        es="la cara tiene poca luz, o demasiada: ponga la luz de frente.",
        en="the face has too little light, or too much: have the light in front.",
    ),
    "turned_away": Message(es="la cara está de lado: mire a la cámara.", en="the face is turned: look at the camera."),
    "somebody_else": Message(
        es="parece de otra persona que las demás fotos.", en="seems to show somebody else than the other stills."
    ),
}


@dataclass(frozen=True)
class UploadedStill:
    """`content`: the encoded picture, in memory only. `name`: what its faults are reported under."""

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
    """Enrols somebody from the stills that serve, of which there must be FEWEST_STILLS; replaces earlier samples.

    Raises NotFound, Conflict (inactive, a demonstration, already enrolled as somebody else), InvalidInput (the
    consent stated is not the one in force; too few stills serve: each fault named), ModelUnavailable.
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
    verdicts = [
        StillVerdict(
            name=still.name,
            quality=measured.quality,
            fault=measured.fault,
            message=(_FAULTS[measured.fault] if measured.fault else _USED).text(language),
        )
        for still, measured in zip(stills, measurement.stills, strict=True)
    ]
    return EnrolmentResult(employee=enrolled, stills=verdicts)


def _require_enrollable(context: Context, employee_id: int) -> Employee:
    with context.database.read() as connection:
        refuse_mixture(rows.count_population(connection), is_demo=False)
        row = existing_employee(connection, employee_id)
    if not row.is_active:
        raise Conflict(
            Message(
                es=f"El empleado {employee_id} no está activo: actívelo antes de inscribirlo.",
                en=f"Employee {employee_id} is not active: activate before enrolling.",
            )
        )
    return Employee.model_validate(row)


def _require_consent(statement: EnrolmentStatement) -> None:
    if statement.consent_version != CONSENT_VERSION:
        raise InvalidInput(
            Message(
                es=f"El consentimiento en vigor es la versión {CONSENT_VERSION}: la persona debe firmar ese texto "
                "(docs/consentimiento.md).",
                en=f"The consent in force is version {CONSENT_VERSION}: that is the text to be signed "
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
                en=f"{len(stills)} stills came: send {FEWEST_STILLS} to {MOST_STILLS}, each in a field “stills”.",
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
                en=f"{good} stills serve and {FEWEST_STILLS} are needed. Nothing was stored.",
            ),
            faults=faults,
        )


def _samples(measurement: Measurement) -> tuple[FaceSampleRow, ...]:
    return tuple(
        FaceSampleRow(tuple(still.embedding), still.quality or 0.0) for still in measurement.stills if still.embedding
    )


def _double(likeness: Likeness) -> Conflict:
    return Conflict(
        Message(
            es=f"Esta persona parece estar ya inscrita como {likeness.employee_code} "
            f"(distancia {likeness.distance:.2f}). Si es otra, repita con allow_similar=true.",
            en=f"This person seems to be enrolled already as {likeness.employee_code} "
            f"(distance {likeness.distance:.2f}). If it is somebody else, repeat with allow_similar=true.",
        ),
        field="allow_similar",
    )
