"""Camera coverage of reports, and summaries of days and weeks."""

from alembic import op

from stressvision.db.engine.types import STORED_MOMENT_GLOB

revision = "0007"
down_revision = "0006"

_COLUMNS = (
    "overall_fatigue_percentage FLOAT",
    "stress_detections INTEGER",
    "fatigue_detections INTEGER",
    "coverage JSON",
)

_PROGRESS = (
    """CREATE TABLE report_progress (
         window_minutes INTEGER NOT NULL, last_detection_id INTEGER NOT NULL,
         CONSTRAINT pk_report_progress PRIMARY KEY (window_minutes))""",
    """INSERT INTO report_progress (window_minutes, last_detection_id)
         SELECT window_minutes, max(last_detection_id) FROM reports_15min
         WHERE kind = 'scheduled' AND window_minutes IS NOT NULL AND last_detection_id IS NOT NULL
         GROUP BY window_minutes""",
)

_DAYS = (
    "CREATE TABLE stale_days (day TEXT NOT NULL, CONSTRAINT pk_stale_days PRIMARY KEY (day))",
    """CREATE TABLE employee_days (
         day TEXT NOT NULL, employee_id INTEGER NOT NULL, total_detections INTEGER NOT NULL, neutral INTEGER NOT NULL,
         happy INTEGER NOT NULL, stress INTEGER NOT NULL, sad INTEGER NOT NULL, fatigue INTEGER NOT NULL,
         CONSTRAINT pk_employee_days PRIMARY KEY (day, employee_id),
         CONSTRAINT fk_employee_days_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id))""",
)

_DAILY = """day TEXT NOT NULL, time_zone TEXT NOT NULL,
  start_timestamp {moment} NOT NULL, end_timestamp {moment} NOT NULL,
  total_detections INTEGER NOT NULL, total_employees_detected INTEGER NOT NULL, stress_detections INTEGER NOT NULL,
  fatigue_detections INTEGER NOT NULL, overall_stress_percentage FLOAT NOT NULL,
  overall_fatigue_percentage FLOAT NOT NULL, alerts_triggered INTEGER NOT NULL, windows JSON NOT NULL,
  coverage JSON NOT NULL, aggregate JSON NOT NULL, revision INTEGER DEFAULT 0 NOT NULL,
  generated_at {moment} DEFAULT {now} NOT NULL, CONSTRAINT uq_reports_daily_day UNIQUE (day)"""


def _form(table: str, column: str) -> str:
    return f"CONSTRAINT ck_{table}_{column}_form CHECK ({column} GLOB '{STORED_MOMENT_GLOB}')"


_SQLITE = (
    f"""CREATE TABLE device_minutes (device_id TEXT NOT NULL, minute TEXT NOT NULL,
         CONSTRAINT pk_device_minutes PRIMARY KEY (device_id, minute), {_form("device_minutes", "minute")})""",
    f"""CREATE TABLE reports_daily (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
         {_DAILY.format(moment="TEXT", now="(strftime('%Y-%m-%d %H:%M:%f', 'now'))")},
         {_form("reports_daily", "start_timestamp")}, {_form("reports_daily", "end_timestamp")},
         {_form("reports_daily", "generated_at")})""",
)

_POSTGRESQL = (
    """CREATE TABLE device_minutes (device_id TEXT NOT NULL, minute TIMESTAMP WITH TIME ZONE NOT NULL,
         CONSTRAINT pk_device_minutes PRIMARY KEY (device_id, minute))""",
    f"""CREATE TABLE reports_daily (id SERIAL NOT NULL CONSTRAINT pk_reports_daily PRIMARY KEY,
         {_DAILY.format(moment="TIMESTAMP WITH TIME ZONE", now="clock_timestamp()")})""",
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE reports_15min ADD COLUMN {column}")
    for statement in (*_PROGRESS, *_DAYS, *(_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE)):
        op.execute(statement)
