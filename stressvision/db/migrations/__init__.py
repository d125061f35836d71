"""Alembic revisions. A new database is created from tables.py; an existing one climbs these."""
