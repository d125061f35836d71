"""What was erased, without saying whose it was."""

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
"""`subject_id`: a row number that no other row names any more. It is kept so that a backup from before the erasure,
restored from wherever it was taken to, is cleaned again."""
