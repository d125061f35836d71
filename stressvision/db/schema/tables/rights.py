"""Certificates of erasure, without the person's identity."""

from sqlalchemy import JSON, Column, Integer, Table, Text

from stressvision.db.schema.tables.columns import key, metadata, stamp

erasures = Table(
    "erasures",
    metadata,
    key(),
    Column("certificate_id", Text, nullable=False, unique=True),
    Column("subject_id", Integer, nullable=False),
    stamp("erased_at"),
    Column("erased_by", Text),
    Column("row_counts", JSON, nullable=False),
    sqlite_autoincrement=True,
)
"""`subject_id`: a row number that no other row refers to. It is kept so that a backup from before the erasure is
cleaned again when it is restored, wherever it was stored."""
