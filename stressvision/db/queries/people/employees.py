"""Employees, their face samples and their consents."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Integer,
    Select,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.prepared import BoundQuery, PreparedQuery, PreparedStatement, read_count
from stressvision.db.engine.row_reader import ReadRow, RowReader, Within, row_fields
from stressvision.db.engine.snapshot_reads import SnapshotRead
from stressvision.db.schema.tables import consents, employees, face_samples, metadata
from stressvision.domain.consent import EmployeeStatus, EnrolmentStatus

_KEPT_TABLES = frozenset({"access_tokens", "accounts", "audit_log", "login_failures", "releases"})


@dataclass(frozen=True)
class EmployeeRow(ReadRow):
    """An employee without the embedding. `face_samples`: their number. `consent_version`: of the last consent given."""

    id: int
    employee_code: str
    full_name: str
    department: str | None
    shift: str | None
    face_encoding_quality: Annotated[float | None, Within(0, 1)]
    enrollment_date: datetime | None
    consent_given: bool
    consent_date: datetime | None
    is_active: bool
    last_seen: datetime | None
    created_at: datetime
    updated_at: datetime
    is_demo: bool
    face_samples: int
    enrolment_status: str
    consent_version: str | None


_read_employee = RowReader(EmployeeRow)


@dataclass(frozen=True)
class NewEmployee:
    """An employee without enrolment or consent."""

    employee_code: str
    full_name: str
    department: str | None
    shift: str | None
    created_at: datetime
    is_demo: bool = False


@dataclass(frozen=True)
class EmployeeDetails:
    """The columns of an employee that users edit."""

    full_name: str
    department: str | None
    shift: str | None
    is_active: bool


@dataclass(frozen=True)
class NewConsent:
    """A consent given or withdrawn, to one version of the text."""

    employee_id: int
    given: bool
    text_version: str
    text_sha256: str
    recorded_by: str | None
    recorded_at: datetime
    method: str


@dataclass(frozen=True)
class Population:
    """Numbers of real employees and of the demonstration's employees."""

    real: int
    demo: int


_sample_count: Any = (
    select(func.count()).where(face_samples.c.employee_id == employees.c.id).correlate(employees).scalar_subquery()
)
_consent_version: Any = (
    select(consents.c.text_version)
    .where(consents.c.employee_id == employees.c.id, consents.c.given)
    .order_by(consents.c.id.desc())
    .limit(1)
    .correlate(employees)
    .scalar_subquery()
)
_EMPLOYEE: Select[Any] = select(
    *columns_for(
        EmployeeRow,
        employees,
        face_samples=_sample_count,
        enrolment_status=case((_sample_count > 0, "enrolled"), else_="needs_enrolment"),
        consent_version=_consent_version,
    )
)


_STORED = PreparedQuery(
    select(*(employees.c[name] for name in row_fields(EmployeeRow) if name in employees.c)).order_by(employees.c.id)
)
_STORED_CONSENTS = PreparedQuery(select(func.count(), func.max(consents.c.id)))
_STORED_SAMPLES = PreparedQuery(select(func.count(), func.max(face_samples.c.id), func.sum(face_samples.c.employee_id)))


def fingerprint_employees() -> SnapshotRead[int]:
    """Return a value that changes with every employee's row, and when a consent or a face sample is added or deleted.

    A stored consent or sample that another program changes leaves it as it is.
    """
    queries = tuple(query.bind(_to_tuples) for query in (_STORED, _STORED_CONSENTS, _STORED_SAMPLES))
    return SnapshotRead(queries, lambda answers: hash(tuple(answers[query] for query in queries)))


def _to_tuples(rows: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, rows))


@dataclass(frozen=True)
class PeopleFilter:
    """Which employees a list has; the defaults exclude none. `matching`: the employees that a search found."""

    ids: Collection[int] = ()
    code: str | None = None
    department: str | None = None
    shift: str | None = None
    status: EmployeeStatus | None = None
    search: str = ""
    matching: Collection[int] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on employees."""
        found = [
            column == value
            for column, value in (
                (employees.c.employee_code, self.code),
                (employees.c.department, self.department),
                (employees.c.shift, self.shift),
            )
            if value is not None
        ]
        if self.ids:
            found.append(employees.c.id.in_(self.ids))
        if self.status is EmployeeStatus.INACTIVE:
            found.append(not_(employees.c.is_active))
        elif self.status is not None:
            is_enrolled = _sample_count > 0
            wanted = is_enrolled if self.status is EmployeeStatus.ENROLLED else not_(is_enrolled)
            found += [employees.c.is_active, wanted]
        if self.matching is not None:
            found.append(employees.c.id.in_(self.matching))
        return found


def select_employees(
    connection: Connection, wanted: PeopleFilter, limit: int, after: str | None = None, *, skip: int = 0
) -> list[EmployeeRow]:
    """Return employees by code. `after`: code of the previous page's last employee; `skip`: employees before it."""
    query = _EMPLOYEE.where(*wanted.conditions()).order_by(employees.c.employee_code).limit(limit).offset(skip)
    if after is not None:
        query = query.where(employees.c.employee_code > after)
    return _read_employee.many(connection.execute(query))


def count_employees(connection: Connection, wanted: PeopleFilter) -> int:
    """Return the number of employees that match."""
    query = select(func.count()).select_from(employees).where(*wanted.conditions())
    return connection.execute(query).scalar_one()


def select_employee(connection: Connection, employee_id: int) -> EmployeeRow | None:
    """Return the employee, or None."""
    row = connection.execute(_EMPLOYEE.where(employees.c.id == employee_id)).one_or_none()
    return _read_employee.one(row)


def select_employee_by_code(connection: Connection, code: str) -> EmployeeRow | None:
    """Return the employee with this code, or None."""
    row = connection.execute(_EMPLOYEE.where(employees.c.employee_code == code)).one_or_none()
    return _read_employee.one(row)


def select_areas_and_shifts(connection: Connection, *, only_active: bool = True) -> tuple[list[str], list[str]]:
    """Return the departments and the shifts of employees, sorted."""

    def select_names(column: Any) -> list[str]:
        query = select(column).where(func.coalesce(column, "") != "").distinct()
        if only_active:
            query = query.where(employees.c.is_active)
        return sorted(name for name in connection.execute(query).scalars() if isinstance(name, str))

    return select_names(employees.c.department), select_names(employees.c.shift)


def select_standings(connection: Connection, ids: Iterable[int]) -> dict[int, EnrolmentStatus]:
    """Return the consent and activity of the employees that exist, by id."""
    query = select(employees.c.id, employees.c.consent_given, employees.c.is_active).where(employees.c.id.in_(ids))
    return {row.id: EnrolmentStatus(row.consent_given, row.is_active) for row in connection.execute(query)}


_RECOGNISABLE = PreparedStatement(
    select(func.count()).where(
        employees.c.id.in_(select(func.json_each(bindparam("ids")).table_valued("value"))),
        employees.c.consent_given,
        employees.c.is_active,
    )
)


_RECOGNISABLE_ON_POSTGRESQL = select(func.count()).where(
    employees.c.id == any_(bindparam("ids", type_=ARRAY(Integer))), employees.c.consent_given, employees.c.is_active
)


def count_recognisable(connection: Connection, ids: Collection[int]) -> int:
    """Return how many of these employees may be recognised; domain/consent.may_be_recognised states the same rule."""
    if connection.dialect.name == "sqlite":
        return _RECOGNISABLE.fetch_scalar(connection, {"ids": to_json(list(ids)).decode()}) or 0
    return int(connection.execute(_RECOGNISABLE_ON_POSTGRESQL, {"ids": list(ids)}).scalar_one())


def count_enrolled(connection: Connection) -> int:
    """Return the number of active employees whose face is enrolled with consent."""
    enrolled = (employees.c.is_active, employees.c.consent_given, employees.c.enrollment_date.is_not(None))
    return connection.execute(select(func.count()).select_from(employees).where(*enrolled)).scalar_one()


def count_population(connection: Connection) -> Population:
    """Return how many employees are real and how many belong to the demonstration."""
    rows = connection.execute(select(employees.c.is_demo, func.count()).group_by(employees.c.is_demo))
    counts = {is_demo: count for is_demo, count in rows}
    return Population(real=counts.get(False, 0), demo=counts.get(True, 0))


_MONITORED = PreparedQuery(
    select(func.count()).select_from(employees).where(employees.c.is_active, employees.c.consent_given)
)


def count_monitored() -> BoundQuery[int]:
    """Count the active employees with a valid consent."""
    return _MONITORED.bind(read_count)


def select_names(connection: Connection) -> list[tuple[int, str, str]]:
    """Return id, name and code of every employee."""
    query = select(employees.c.id, employees.c.full_name, employees.c.employee_code)
    return [(row.id, row.full_name, row.employee_code) for row in connection.execute(query)]


def insert_employee(connection: Connection, employee: NewEmployee) -> int:
    """Store an employee and return the id."""
    query = insert(employees).values(**vars(employee), updated_at=employee.created_at)
    return int(connection.execute(query.returning(employees.c.id)).scalar_one())


def update_details(connection: Connection, employee_id: int, details: EmployeeDetails, at: datetime) -> None:
    """Replace the details of an employee."""
    query = update(employees).where(employees.c.id == employee_id)
    connection.execute(query.values(**vars(details), updated_at=at))


def block_employee(connection: Connection, employee_id: int) -> None:
    """End recognition and storage of an employee, as the first step of an erasure."""
    query = update(employees).where(employees.c.id == employee_id)
    connection.execute(query.values(consent_given=False, is_active=False))


_TOUCH = (
    update(employees)
    .where(
        employees.c.id == bindparam("touched_id"),
        or_(
            employees.c.last_seen < bindparam("seen"),
            employees.c.last_seen > bindparam("latest", type_=employees.c.last_seen.type),
            employees.c.last_seen.is_(None),
        ),
    )
    .values(last_seen=bindparam("seen"))
)


def touch_employee(connection: Connection, employee_id: int, seen: datetime, latest: datetime) -> None:
    """Move `last_seen` forward; an earlier time changes nothing, because detections may arrive late.

    A stored time after `latest` was stored under a wrong clock, and is replaced.
    """
    connection.execute(_TOUCH, {"touched_id": employee_id, "seen": seen, "latest": latest})


def touch_employees(connection: Connection, seen: Mapping[int, datetime], latest: datetime) -> None:
    """As touch_employee, for the times of several employees."""
    if seen:
        connection.execute(_TOUCH, [{"touched_id": id_, "seen": at, "latest": latest} for id_, at in seen.items()])


def insert_consent(connection: Connection, consent: NewConsent) -> None:
    """Store a consent or a withdrawal."""
    connection.execute(insert(consents).values(vars(consent)))


def delete_everything(connection: Connection) -> None:
    """Delete every row of every table except accounts, tokens, failed logins and the audit log."""
    for table in reversed(metadata.sorted_tables):
        if table.name not in _KEPT_TABLES:
            connection.execute(delete(table))
