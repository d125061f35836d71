"""What an alert rests on, and its history."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""
