"""Queries on employees, their face samples and their consents."""

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, delete, func, insert, or_, select, update

from stressvision.db.schema.tables import consents, employees, face_samples, metadata
from stressvision.domain.consent import EnrolmentStatus

_sample_count = (
    select(func.count()).where(face_samples.c.employee_id == employees.c.id).correlate(employees).scalar_subquery()
)
_consent_version = (
    select(consents.c.text_version)
    .where(consents.c.employee_id == employees.c.id, consents.c.given)
    .order_by(consents.c.id.desc())
    .limit(1)
    .correlate(employees)
    .scalar_subquery()
)


@dataclass(frozen=True)
class FaceSampleRow:
    """One still's embedding (128 numbers) and its quality from 0 to 1."""

    embedding: tuple[float, ...]
    quality: float


@dataclass(frozen=True)
class EnrolledFaceRow:
    employee_id: int
    employee_code: str
    embeddings: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Population:
    """How many employees are real, and how many belong to the demonstration."""

    real: int
    demo: int


def _selection() -> Select[Any]:
    return select(
        *(column for column in employees.c if column.name != "face_embedding"),
        _sample_count.label("face_samples"),
        case((_sample_count > 0, "enrolled"), else_="needs_enrolment").label("enrolment_status"),
        _consent_version.label("consent_version"),
    )


def select_employees(connection: Connection, limit: int | None = None, after: str | None = None) -> Sequence[Row[Any]]:
    """By code; `after`: the code of the row that came before."""
    query = _selection().order_by(employees.c.employee_code).limit(limit)
    if after is not None:
        query = query.where(employees.c.employee_code > after)
    return connection.execute(query).all()


def count_employees(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(employees)).scalar_one()


def select_employee(connection: Connection, employee_id: int) -> Row[Any] | None:
    return connection.execute(_selection().where(employees.c.id == employee_id)).one_or_none()


def select_employee_by_code(connection: Connection, code: str) -> Row[Any] | None:
    return connection.execute(_selection().where(employees.c.employee_code == code)).one_or_none()


def select_standings(connection: Connection, ids: Iterable[int]) -> dict[int, EnrolmentStatus]:
    """The standing of each employee that exists."""
    query = select(employees.c.id, employees.c.consent_given, employees.c.is_active).where(employees.c.id.in_(ids))
    return {row.id: EnrolmentStatus(row.consent_given, row.is_active) for row in connection.execute(query)}


def count_population(connection: Connection) -> Population:
    rows = connection.execute(select(employees.c.is_demo, func.count()).group_by(employees.c.is_demo))
    counts = {is_demo: count for is_demo, count in rows}
    return Population(real=counts.get(False, 0), demo=counts.get(True, 0))


def count_monitored(connection: Connection) -> int:
    """Active employees whose consent stands."""
    query = select(func.count()).select_from(employees).where(employees.c.is_active, employees.c.consent_given)
    return connection.execute(query).scalar_one()


def insert_employee(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(employees).values(values).returning(employees.c.id)).scalar_one()


def update_employee(connection: Connection, employee_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(employees).where(employees.c.id == employee_id).values(values))


_TOUCH = (
    update(employees)
    .where(
        employees.c.id == bindparam("touched_id"),
        or_(employees.c.last_seen < bindparam("seen"), employees.c.last_seen.is_(None)),
    )
    .values(last_seen=bindparam("seen"))
)


def touch_employee(connection: Connection, employee_id: int, seen: datetime) -> None:
    """`last_seen` only moves forward: detections may arrive late."""
    connection.execute(_TOUCH, {"touched_id": employee_id, "seen": seen})


def insert_consent(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(insert(consents).values(values))


def replace_samples(connection: Connection, employee_id: int, model: str, samples: Sequence[FaceSampleRow]) -> None:
    connection.execute(delete(face_samples).where(face_samples.c.employee_id == employee_id))
    if samples:
        rows = [
            {
                "employee_id": employee_id,
                "embedding": array("f", sample.embedding).tobytes(),
                "quality": sample.quality,
                "model": model,
            }
            for sample in samples
        ]
        connection.execute(insert(face_samples), rows)


def delete_everything(connection: Connection) -> None:
    """Every row of every table of ours, children before parents, but for who may log in and who did what."""
    for table in reversed(metadata.sorted_tables):
        if table.name not in {"access_tokens", "accounts", "audit_log", "login_failures"}:
            connection.execute(delete(table))


def mean_embedding(samples: Sequence[FaceSampleRow]) -> str:
    """What the public column `face_embedding` shows: the mean of the samples, as JSON."""
    columns = zip(*(sample.embedding for sample in samples), strict=True)
    return json.dumps([round(sum(column) / len(samples), 6) for column in columns])


def select_gallery(connection: Connection, model: str) -> tuple[EnrolledFaceRow, ...]:
    """Enrolled, active and consenting employees, by id; embeddings of another network are left out."""
    query = (
        select(employees.c.id, employees.c.employee_code, face_samples.c.embedding)
        .join(face_samples, face_samples.c.employee_id == employees.c.id)
        .where(employees.c.is_active, employees.c.consent_given, face_samples.c.model == model)
        .order_by(employees.c.id, face_samples.c.id)
    )
    faces: dict[tuple[int, str], list[tuple[float, ...]]] = {}
    for row in connection.execute(query):
        faces.setdefault((row.id, row.employee_code), []).append(tuple(array("f", row.embedding)))
    return tuple(EnrolledFaceRow(key[0], key[1], tuple(embeddings)) for key, embeddings in faces.items())
