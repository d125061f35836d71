"""Enrolment from stills, uploaded or read by a command: check statement and faces, store the usable ones."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from stressvision.core.config import Policy, Settings
from stressvision.core.errors import Conflict, InvalidInput, Language, Message
from stressvision.db.queries.people import employees as rows
from stressvision.db.queries.people import faces
from stressvision.db.queries.people.employees import EmployeeRow
from stressvision.db.queries.people.faces import EnrolmentState, FaceSampleRow
from stressvision.domain.consent import CONSENT_VERSION, ConsentMethod
from stressvision.services.context import Actor, Context
from stressvision.services.people.consent_text import read_consent_text
from stressvision.services.people.employees import get_employee
from stressvision.services.people.enrolment import Enrolment, enrol_employee, refuse_mixture, require_active
from stressvision.services.people.gallery import read_gallery
from stressvision.services.people.still_verdicts import (
    FEWEST_STILLS,
    SIMILAR,
    UploadedStill,
    build_double_conflict,
    require_number,
    require_same_face,
    require_samples,
    to_verdicts,
)
from stressvision.wire.gallery import GalleryFace
from stressvision.wire.people import EmployeeNew, EnrolmentResult, EnrolmentStatement, StillsJudged
from stressvision.wire.stills import Measurement

Measure = Callable[[Sequence[bytes], Sequence[Sequence[float]], Sequence[GalleryFace]], Measurement]
"""Function of the encoded pictures, the person's enrolled embeddings and the other faces. Raises ModelUnavailable."""


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
        Conflict: The employee is inactive, has another face, seems enrolled under another code, or the database is a
            demonstration.
        InvalidInput: The stated consent is not the one in force, or too few stills are usable; names each fault.
        ModelUnavailable: The models cannot be loaded.
    """
    with context.database.read() as connection:
        row = get_employee(connection, employee_id)
        begun_on = faces.select_enrolment_state(connection, row.employee_code)
    measurement = _check(context, row, stills, statement, measure)
    person = EmployeeNew(
        employee_code=row.employee_code, full_name=row.full_name, department=row.department, shift=row.shift
    )
    method = ConsentMethod(statement.consent_method)
    return _store(context, person, begun_on, stills, statement, measurement, actor, language, method)


def judge_pictures(stills: Sequence[UploadedStill], measure: Measure, language: Language) -> StillsJudged:
    """Return the verdict on each picture and store nothing, so that a person may repeat one before the enrolment.

    Raises:
        InvalidInput: There is no picture, or there are more than MOST_STILLS.
        ModelUnavailable: The models cannot be loaded.
    """
    require_number(stills, 1)
    measurement = measure([still.content for still in stills], [], [])
    usable = sum(measured.fault is None for measured in measurement.stills)
    return StillsJudged(stills=to_verdicts(stills, measurement, language), enough=usable >= FEWEST_STILLS)


def enrol_person(
    context: Context,
    person: EmployeeNew,
    begun_on: EnrolmentState,
    stills: Sequence[UploadedStill],
    statement: EnrolmentStatement,
    measure: Measure,
    actor: Actor,
    method: ConsentMethod,
) -> EnrolmentResult:
    """Create and enrol a person, or enrol a known one again, in one step; every still must be usable or a copy.

    `begun_on`: the state read by begin_enrolment before the stills were taken.

    Raises:
        Conflict: As enrol_from_stills; also if the code belongs to another name and `replace_face` is not stated.
        InvalidInput: As enrol_from_stills; also if any still is faulty.
        ModelUnavailable: The models cannot be loaded.
    """
    with context.database.read() as connection:
        row = rows.select_employee_by_code(connection, person.employee_code)
    if row is not None and not statement.replace_face:
        _require_same_name(row, person)
    measurement = _check(context, row, stills, statement, measure, strict=True)
    return _store(context, person, begun_on, stills, statement, measurement, actor, context.settings.lang, method)


def _check(
    context: Context,
    row: EmployeeRow | None,
    stills: Sequence[UploadedStill],
    statement: EnrolmentStatement,
    measure: Measure,
    *,
    strict: bool = False,
) -> Measurement:
    """Measure the stills and compare them with the enrolled faces: the one judge of both entrances."""
    if row is not None:
        require_active(row.employee_code, is_active=row.is_active)
    with context.database.read() as connection:
        refuse_mixture(rows.count_population(connection), is_demo=False)
    _require_consent(context.settings, statement)
    require_number(stills, FEWEST_STILLS)
    faces = read_gallery(context).faces
    own = [numbers for face in faces if row and face.employee_id == row.id for numbers in face.embeddings]
    others = [face for face in faces if row is None or face.employee_id != row.id]
    measurement = measure([still.content for still in stills], own, others)
    require_samples(stills, measurement, strict=strict)
    if row is not None and not statement.replace_face:
        require_same_face(row, measurement)
    if measurement.double is not None and not statement.allow_similar:
        raise build_double_conflict(measurement.double)
    return measurement


def _store(
    context: Context,
    person: EmployeeNew,
    begun_on: EnrolmentState,
    stills: Sequence[UploadedStill],
    statement: EnrolmentStatement,
    measurement: Measurement,
    actor: Actor,
    language: Language,
    method: ConsentMethod = ConsentMethod.PAPER,
) -> EnrolmentResult:
    enrolment = Enrolment(
        **person.model_dump(),
        samples=_samples(measurement, context.settings.policy),
        consent_sha256=read_consent_text(context.settings).sha256,
        consent_method=method,
        begun_on=begun_on,
    )
    recorder = replace(actor, user_id=actor.user_id or statement.recorded_by)
    enrolled = enrol_employee(context, enrolment, recorder)
    similar = measurement.double
    warning = SIMILAR.text(language).format(code=similar.employee_code) if similar else None
    return EnrolmentResult(
        employee=enrolled,
        stills=to_verdicts(stills, measurement, language),
        relaxed_stills=sum(sample.expression is not None for sample in enrolment.samples),
        warning=warning,
    )


def _require_same_name(row: EmployeeRow, person: EmployeeNew) -> None:
    known = row.full_name or ""
    if unicodedata.normalize("NFC", known).casefold() != unicodedata.normalize("NFC", person.full_name).casefold():
        raise Conflict(
            Message(
                es=f"El código {row.employee_code} es de {known}. Si el código pasa a otra persona, o el nombre "
                "cambió, repita con --replace: su historial queda bajo el nombre nuevo.",
                en=f"Code {row.employee_code} belongs to {known}. If the code passes to another person, or the name "
                "changed, repeat with --replace: the history stays under the new name.",
            ),
            field="employee_code",
        )


def _require_consent(settings: Settings, statement: EnrolmentStatement) -> None:
    if statement.consent_version != CONSENT_VERSION:
        raise InvalidInput(
            Message(
                es=f"El consentimiento en vigor es la versión {CONSENT_VERSION}: la persona debe firmar ese texto "
                "(python -m stressvision consent).",
                en=f"The consent in force is version {CONSENT_VERSION}: the person must sign that text "
                "(python -m stressvision consent).",
            ),
            field="consent_version",
        )
    in_force = read_consent_text(settings).sha256
    if statement.consent_sha256 not in {None, in_force}:
        raise InvalidInput(
            Message(
                es=f"No es el SHA-256 del texto en vigor, que es {in_force}.",
                en=f"This is not the SHA-256 of the text in force, which is {in_force}.",
            ),
            field="consent_sha256",
        )


def _samples(measurement: Measurement, policy: Policy) -> tuple[FaceSampleRow, ...]:
    """Return the rows of the usable stills; no expression is kept where the policy forbids inferring it."""
    return tuple(
        FaceSampleRow(tuple(still.embedding), still.quality or 0.0, None if policy is Policy.EU else still.expression)
        for still in measurement.stills
        if still.embedding
    )
