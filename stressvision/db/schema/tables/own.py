"""What a person does with a personal link or at a kiosk: links, self-reports, requests, pauses, codes."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from stressvision.db.schema.tables.columns import employee, key, metadata, moment, stamp

person_links = Table(
    "person_links",
    metadata,
    key(),
    employee(required=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("created_by", Text),
    stamp(),
    moment("expires_at", required=True),
    moment("opened_at"),
    Index("ix_person_links_employee_id", "employee_id"),
    sqlite_autoincrement=True,
)
"""Only the SHA-256 of a secret (256 random bits) is stored: the link's, and once it is opened that of the opening."""

self_reports = Table(
    "self_reports",
    metadata,
    key(),
    employee(required=True),
    moment("reported_at", required=True),
    Column("sleepiness", Integer),
    Column("tension", Integer),
    Column("occasion", Text, nullable=False, server_default=text("'own'")),
    Index("ix_self_reports_employee_id", "employee_id"),
    Index("ix_self_reports_reported_at", "reported_at"),
    sqlite_autoincrement=True,
)
"""`sleepiness`: Karolinska Sleepiness Scale, 1 to 9; `tension`: 1 to 5. One of them may be missing."""

kiosks = Table(
    "kiosks",
    metadata,
    key(),
    Column("location", Text, nullable=False),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("created_by", Text),
    stamp(),
    moment("ended_at"),
    sqlite_autoincrement=True,
)
"""Places where self-reports are typed."""

kiosk_codes = Table(
    "kiosk_codes",
    metadata,
    key(),
    employee(required=True),
    Column("code_hash", Text, nullable=False, unique=True),
    stamp(),
    Index("ix_kiosk_codes_employee_id", "employee_id"),
    sqlite_autoincrement=True,
)
"""One code a person, six digits. It stores an answer at a kiosk and reads nothing."""

person_requests = Table(
    "person_requests",
    metadata,
    key(),
    employee(required=True),
    Column("detail", Text, nullable=False),
    stamp(),
    moment("closed_at"),
    Column("closed_by", Text),
    Column("reason", Text),
    Index("ix_person_requests_employee_id", "employee_id"),
    Index("ix_person_requests_closed_at", "closed_at"),
    sqlite_autoincrement=True,
)
"""Requests for correction. `reason`: the answer with which it was closed."""

recognition_pauses = Table(
    "recognition_pauses",
    metadata,
    key(),
    employee(required=True),
    moment("starts_at", required=True),
    moment("ends_at", required=True),
    Index("ix_recognition_pauses_employee_id_ends_at", "employee_id", "ends_at"),
    sqlite_autoincrement=True,
)
"""Periods in which a person is not in the gallery, at their own request."""
