"""A database as the earlier phases' programs left them: their tables, their mixed forms of time, a 512-number face."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

LEGACY_ROWS = ("employees", "sessions", "detection_events", "alerts", "reports_15min", "notification_config")

_SCHEMA = """
CREATE TABLE employees (id INTEGER PRIMARY KEY AUTOINCREMENT, employee_code TEXT UNIQUE NOT NULL,
  full_name TEXT NOT NULL, department TEXT, shift TEXT, face_embedding TEXT, face_encoding_quality REAL,
  enrollment_date TIMESTAMP DEFAULT CURRENT_TIMESTAMP, consent_given INTEGER DEFAULT 0, consent_date TIMESTAMP,
  thumbnail_base64 TEXT, is_active INTEGER DEFAULT 1, last_seen TIMESTAMP,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX idx_employee_code ON employees(employee_code);
CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, location TEXT,
  start_timestamp TIMESTAMP NOT NULL, end_timestamp TIMESTAMP, fps_avg REAL, frames_processed INTEGER DEFAULT 0,
  status TEXT DEFAULT 'active', created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE detection_events (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id INTEGER, timestamp TIMESTAMP NOT NULL,
  device_id TEXT NOT NULL, track_id TEXT, employee_id INTEGER, recognition_confidence REAL, emotion TEXT NOT NULL,
  emotion_confidence REAL NOT NULL, emotion_vector TEXT, bounding_box TEXT, landmarks TEXT, frame_quality REAL,
  processing_time_ms REAL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (session_id) REFERENCES sessions(id), FOREIGN KEY (employee_id) REFERENCES employees(id));
CREATE INDEX idx_detection_timestamp ON detection_events(timestamp);
CREATE TABLE employee_stress_summary (id INTEGER PRIMARY KEY AUTOINCREMENT, employee_id INTEGER,
  period_start TIMESTAMP NOT NULL, FOREIGN KEY (employee_id) REFERENCES employees(id));
CREATE TABLE alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TIMESTAMP NOT NULL, employee_id INTEGER,
  alert_type TEXT, severity TEXT, description TEXT, status TEXT DEFAULT 'pending', acknowledged_by TEXT,
  acknowledged_at TIMESTAMP, resolution_notes TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE reports_15min (id INTEGER PRIMARY KEY AUTOINCREMENT, start_timestamp TIMESTAMP NOT NULL,
  end_timestamp TIMESTAMP NOT NULL, device_id TEXT, total_detections INTEGER, total_employees_detected INTEGER,
  overall_stress_percentage REAL, per_employee_summary TEXT, alerts_triggered INTEGER, alert_details TEXT,
  generated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  user_id TEXT, action TEXT, entity_type TEXT, entity_id INTEGER, ip_address TEXT, details TEXT);
CREATE TABLE notification_config (id INTEGER PRIMARY KEY, smtp_server TEXT);
"""

_TIMES = (
    "2026-11-22T10:21:41.376984Z",
    "2026-11-22T10:21:49.422144",
    "2026-11-22T10:21:49-05:00",
    "2026-11-22 10:30:00",
)


def write_legacy_database(path: Path) -> None:
    face = json.dumps([0.5] * 512)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_SCHEMA)
        connection.execute(
            "INSERT INTO employees(employee_code, full_name, face_embedding, consent_given, consent_date, "
            "thumbnail_base64) VALUES ('EMP001', 'Juan Pérez García', ?, 1, '2024-10-20 09:00:00', 'RETRATO')",
            (face,),
        )
        connection.execute("INSERT INTO sessions(device_id, start_timestamp) VALUES ('webcam-01', ?)", (_TIMES[1],))
        for moment in _TIMES:
            connection.execute(
                "INSERT INTO detection_events(session_id, timestamp, device_id, employee_id, emotion, "
                "emotion_confidence, landmarks) VALUES (1, ?, 'webcam-01', 1, 'stress', 0.7, '[1, 2]')",
                (moment,),
            )
        connection.execute(
            "INSERT INTO alerts(timestamp, employee_id, alert_type, severity, description) "
            "VALUES (?, 1, 'high_stress_prolonged', 'high', 'Estrés prolongado detectado')",
            (_TIMES[1],),
        )
        connection.execute(
            "INSERT INTO reports_15min(start_timestamp, end_timestamp, total_detections, total_employees_detected, "
            "overall_stress_percentage, per_employee_summary, alerts_triggered) VALUES (?, ?, 4, 1, 100.0, '{}', 1)",
            (_TIMES[1], _TIMES[0]),
        )
        connection.execute("INSERT INTO employee_stress_summary(employee_id, period_start) VALUES (1, '2026-11-22')")
        connection.execute("INSERT INTO notification_config(id) VALUES (1)")
        connection.commit()
