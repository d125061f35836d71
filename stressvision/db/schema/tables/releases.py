"""Releases of this program that have used the database, for the message of an older one."""

from sqlalchemy import Column, Table, Text

from stressvision.db.schema.tables.columns import metadata, moment

releases = Table(
    "releases",
    metadata,
    Column("version", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    moment("first_used_at", required=True),
)
"""`revision`: of the schema that the release brought."""
