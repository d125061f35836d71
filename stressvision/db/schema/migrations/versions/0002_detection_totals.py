"""Running totals of detections, so that counting all of them does not read all of them."""

from alembic import op

revision = "0002"
down_revision = "0001"

_TABLE = """CREATE TABLE detection_totals (
  device_id TEXT NOT NULL, employee_id INTEGER NOT NULL, emotion TEXT NOT NULL, count INTEGER NOT NULL,
  CONSTRAINT pk_detection_totals PRIMARY KEY (device_id, employee_id, emotion))"""

_FILL = """INSERT INTO detection_totals (device_id, employee_id, emotion, count)
  SELECT device_id, COALESCE(employee_id, 0), COALESCE(emotion, ''), count(*) FROM detection_events GROUP BY 1, 2, 3"""

_SQLITE = (
    """CREATE TRIGGER detection_counted AFTER INSERT ON detection_events BEGIN
         INSERT INTO detection_totals VALUES
           (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
         ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = count + 1; END""",
    """CREATE TRIGGER detection_uncounted AFTER DELETE ON detection_events BEGIN
         UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
           AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, ''); END""",
    """CREATE TRIGGER detection_recounted AFTER UPDATE OF device_id, employee_id, emotion ON detection_events BEGIN
         UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
           AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, '');
         INSERT INTO detection_totals VALUES
           (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
         ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = count + 1; END""",
)

_POSTGRESQL = (
    """CREATE FUNCTION count_detection() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP <> 'INSERT' THEN
           UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
             AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, '');
         END IF;
         IF TG_OP <> 'DELETE' THEN
           INSERT INTO detection_totals AS totals VALUES
             (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
           ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = totals.count + 1;
         END IF;
         RETURN NULL;
       END $$""",
    """CREATE TRIGGER detection_counted AFTER INSERT OR DELETE OR UPDATE OF device_id, employee_id, emotion
       ON detection_events FOR EACH ROW EXECUTE FUNCTION count_detection()""",
)


def upgrade() -> None:
    op.execute(_TABLE)
    op.execute(_FILL)
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
