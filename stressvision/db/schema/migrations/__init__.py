"""Alembic revisions. A new database is created from db/tables; an existing one climbs these."""
