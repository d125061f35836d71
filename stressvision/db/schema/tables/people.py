"""Employees, their face samples and their consents."""

from sqlalchemy import Boolean, Column, Float, Index, LargeBinary, Table, Text, text

from stressvision.db.schema.tables.columns import employee, key, metadata, moment, stamp

employees = Table(
    "employees",
    metadata,
    key(),
    Column("employee_code", Text, nullable=False, unique=True),
    Column("full_name", Text, nullable=False),
    Column("department", Text),
    Column("shift", Text),
    Column("face_embedding", Text),
    Column("face_encoding_quality", Float),
    moment("enrollment_date"),
    Column("consent_given", Boolean, nullable=False, server_default=text("false")),
    moment("consent_date"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    moment("last_seen"),
    stamp("created_at"),
    stamp("updated_at"),
    Column("is_demo", Boolean, nullable=False, server_default=text("false")),
    sqlite_autoincrement=True,
)

face_samples = Table(
    "face_samples",
    metadata,
    key(),
    employee(required=True),
    Column("embedding", LargeBinary, nullable=False),
    Column("quality", Float, nullable=False),
    Column("model", Text, nullable=False),
    stamp(),
    Column("expression", Text),
    Index("ix_face_samples_employee_id", "employee_id"),
    sqlite_autoincrement=True,
)

consents = Table(
    "consents",
    metadata,
    key(),
    employee(required=True),
    Column("given", Boolean, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("recorded_by", Text),
    stamp("recorded_at"),
    Column("method", Text),
    Index("ix_consents_employee_id", "employee_id"),
    sqlite_autoincrement=True,
)
