"""What a report covers, and summaries of days and weeks."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing yet."""
