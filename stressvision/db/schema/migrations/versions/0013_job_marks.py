"""When each job that deletes last noted the time, and the newest change then."""

from alembic import op

revision = "0013"
down_revision = "0012"

_JOB_MARKS = {
    "sqlite": """CREATE TABLE job_marks (
      name TEXT NOT NULL, at TEXT NOT NULL, last_change_id INTEGER NOT NULL, CONSTRAINT pk_job_marks PRIMARY KEY (name),
      CONSTRAINT ck_job_marks_at_form CHECK (at GLOB
        '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    "postgresql": """CREATE TABLE job_marks (
      name TEXT NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, last_change_id INTEGER NOT NULL,
      CONSTRAINT pk_job_marks PRIMARY KEY (name))""",
}


def upgrade() -> None:
    op.execute(_JOB_MARKS[op.get_bind().dialect.name])
