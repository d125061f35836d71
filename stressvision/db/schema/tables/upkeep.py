"""Daily samples of the disk, and what needs a repair."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Table, Text

from stressvision.db.schema.tables.columns import metadata, moment

disk_samples = Table(
    "disk_samples",
    metadata,
    Column("day", Text, primary_key=True),
    Column("free_bytes", BigInteger, nullable=False),
    Column("database_bytes", BigInteger, nullable=False),
)
"""`day`: YYYY-MM-DD of the plant."""

repairs = Table(
    "repairs",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("is_urgent", Boolean, nullable=False),
    Column("days_left", Float),
    Column("detail", Text, nullable=False),
    moment("found_at", required=True),
)
"""Replaced by each inspection of the reporter, which runs beside the database."""
