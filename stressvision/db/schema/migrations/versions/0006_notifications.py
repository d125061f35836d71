"""Queue of notifications."""

from alembic import op

revision = "0006"
down_revision = "0005"

_FORM = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]"

_TABLE = {
    "sqlite": f"""CREATE TABLE notifications (
      id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, entity_id INTEGER NOT NULL,
      step INTEGER DEFAULT 0 NOT NULL, target TEXT NOT NULL, notice_key TEXT NOT NULL,
      state TEXT DEFAULT 'waiting' NOT NULL, attempts INTEGER DEFAULT 0 NOT NULL,
      created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL, next_attempt_at TEXT NOT NULL,
      sent_at TEXT, last_error TEXT, CONSTRAINT uq_notifications_notice_key UNIQUE (notice_key),
      CONSTRAINT ck_notifications_created_at_form CHECK (created_at GLOB '{_FORM}'),
      CONSTRAINT ck_notifications_next_attempt_at_form CHECK (next_attempt_at GLOB '{_FORM}'),
      CONSTRAINT ck_notifications_sent_at_form CHECK (sent_at GLOB '{_FORM}'))""",
    "postgresql": """CREATE TABLE notifications (
      id SERIAL NOT NULL, kind TEXT NOT NULL, entity_id INTEGER NOT NULL, step INTEGER DEFAULT 0 NOT NULL,
      target TEXT NOT NULL, notice_key TEXT NOT NULL, state TEXT DEFAULT 'waiting' NOT NULL,
      attempts INTEGER DEFAULT 0 NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
      next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL, sent_at TIMESTAMP WITH TIME ZONE, last_error TEXT,
      CONSTRAINT pk_notifications PRIMARY KEY (id), CONSTRAINT uq_notifications_notice_key UNIQUE (notice_key))""",
}


def upgrade() -> None:
    op.execute(_TABLE[op.get_bind().dialect.name])
    op.execute("CREATE UNIQUE INDEX uq_notifications_message ON notifications (kind, entity_id, step, target)")
    op.execute("CREATE INDEX ix_notifications_state_next_attempt_at ON notifications (state, next_attempt_at)")
