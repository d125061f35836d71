"""The first schema: db/tables as of version 0.1. Nothing comes before it but the earlier phases (db/legacy.py)."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """A database at this revision was created whole; there is nothing to climb from."""
