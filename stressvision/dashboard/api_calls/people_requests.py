"""Requests of the enrolment page: create, judge, enrol, correct, withdraw and erase."""

from collections.abc import Sequence

from stressvision.dashboard.client import BackendClient
from stressvision.wire.backend import Employee
from stressvision.wire.people import (
    ConsentText,
    EmployeeChange,
    EmployeeNew,
    EnrolmentResult,
    EnrolmentStatement,
    StillsJudged,
    WithdrawalRequest,
)
from stressvision.wire.rights import ErasureCertificate

MEASURING_SECONDS = 90.0
ERASING_SECONDS = 900.0

Still = tuple[str, bytes]
"""Name and encoded content of one picture."""


def read_consent(backend: BackendClient) -> ConsentText:
    """Return the consent text in force."""
    return backend.call(ConsentText, "GET", "/api/enrolment/consent")


def judge(backend: BackendClient, stills: Sequence[Still]) -> StillsJudged:
    """Return the verdict on each picture; nothing is stored."""
    return backend.patiently(MEASURING_SECONDS).upload(StillsJudged, "/api/enrolment/stills", stills, {})


def create(backend: BackendClient, new: EmployeeNew, user_id: str) -> Employee:
    """Create an employee. Raise Conflict where the code is taken."""
    return backend.call(Employee, "POST", "/api/employees", new, user_id=user_id)


def enrol(
    backend: BackendClient, employee_id: int, stills: Sequence[Still], statement: EnrolmentStatement
) -> EnrolmentResult:
    """Enrol an employee. Raise Conflict with the field `allow_similar` or `replace_face`, InvalidInput."""
    fields = {name: str(value) for name, value in statement.model_dump(mode="json", exclude_none=True).items()}
    path = f"/api/employees/{employee_id}/enrolment"
    return backend.patiently(MEASURING_SECONDS).upload(EnrolmentResult, path, stills, fields)


def correct(backend: BackendClient, employee_id: int, change: EmployeeChange, user_id: str) -> Employee:
    """Change an employee's record."""
    return backend.call(Employee, "PATCH", f"/api/employees/{employee_id}", change, user_id=user_id)


def set_active(backend: BackendClient, employee_id: int, user_id: str, *, active: bool) -> Employee:
    """Activate or deactivate an employee."""
    action = "activate" if active else "deactivate"
    return backend.call(Employee, "POST", f"/api/employees/{employee_id}/{action}", user_id=user_id)


def withdraw(backend: BackendClient, employee_id: int, user_id: str) -> Employee:
    """Record the withdrawal of consent."""
    request = WithdrawalRequest(method="spoken")
    return backend.call(Employee, "POST", f"/api/employees/{employee_id}/withdraw", request, user_id=user_id)


def erase(backend: BackendClient, employee_id: int, user_id: str) -> ErasureCertificate:
    """Erase all data of a person, and return the certificate."""
    patient = backend.patiently(ERASING_SECONDS)
    return patient.call(ErasureCertificate, "DELETE", f"/api/employees/{employee_id}/data", user_id=user_id)
