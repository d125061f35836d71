"""Names in one form (composed, without invisible characters), and triggers that name the wanted form of a time."""

from alembic import op
from sqlalchemy import text

from stressvision.core.names import clean_name

revision = "0012"
down_revision = "0011"

_NAMES = ("full_name", "department", "shift")
_FORM = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]"
_TIMES = {
    "employees": ("enrollment_date", "consent_date", "last_seen", "created_at", "updated_at"),
    "sessions": ("start_timestamp", "end_timestamp", "created_at"),
    "detection_events": ("timestamp", "created_at"),
    "alerts": ("timestamp", "acknowledged_at", "created_at", "resolved_at", "evidence_start"),
    "reports_15min": ("start_timestamp", "end_timestamp", "generated_at"),
}


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(text("SELECT id, full_name, department, shift FROM employees")).mappings().all():
        stored = {name: row[name] for name in _NAMES if isinstance(row[name], str)}
        cleaned = {name: clean_name(value) or value for name, value in stored.items()}
        if cleaned != stored:
            changes = ", ".join(f"{name} = :{name}" for name in cleaned)
            connection.execute(text(f"UPDATE employees SET {changes} WHERE id = :id"), {**cleaned, "id": row["id"]})  # noqa: S608
    if connection.dialect.name == "postgresql":
        return
    for table, columns in _TIMES.items():
        for verb, event in (("inserted", "INSERT"), ("updated", f"UPDATE OF {', '.join(columns)}")):
            wrong = " OR ".join(f"NEW.{column} NOT GLOB '{_FORM}'" for column in columns)
            connection.exec_driver_sql(
                f"""CREATE TRIGGER {table}_time_{verb} BEFORE {event} ON {table} WHEN {wrong} BEGIN
         SELECT RAISE(ABORT, 'times are UTC with milliseconds: write strftime(''%Y-%m-%d %H:%M:%f'', ''now'')'); END"""
            )
