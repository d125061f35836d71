CREATE TABLE audit_log (
  id SERIAL NOT NULL,
  timestamp TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  user_id TEXT,
  action TEXT,
  entity_type TEXT,
  entity_id INTEGER,
  ip_address TEXT,
  details JSON,
  CONSTRAINT pk_audit_log PRIMARY KEY (id)
)
--
CREATE INDEX ix_audit_log_entity ON audit_log (entity_type, entity_id)
--
CREATE INDEX ix_audit_log_timestamp ON audit_log (timestamp)
--
CREATE TABLE changes (
  id SERIAL NOT NULL,
  kind TEXT NOT NULL,
  entity_id INTEGER NOT NULL,
  committed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_changes PRIMARY KEY (id)
)
--
CREATE TABLE detection_totals (
  device_id TEXT NOT NULL,
  employee_id INTEGER NOT NULL,
  emotion TEXT NOT NULL,
  count INTEGER NOT NULL,
  CONSTRAINT pk_detection_totals PRIMARY KEY (device_id, employee_id, emotion)
)
--
CREATE TABLE devices (
  device_id TEXT NOT NULL,
  location TEXT,
  state TEXT NOT NULL,
  detail TEXT DEFAULT '' NOT NULL,
  last_seen TIMESTAMP WITH TIME ZONE NOT NULL,
  fps FLOAT,
  frames_processed INTEGER,
  frames_dropped INTEGER,
  outbox_depth INTEGER,
  stage_ms JSON,
  preview_url TEXT,
  CONSTRAINT pk_devices PRIMARY KEY (device_id)
)
--
CREATE TABLE employees (
  id SERIAL NOT NULL,
  employee_code TEXT NOT NULL,
  full_name TEXT NOT NULL,
  department TEXT,
  shift TEXT,
  face_embedding TEXT,
  face_encoding_quality FLOAT,
  enrollment_date TIMESTAMP WITH TIME ZONE,
  consent_given BOOLEAN DEFAULT false NOT NULL,
  consent_date TIMESTAMP WITH TIME ZONE,
  is_active BOOLEAN DEFAULT true NOT NULL,
  last_seen TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  is_demo BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT pk_employees PRIMARY KEY (id),
  CONSTRAINT uq_employees_employee_code UNIQUE (employee_code)
)
--
CREATE TABLE reports_15min (
  id SERIAL NOT NULL,
  start_timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  end_timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  total_detections INTEGER,
  total_employees_detected INTEGER,
  overall_stress_percentage FLOAT,
  per_employee_summary JSON,
  alerts_triggered INTEGER,
  generated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  kind TEXT DEFAULT 'scheduled' NOT NULL,
  revision INTEGER DEFAULT 0 NOT NULL,
  window_minutes INTEGER,
  last_detection_id INTEGER,
  CONSTRAINT pk_reports_15min PRIMARY KEY (id)
)
--
CREATE INDEX ix_reports_15min_start_timestamp ON reports_15min (start_timestamp)
--
CREATE UNIQUE INDEX uq_reports_15min_window ON reports_15min (start_timestamp, end_timestamp) WHERE kind = 'scheduled'
--
CREATE TABLE sessions (
  id SERIAL NOT NULL,
  device_id TEXT NOT NULL,
  location TEXT,
  start_timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  end_timestamp TIMESTAMP WITH TIME ZONE,
  fps_avg FLOAT,
  frames_processed INTEGER DEFAULT 0,
  status TEXT DEFAULT 'active' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  session_key TEXT,
  CONSTRAINT pk_sessions PRIMARY KEY (id),
  CONSTRAINT uq_sessions_session_key UNIQUE (session_key)
)
--
CREATE INDEX ix_sessions_device_id ON sessions (device_id)
--
CREATE INDEX ix_sessions_status ON sessions (status)
--
CREATE TABLE alerts (
  id SERIAL NOT NULL,
  timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  employee_id INTEGER,
  alert_type TEXT,
  severity TEXT,
  description TEXT,
  status TEXT DEFAULT 'pending' NOT NULL,
  acknowledged_by TEXT,
  acknowledged_at TIMESTAMP WITH TIME ZONE,
  resolution_notes TEXT,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  resolved_by TEXT,
  resolved_at TIMESTAMP WITH TIME ZONE,
  evidence_events INTEGER,
  evidence_total INTEGER,
  evidence_confidence FLOAT,
  CONSTRAINT pk_alerts PRIMARY KEY (id),
  CONSTRAINT fk_alerts_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id)
)
--
CREATE INDEX ix_alerts_employee_id_timestamp ON alerts (employee_id, timestamp)
--
CREATE INDEX ix_alerts_status_timestamp ON alerts (status, timestamp)
--
CREATE INDEX ix_alerts_timestamp ON alerts (timestamp)
--
CREATE TABLE consents (
  id SERIAL NOT NULL,
  employee_id INTEGER NOT NULL,
  given BOOLEAN NOT NULL,
  text_version TEXT NOT NULL,
  text_sha256 TEXT NOT NULL,
  recorded_by TEXT,
  recorded_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_consents PRIMARY KEY (id),
  CONSTRAINT fk_consents_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id)
)
--
CREATE INDEX ix_consents_employee_id ON consents (employee_id)
--
CREATE TABLE detection_events (
  id SERIAL NOT NULL,
  session_id INTEGER,
  timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  device_id TEXT NOT NULL,
  track_id TEXT,
  employee_id INTEGER,
  recognition_confidence FLOAT,
  emotion TEXT,
  emotion_confidence FLOAT,
  emotion_vector JSON,
  bounding_box JSON,
  frame_quality FLOAT,
  processing_time_ms FLOAT,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  event_id TEXT,
  CONSTRAINT pk_detection_events PRIMARY KEY (id),
  CONSTRAINT fk_detection_events_session_id FOREIGN KEY(session_id) REFERENCES sessions (id),
  CONSTRAINT fk_detection_events_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
  CONSTRAINT uq_detection_events_event_id UNIQUE (event_id)
)
--
CREATE INDEX ix_detection_events_device_id_timestamp ON detection_events (device_id, timestamp)
--
CREATE INDEX ix_detection_events_employee_id_timestamp ON detection_events (employee_id, timestamp)
--
CREATE INDEX ix_detection_events_timestamp ON detection_events (timestamp)
--
CREATE TABLE face_samples (
  id SERIAL NOT NULL,
  employee_id INTEGER NOT NULL,
  embedding BYTEA NOT NULL,
  quality FLOAT NOT NULL,
  model TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_face_samples PRIMARY KEY (id),
  CONSTRAINT fk_face_samples_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id)
)
--
CREATE INDEX ix_face_samples_employee_id ON face_samples (employee_id)
--
CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         PERFORM pg_advisory_xact_lock(718281828);
         INSERT INTO changes(kind, entity_id) VALUES (TG_ARGV[0] || CASE
           WHEN TG_ARGV[0] = 'alert' AND TG_OP = 'UPDATE' THEN '_' || (to_jsonb(NEW) ->> 'status') ELSE '' END, NEW.id);
         NOTIFY stressvision_changes;
         RETURN NULL;
       END $$
--
CREATE TRIGGER detection_stored AFTER INSERT ON detection_events
       FOR EACH ROW EXECUTE FUNCTION record_change('detection')
--
CREATE TRIGGER alert_raised AFTER INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION record_change('alert')
--
CREATE TRIGGER alert_changed AFTER UPDATE OF status ON alerts FOR EACH ROW
       WHEN (NEW.status <> OLD.status AND NEW.status IN ('acknowledged', 'resolved'))
       EXECUTE FUNCTION record_change('alert')
--
CREATE TRIGGER report_written AFTER INSERT ON reports_15min
       FOR EACH ROW EXECUTE FUNCTION record_change('report')
--
CREATE TRIGGER report_revised AFTER UPDATE OF revision ON reports_15min FOR EACH ROW
       WHEN (NEW.revision <> OLD.revision) EXECUTE FUNCTION record_change('report')
--
CREATE FUNCTION count_detection() RETURNS trigger LANGUAGE plpgsql AS $$
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
       END $$
--
CREATE TRIGGER detection_counted AFTER INSERT OR DELETE OR UPDATE OF device_id, employee_id, emotion
       ON detection_events FOR EACH ROW EXECUTE FUNCTION count_detection()
--
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))
--
INSERT INTO alembic_version VALUES ('0002')
