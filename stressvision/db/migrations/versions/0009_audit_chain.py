"""Each row of the audit log vouches for the one before."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing yet."""
