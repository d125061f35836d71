"""The first schema, of version 0.1; databases of the earlier phases are converted by db/schema/legacy.py."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Do nothing: a database at this revision was created with all its tables."""
