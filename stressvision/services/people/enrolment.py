"""Enrolment of employees with their consent, withdrawal of consent, and the demonstration's synthetic people."""

import re
from dataclasses import dataclass

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.people import employees as rows
from stressvision.db.queries.people import faces
from stressvision.db.queries.people.employees import Population
from stressvision.db.queries.people.faces import EnrolmentState, FaceSampleRow, mean_embedding
from stressvision.domain.consent import CONSENT_VERSION, ConsentMethod
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.wire.backend import Employee
from stressvision.wire.gallery import EMBEDDING_MODEL
from stressvision.wire.people import CODE_PATTERN

CODE_FORM = re.compile(CODE_PATTERN)


@dataclass(frozen=True)
class Enrolment:
    """Data of one enrolment.

    `consent_sha256`: hash of the signed consent text, version CONSENT_VERSION. `begun_on`: the state read before the
    stills were taken and measured; None where nothing can have changed meanwhile.
    """

    employee_code: str
    full_name: str
    department: str | None
    shift: str | None
    samples: tuple[FaceSampleRow, ...]
    consent_sha256: str
    is_demo: bool = False
    consent_method: ConsentMethod = ConsentMethod.PAPER
    begun_on: EnrolmentState | None = None


def require_valid_code(code: str) -> None:
    """Raise InvalidInput where the code does not have the form EMP001."""
    if not CODE_FORM.fullmatch(code):
        raise InvalidInput(
            Message(
                es=f"El código «{code}» no sirve: use letras mayúsculas y números, por ejemplo EMP001.",
                en=f"Code “{code}” is not valid: use capital letters and digits, for example EMP001.",
            ),
            field="code",
        )


def begin_enrolment(context: Context, code: str) -> EnrolmentState:
    """Return the state on which an enrolment rests while the stills are taken and measured.

    Raises:
        Conflict: The employee is not active.
    """
    with context.database.read() as connection:
        state = faces.select_enrolment_state(connection, code)
    require_active(code, is_active=state.is_active is not False)
    return state


def require_active(code: str, *, is_active: bool) -> None:
    """Raise Conflict where the employee with that code is not active."""
    if not is_active:
        raise Conflict(
            Message(
                es=f"El empleado {code} no está activo: actívelo antes de inscribirlo.",
                en=f"Employee {code} is not active: activate it before enrolment.",
            )
        )


def enrol_employee(context: Context, enrolment: Enrolment, actor: Actor) -> Employee:
    """Create and enrol an employee, or enrol an existing one again: samples are replaced, consent is recorded again.

    Raises:
        InvalidInput: The code does not have the form EMP001.
        Conflict: It would mix real and synthetic people in one database, or the person was erased, deactivated, changed
            or withdrew consent since the enrolment began.
    """
    require_valid_code(enrolment.employee_code)
    now = context.clock()
    quality = sum(sample.quality for sample in enrolment.samples) / len(enrolment.samples)
    code, name, department, shift = (
        enrolment.employee_code,
        enrolment.full_name,
        enrolment.department,
        enrolment.shift,
    )
    face = faces.FaceEnrolment(name, department, shift, mean_embedding(enrolment.samples), round(quality, 3), now)
    with context.database.write() as connection:
        refuse_mixture(rows.count_population(connection), is_demo=enrolment.is_demo)
        _require_unchanged(connection, enrolment)
        existing = rows.select_employee_by_code(connection, code)
        if existing is None:
            new = rows.NewEmployee(code, name, department, shift, now, is_demo=enrolment.is_demo)
            employee_id = rows.insert_employee(connection, new)
        else:
            employee_id = existing.id
        faces.store_enrolment(connection, employee_id, face)
        faces.replace_samples(connection, employee_id, EMBEDDING_MODEL, enrolment.samples)
        sha256, method = enrolment.consent_sha256, enrolment.consent_method
        _record_consent(connection, context, employee_id, sha256, actor, method, given=True)
        record(connection, context, actor, "enrol", "employee", employee_id, {"stills": len(enrolment.samples)})
        return Employee.model_validate(rows.select_employee(connection, employee_id))


def _require_unchanged(connection: Connection, enrolment: Enrolment) -> None:
    code = enrolment.employee_code
    if enrolment.begun_on is None or faces.select_enrolment_state(connection, code) == enrolment.begun_on:
        return
    raise Conflict(
        Message(
            es=f"Mientras se medían las fotos, los datos o el consentimiento de {code} cambiaron (baja, retiro, "
            "supresión u otra inscripción). No se guardó nada.",
            en=f"While the stills were measured, the data or the consent of {code} changed (deactivation, withdrawal, "
            "erasure or another enrolment). Nothing was stored.",
        )
    )


def get_employee_by_code(connection: Connection, code: str) -> rows.EmployeeRow:
    """Return the row of the employee with that code. Raises NotFound."""
    row = rows.select_employee_by_code(connection, code)
    if row is None:
        raise NotFound(Message(es=f"No existe el empleado {code}.", en=f"There is no employee {code}."))
    return row


def withdraw_consent(
    context: Context,
    code: str,
    consent_sha256: str,
    actor: Actor,
    method: ConsentMethod = ConsentMethod.SPOKEN,
) -> Employee:
    """Record that consent is withdrawn, and delete the face samples. Raises NotFound.

    From then on the person is not recognised, and detections of them are not stored.
    """
    with context.database.write() as connection:
        employee_id = get_employee_by_code(connection, code).id
        return store_withdrawal(connection, context, employee_id, consent_sha256, actor, method)


def store_withdrawal(
    connection: Connection,
    context: Context,
    employee_id: int,
    consent_sha256: str,
    actor: Actor,
    method: ConsentMethod,
) -> Employee:
    """Withdraw the consent of an existing employee. Called in the transaction that found the employee."""
    faces.clear_enrolment(connection, employee_id, context.clock())
    faces.replace_samples(connection, employee_id, EMBEDDING_MODEL, ())
    _record_consent(connection, context, employee_id, consent_sha256, actor, method, given=False)
    record(connection, context, actor, "withdraw_consent", "employee", employee_id)
    return Employee.model_validate(rows.select_employee(connection, employee_id))


def read_population(context: Context) -> Population:
    """Return the numbers of real and of synthetic employees."""
    with context.database.read() as connection:
        return rows.count_population(connection)


def remove_demo(context: Context) -> int:
    """Empty a database of the demonstration, and return the number of its synthetic people.

    Raises:
        Conflict: The database holds real employees.
    """
    with context.database.write() as connection:
        population = rows.count_population(connection)
        if population.real:
            raise Conflict(
                Message(
                    es="La base contiene empleados reales: no se borra nada.",
                    en="The database holds real employees: nothing is deleted.",
                )
            )
        rows.delete_everything(connection)
        return population.demo


def _record_consent(
    connection: Connection,
    context: Context,
    employee_id: int,
    sha256: str,
    actor: Actor,
    method: ConsentMethod,
    *,
    given: bool,
) -> None:
    rows.insert_consent(
        connection,
        rows.NewConsent(
            employee_id=employee_id,
            given=given,
            text_version=CONSENT_VERSION,
            text_sha256=sha256,
            recorded_by=actor.user_id,
            recorded_at=context.clock(),
            method=str(method),
        ),
    )


def refuse_mixture(population: Population, *, is_demo: bool) -> None:
    """Raise Conflict where an enrolment would mix real and synthetic people in one database."""
    if is_demo and population.real:
        raise Conflict(
            Message(
                es="La base contiene empleados reales y la demostración no escribe en ella. Use otro archivo, por "
                "ejemplo STRESSVISION_DATABASE_URL=sqlite:///demo.db, o entre en una carpeta vacía.",
                en="The database holds real employees and the demonstration does not write into it. Use another file, "
                "for example STRESSVISION_DATABASE_URL=sqlite:///demo.db, or change to an empty folder.",
            )
        )
    if not is_demo and population.demo:
        raise Conflict(
            Message(
                es="La base contiene las personas sintéticas de la demostración. Vacíela primero con "
                "«python -m stressvision demo --remove», o use otra base.",
                en="The database holds the demonstration's synthetic people. Empty it first with "
                "“python -m stressvision demo --remove”, or use another database.",
            )
        )
