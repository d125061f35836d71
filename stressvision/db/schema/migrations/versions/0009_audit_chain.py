"""Hash chain of the audit log, which makes every later change of a row detectable.

Notes on alerts are removed from the log's details: free text may name a person, and a chained row cannot be changed.
"""

import json

import sqlalchemy as sa
from alembic import op

from stressvision.db.schema.backfill import chain_audit_rows

revision = "0009"
down_revision = "0008"

_SQLITE = (
    """CREATE TRIGGER audit_chained BEFORE INSERT ON audit_log WHEN NEW.hash IS NULL OR NEW.previous_hash IS NULL BEGIN
         SELECT RAISE(ABORT, 'audit_log takes chained rows only'); END""",
    """CREATE TRIGGER audit_kept BEFORE UPDATE ON audit_log BEGIN
         SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
    """CREATE TRIGGER audit_trimmed BEFORE DELETE ON audit_log
       WHEN OLD.id > COALESCE((SELECT json_extract(details, '$.through') FROM
         (SELECT action, details FROM audit_log ORDER BY id DESC LIMIT 1) WHERE action = 'audit_trimmed'), 0) BEGIN
         SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION guard_audit() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'INSERT' THEN
           IF NEW.hash IS NOT NULL AND NEW.previous_hash IS NOT NULL THEN RETURN NEW; END IF;
           RAISE EXCEPTION 'audit_log takes chained rows only' USING ERRCODE = 'integrity_constraint_violation';
         END IF;
         IF TG_OP = 'DELETE' AND OLD.id <= COALESCE((SELECT (details ->> 'through')::bigint FROM
             (SELECT action, details FROM audit_log ORDER BY id DESC LIMIT 1) AS newest
             WHERE action = 'audit_trimmed'), 0) THEN
           RETURN OLD;
         END IF;
         RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'integrity_constraint_violation';
       END $$""",
    """CREATE TRIGGER audit_guarded BEFORE INSERT OR UPDATE OR DELETE ON audit_log
       FOR EACH ROW EXECUTE FUNCTION guard_audit()""",
    """CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit_log EXECUTE FUNCTION guard_audit()""",
)


def upgrade() -> None:
    connection = op.get_bind()
    for column in ("previous_hash", "hash"):
        op.execute(f"ALTER TABLE audit_log ADD COLUMN {column} TEXT")
    _remove_notes(connection)
    chain_audit_rows(connection)
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        op.execute(sa.text(statement))


def _remove_notes(connection: sa.Connection) -> None:
    found = connection.execute(
        sa.text(
            "SELECT id, CAST(details AS TEXT) FROM audit_log WHERE entity_type = 'alert'"
            " AND CAST(details AS TEXT) LIKE '%\"notes\"%'"
        )
    ).all()
    change = sa.text("UPDATE audit_log SET details = :details WHERE id = :id").bindparams(
        sa.bindparam("details", type_=sa.JSON)
    )
    for row_id, details in found:
        kept = {name: value for name, value in json.loads(details).items() if name != "notes"}
        connection.execute(change, {"id": row_id, "details": kept})
