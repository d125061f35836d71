"""The outcome that a doctor states for a resolved alert, a version for decisions that are undone, and their event."""

from alembic import op

revision = "0021"
down_revision = "0020"

_REOPENED = {
    "sqlite": """CREATE TRIGGER alert_reopened AFTER UPDATE OF status ON alerts
       WHEN NEW.status = 'pending' AND OLD.status <> 'pending' BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert_reopened', NEW.id); END""",
    "postgresql": """CREATE TRIGGER alert_reopened AFTER UPDATE OF status ON alerts FOR EACH ROW
       WHEN (NEW.status = 'pending' AND OLD.status <> 'pending') EXECUTE FUNCTION record_change('alert_reopened')""",
}


def upgrade() -> None:
    op.execute("ALTER TABLE alerts ADD COLUMN outcome TEXT")
    op.execute("ALTER TABLE alerts ADD COLUMN version INTEGER NOT NULL DEFAULT 0")
    op.execute(_REOPENED[op.get_bind().dialect.name])
