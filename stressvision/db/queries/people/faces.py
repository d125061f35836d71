"""Enrolments, face samples and the gallery."""

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from stressvision.db.engine.row_reader import as_text
from stressvision.db.schema.tables import consents, employees, face_samples, recognition_pauses


@dataclass(frozen=True)
class FaceEnrolment:
    """An enrolment with consent. `quality`: 0-1. Department and shift that are None leave the stored ones."""

    full_name: str
    department: str | None
    shift: str | None
    face_embedding: str
    quality: float
    at: datetime


@dataclass(frozen=True)
class FaceSampleRow:
    """One still's embedding (128 numbers) and its quality from 0 to 1.

    `expression`: how a relaxed face reads, as JSON of ExpressionReference; None where the still shows none.
    """

    embedding: tuple[float, ...]
    quality: float
    expression: str | None = None


@dataclass(frozen=True)
class EnrolledFaceRow:
    """The embeddings (128 numbers each) by which an employee is recognised, and how their relaxed face reads."""

    employee_id: int
    employee_code: str
    embeddings: tuple[tuple[float, ...], ...]
    expressions: tuple[str, ...] = ()


@dataclass(frozen=True)
class EnrolmentState:
    """What an enrolment rests on: the employee with a code, all None where there is none.

    `last_consent_id`: row of the last consent or withdrawal, which any later one exceeds.
    """

    employee_id: int | None = None
    consent_given: bool | None = None
    is_active: bool | None = None
    last_consent_id: int | None = None


def select_enrolment_state(connection: Connection, code: str) -> EnrolmentState:
    """Return what an enrolment of the employee with this code rests on."""
    last_consent = select(func.max(consents.c.id)).where(consents.c.employee_id == employees.c.id).scalar_subquery()
    query = select(employees.c.id, employees.c.consent_given, employees.c.is_active, last_consent)
    row = connection.execute(query.where(employees.c.employee_code == code)).one_or_none()
    return EnrolmentState() if row is None else EnrolmentState(*row)


def store_enrolment(connection: Connection, employee_id: int, enrolment: FaceEnrolment) -> None:
    """Store the enrolment of an employee, active and consenting from then on."""
    values: dict[str, object] = {
        "full_name": enrolment.full_name,
        "face_embedding": enrolment.face_embedding,
        "face_encoding_quality": enrolment.quality,
        "enrollment_date": enrolment.at,
        "consent_given": True,
        "consent_date": enrolment.at,
        "is_active": True,
        "updated_at": enrolment.at,
    }
    if enrolment.department is not None:
        values["department"] = enrolment.department
    if enrolment.shift is not None:
        values["shift"] = enrolment.shift
    connection.execute(update(employees).where(employees.c.id == employee_id).values(values))


def clear_enrolment(connection: Connection, employee_id: int, at: datetime) -> None:
    """Delete the embedding of an employee whose consent was withdrawn."""
    query = update(employees).where(employees.c.id == employee_id)
    connection.execute(
        query.values(
            face_embedding=None,
            face_encoding_quality=None,
            enrollment_date=None,
            consent_given=False,
            consent_date=at,
            updated_at=at,
        )
    )


def replace_samples(connection: Connection, employee_id: int, model: str, samples: Sequence[FaceSampleRow]) -> None:
    """Replace the employee's face samples; `model`: the network that computed the embeddings."""
    connection.execute(delete(face_samples).where(face_samples.c.employee_id == employee_id))
    if samples:
        rows = [
            {
                "employee_id": employee_id,
                "embedding": array("f", sample.embedding).tobytes(),
                "quality": sample.quality,
                "model": model,
                "expression": sample.expression,
            }
            for sample in samples
        ]
        connection.execute(insert(face_samples), rows)


def mean_embedding(samples: Sequence[FaceSampleRow]) -> str:
    """Return the value of the public column `face_embedding`: the mean of the samples, as JSON."""
    columns = zip(*(sample.embedding for sample in samples), strict=True)
    return json.dumps([round(sum(column) / len(samples), 6) for column in columns])


def select_gallery(connection: Connection, model: str, now: datetime) -> tuple[EnrolledFaceRow, ...]:
    """Return the enrolled, active and consenting employees by id, with embeddings of this network only.

    Employees with paused recognition are left out until the pause is over.
    """
    p = recognition_pauses.c
    is_paused = exists().where(p.employee_id == employees.c.id, p.starts_at <= now, p.ends_at > now)
    query = (
        select(employees.c.id, employees.c.employee_code, face_samples.c.embedding, face_samples.c.expression)
        .join(face_samples, face_samples.c.employee_id == employees.c.id)
        .where(employees.c.is_active, employees.c.consent_given, face_samples.c.model == model, ~is_paused)
        .order_by(employees.c.id, face_samples.c.id)
    )
    faces: dict[tuple[int, str], list[tuple[float, ...]]] = {}
    expressions: dict[int, list[str]] = {}
    for row in connection.execute(query):
        if isinstance(row.embedding, bytes) and len(row.embedding) % 4 == 0:
            faces.setdefault((row.id, as_text(row.employee_code)), []).append(tuple(array("f", row.embedding)))
            if isinstance(row.expression, str):
                expressions.setdefault(row.id, []).append(row.expression)
    return tuple(
        EnrolledFaceRow(employee_id, code, tuple(embeddings), tuple(expressions.get(employee_id, ())))
        for (employee_id, code), embeddings in faces.items()
    )
