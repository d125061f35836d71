"""Consent, erasure and backups, written down."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing yet."""
