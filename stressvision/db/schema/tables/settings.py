"""Settings changed in the console: they apply where the environment does not set the same one."""

from sqlalchemy import Column, Table, Text

from stressvision.db.schema.tables.columns import metadata, moment

stored_settings = Table(
    "stored_settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("recorded_by", Text),
    moment("recorded_at", required=True),
)
"""`value`: JSON. Addresses of notifications are secrets: only the owner may read the file, and the API masks them."""
