CREATE TABLE audit_log (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  timestamp TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  user_id TEXT,
  action TEXT,
  entity_type TEXT,
  entity_id INTEGER,
  ip_address TEXT,
  details JSON,
  CONSTRAINT ck_audit_log_timestamp_form CHECK (timestamp GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE INDEX ix_audit_log_entity ON audit_log (entity_type, entity_id)
--
CREATE INDEX ix_audit_log_timestamp ON audit_log (timestamp)
--
CREATE TABLE changes (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  entity_id INTEGER NOT NULL,
  committed_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  CONSTRAINT ck_changes_committed_at_form CHECK (committed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
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
  last_seen TEXT NOT NULL,
  fps FLOAT,
  frames_processed INTEGER,
  frames_dropped INTEGER,
  outbox_depth INTEGER,
  stage_ms JSON,
  preview_url TEXT,
  CONSTRAINT pk_devices PRIMARY KEY (device_id),
  CONSTRAINT ck_devices_last_seen_form CHECK (last_seen GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE TABLE employees (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  employee_code TEXT NOT NULL,
  full_name TEXT NOT NULL,
  department TEXT,
  shift TEXT,
  face_embedding TEXT,
  face_encoding_quality FLOAT,
  enrollment_date TEXT,
  consent_given BOOLEAN DEFAULT false NOT NULL,
  consent_date TEXT,
  is_active BOOLEAN DEFAULT true NOT NULL,
  last_seen TEXT,
  created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  is_demo BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT uq_employees_employee_code UNIQUE (employee_code),
  CONSTRAINT ck_employees_enrollment_date_form CHECK (enrollment_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_employees_consent_date_form CHECK (consent_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_employees_last_seen_form CHECK (last_seen GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_employees_created_at_form CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_employees_updated_at_form CHECK (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE TABLE reports_15min (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  start_timestamp TEXT NOT NULL,
  end_timestamp TEXT NOT NULL,
  total_detections INTEGER,
  total_employees_detected INTEGER,
  overall_stress_percentage FLOAT,
  per_employee_summary JSON,
  alerts_triggered INTEGER,
  generated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  kind TEXT DEFAULT 'scheduled' NOT NULL,
  revision INTEGER DEFAULT 0 NOT NULL,
  window_minutes INTEGER,
  last_detection_id INTEGER,
  CONSTRAINT ck_reports_15min_start_timestamp_form CHECK (start_timestamp GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_reports_15min_end_timestamp_form CHECK (end_timestamp GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_reports_15min_generated_at_form CHECK (generated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE INDEX ix_reports_15min_start_timestamp ON reports_15min (start_timestamp)
--
CREATE UNIQUE INDEX uq_reports_15min_window ON reports_15min (start_timestamp, end_timestamp) WHERE kind = 'scheduled'
--
CREATE TABLE sessions (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  device_id TEXT NOT NULL,
  location TEXT,
  start_timestamp TEXT NOT NULL,
  end_timestamp TEXT,
  fps_avg FLOAT,
  frames_processed INTEGER DEFAULT 0,
  status TEXT DEFAULT 'active' NOT NULL,
  created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  session_key TEXT,
  CONSTRAINT uq_sessions_session_key UNIQUE (session_key),
  CONSTRAINT ck_sessions_start_timestamp_form CHECK (start_timestamp GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_sessions_end_timestamp_form CHECK (end_timestamp GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_sessions_created_at_form CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE INDEX ix_sessions_device_id ON sessions (device_id)
--
CREATE INDEX ix_sessions_status ON sessions (status)
--
CREATE TABLE alerts (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  timestamp TEXT NOT NULL,
  employee_id INTEGER,
  alert_type TEXT,
  severity TEXT,
  description TEXT,
  status TEXT DEFAULT 'pending' NOT NULL,
  acknowledged_by TEXT,
  acknowledged_at TEXT,
  resolution_notes TEXT,
  created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  resolved_by TEXT,
  resolved_at TEXT,
  evidence_events INTEGER,
  evidence_total INTEGER,
  evidence_confidence FLOAT,
  CONSTRAINT fk_alerts_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
  CONSTRAINT ck_alerts_timestamp_form CHECK (timestamp GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_alerts_acknowledged_at_form CHECK (acknowledged_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_alerts_created_at_form CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_alerts_resolved_at_form CHECK (resolved_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE INDEX ix_alerts_employee_id_timestamp ON alerts (employee_id, timestamp)
--
CREATE INDEX ix_alerts_status_timestamp ON alerts (status, timestamp)
--
CREATE INDEX ix_alerts_timestamp ON alerts (timestamp)
--
CREATE TABLE consents (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  employee_id INTEGER NOT NULL,
  given BOOLEAN NOT NULL,
  text_version TEXT NOT NULL,
  text_sha256 TEXT NOT NULL,
  recorded_by TEXT,
  recorded_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  CONSTRAINT fk_consents_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
  CONSTRAINT ck_consents_recorded_at_form CHECK (recorded_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE INDEX ix_consents_employee_id ON consents (employee_id)
--
CREATE TABLE detection_events (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER,
  timestamp TEXT NOT NULL,
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
  created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  event_id TEXT,
  CONSTRAINT fk_detection_events_session_id FOREIGN KEY(session_id) REFERENCES sessions (id),
  CONSTRAINT fk_detection_events_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
  CONSTRAINT uq_detection_events_event_id UNIQUE (event_id),
  CONSTRAINT ck_detection_events_timestamp_form CHECK (timestamp GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
  CONSTRAINT ck_detection_events_created_at_form CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE INDEX ix_detection_events_device_id_timestamp ON detection_events (device_id, timestamp)
--
CREATE INDEX ix_detection_events_employee_id_timestamp ON detection_events (employee_id, timestamp)
--
CREATE INDEX ix_detection_events_timestamp ON detection_events (timestamp)
--
CREATE TABLE face_samples (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  employee_id INTEGER NOT NULL,
  embedding BLOB NOT NULL,
  quality FLOAT NOT NULL,
  model TEXT NOT NULL,
  created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
  CONSTRAINT fk_face_samples_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
  CONSTRAINT ck_face_samples_created_at_form CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]')
)
--
CREATE INDEX ix_face_samples_employee_id ON face_samples (employee_id)
--
CREATE TRIGGER detection_stored AFTER INSERT ON detection_events BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('detection', NEW.id); END
--
CREATE TRIGGER alert_raised AFTER INSERT ON alerts BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert', NEW.id); END
--
CREATE TRIGGER alert_changed AFTER UPDATE OF status ON alerts
       WHEN NEW.status <> OLD.status AND NEW.status IN ('acknowledged', 'resolved') BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert_' || NEW.status, NEW.id); END
--
CREATE TRIGGER report_written AFTER INSERT ON reports_15min BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('report', NEW.id); END
--
CREATE TRIGGER report_revised AFTER UPDATE OF revision ON reports_15min
       WHEN NEW.revision <> OLD.revision BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('report', NEW.id); END
--
CREATE TRIGGER detection_counted AFTER INSERT ON detection_events BEGIN
         INSERT INTO detection_totals VALUES
           (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
         ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = count + 1; END
--
CREATE TRIGGER detection_uncounted AFTER DELETE ON detection_events BEGIN
         UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
           AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, ''); END
--
CREATE TRIGGER detection_recounted AFTER UPDATE OF device_id, employee_id, emotion ON detection_events BEGIN
         UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
           AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, '');
         INSERT INTO detection_totals VALUES
           (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
         ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = count + 1; END
--
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))
--
INSERT INTO alembic_version VALUES ('0002')
