"""Links in messages that acknowledge an alert; two indexes that databases of the first version 0.2.0 lack.

Their revision 0011 was another, empty one.
"""

from alembic import op

revision = "0024"
down_revision = "0023"

_TABLE = {
    "sqlite": """CREATE TABLE alert_links (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, alert_id INTEGER NOT NULL,
      target TEXT NOT NULL, secret_hash TEXT NOT NULL, created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f',
      'now')) NOT NULL, expires_at TEXT NOT NULL, used_at TEXT, CONSTRAINT fk_alert_links_alert_id
      FOREIGN KEY(alert_id) REFERENCES alerts (id), CONSTRAINT uq_alert_links_secret_hash UNIQUE (secret_hash),
      CONSTRAINT ck_alert_links_created_at_form CHECK (created_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
      CONSTRAINT ck_alert_links_expires_at_form CHECK (expires_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
      CONSTRAINT ck_alert_links_used_at_form CHECK (used_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    "postgresql": """CREATE TABLE alert_links (id SERIAL NOT NULL, alert_id INTEGER NOT NULL, target TEXT NOT NULL,
      secret_hash TEXT NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL, expires_at
      TIMESTAMP WITH TIME ZONE NOT NULL, used_at TIMESTAMP WITH TIME ZONE, CONSTRAINT pk_alert_links PRIMARY KEY (id),
      CONSTRAINT fk_alert_links_alert_id FOREIGN KEY(alert_id) REFERENCES alerts (id), CONSTRAINT
      uq_alert_links_secret_hash UNIQUE (secret_hash))""",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.execute(_TABLE[dialect])
    op.execute("CREATE INDEX ix_alert_links_alert_id ON alert_links (alert_id)")
    differs = "IS DISTINCT FROM" if dialect == "postgresql" else "IS NOT"
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_detection_events_emotion_timestamp ON detection_events (emotion, timestamp)"
        f" WHERE emotion {differs} 'neutral'"
    )
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_detection_events_employee_id_emotion_timestamp"
        " ON detection_events (employee_id, emotion, timestamp) WHERE 'neutral' <> emotion"
    )
