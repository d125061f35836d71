"""An index of the feed's reports: roles that may not see persons read them without touching any other change."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_changes_reports ON changes (committed_at) WHERE kind = 'report'")
