"""A database with a month of a plant: 500 people, 40 cameras, 300,000 detections, 2,000 alerts, 2,880 reports."""

import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert

from stressvision.db.engine.connection import sqlite_driver
from stressvision.db.schema.backfill import insert_alert_histories, recount_totals
from stressvision.db.schema.rollups import recount_rollups
from stressvision.db.schema.tables import alerts, devices, employees
from stressvision.services.context import Context
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.summaries import write_due_summaries

PEOPLE, CAMERAS, DETECTIONS, ALERTS, DAYS = 500, 40, 300_000, 2_000, 30
REPORTS = DAYS * 96
"""One for each quarter of an hour."""
AREAS = ("Envasado", "Almacén", "Pasteurizado", "Laboratorio", "Despacho", "Mantenimiento", "Calidad", "Recepción")
QUARTER = timedelta(minutes=15)
DOCTOR = "dra.quispe"
_NAMES = ("Ana", "Lars", "Rosa", "Julio", "Elena", "Marco", "Sofía", "Iván", "Nadia", "Óscar")
_SURNAMES = ("Torres Vega", "Keller Ruiz", "Quispe Mamani", "Flores Díaz", "Rojas León", "Ponce Arce", "Salas Neyra")
_SHIFTS = ("morning", "afternoon", "night")
_SILENT = 3
"""Cameras that have not reported for an hour."""
_FILL = """
INSERT INTO detection_events (timestamp, device_id, track_id, employee_id, recognition_confidence, emotion,
  emotion_confidence, emotion_vector, frame_quality, created_at, event_id)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows),
moments AS (SELECT n, strftime('%Y-%m-%d %H:%M:%f', :now - (:rows - n) * :seconds / :rows, 'unixepoch') AS at
  FROM numbers)
SELECT at, printf('cam-%02d', n % :cameras), 'trk_' || n % 97, 1 + (n * 7919) % :people, 0.9,
  CASE WHEN n % 11 = 0 THEN 'stress' WHEN n % 17 = 0 THEN 'fatigue' WHEN n % 9 = 0 THEN 'happy' ELSE 'neutral' END,
  0.8, '{"neutral":0.8,"happy":0.1,"stress":0.05,"sad":0.03,"fatigue":0.02}', 0.9, at, lower(hex(randomblob(16)))
FROM moments"""


def fill_month(context: Context, path: Path) -> None:
    """Fill the SQLite database at `path`. The reports and summaries are those that the reporter writes."""
    _insert_people(context)
    _insert_detections(path)
    with context.database.write() as writer:
        recount_totals(writer)
        recount_rollups(writer)
    write_due_reports(context, QUARTER)
    write_due_summaries(context)
    _insert_alerts(context)


def _insert_people(context: Context) -> None:
    now = context.clock()
    people = [
        {
            "employee_code": f"EMP{number:03}",
            "full_name": f"{_NAMES[number % len(_NAMES)]} {_SURNAMES[number % len(_SURNAMES)]}",
            "department": AREAS[number % len(AREAS)],
            "shift": _SHIFTS[number % len(_SHIFTS)],
            "consent_given": True,
            "consent_date": now,
        }
        for number in range(1, PEOPLE + 1)
    ]
    cameras = [
        {
            "device_id": f"cam-{number:02}",
            "location": AREAS[number % len(AREAS)],
            "state": "watching",
            "last_seen": now - timedelta(hours=1 if number < _SILENT else 0),
            "fps": 14.6,
            "outbox_depth": 0,
        }
        for number in range(CAMERAS)
    ]
    with context.database.write() as connection:
        connection.execute(insert(employees), people)
        connection.execute(insert(devices), cameras)


def _insert_detections(path: Path) -> None:
    """Insert the detections without triggers and indexes, which are created again afterwards."""
    with closing(sqlite_driver().connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        later = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'detection_events' AND sql IS NOT NULL"
            " AND type IN ('index', 'trigger')"
        ).fetchall()
        connection.execute("BEGIN")
        for kind, name, _ in later:
            connection.execute(f"DROP {kind} {name}")
        values = {"rows": DETECTIONS, "people": PEOPLE, "cameras": CAMERAS, "now": time.time()}
        connection.execute(_FILL, {**values, "seconds": DAYS * 86400.0})
        for _, _, sql in later:
            connection.execute(sql)
        connection.execute("COMMIT")


def _insert_alerts(context: Context) -> None:
    """Insert the alerts: those of the last three days are pending, the others resolved with an outcome."""
    chance = Random(7)  # noqa: S311  not a secret
    now = context.clock()
    rows = []
    for number in range(ALERTS):
        at = now - timedelta(seconds=number * DAYS * 86400 / ALERTS, minutes=1)
        is_pending = now - at < timedelta(days=3)
        minute = at.replace(second=0, microsecond=0) - timedelta(minutes=14)
        counts = [chance.randrange(0, 40) for _ in range(15)]
        rows.append(
            {
                "timestamp": at,
                "employee_id": 1 + chance.randrange(PEOPLE),
                "alert_type": "fatigue" if number % 3 == 0 else "stress",
                "severity": chance.choice(("low", "medium", "medium", "high")),
                "description": "Expresión compatible con estrés o tristeza sostenida",
                "status": "pending" if is_pending else "resolved",
                "version": 0 if is_pending else 2,
                "outcome": None if is_pending else chance.choice(("useful", "useful", "false_alarm", "unclear")),
                "resolved_by": None if is_pending else DOCTOR,
                "resolved_at": None if is_pending else at + timedelta(hours=2),
                "evidence_events": sum(counts) // 2,
                "evidence_total": sum(counts),
                "evidence_confidence": 0.8,
                "evidence_start": minute,
                "evidence_minutes": [
                    {"start": (minute + timedelta(minutes=n)).isoformat(), "total": count, "events": count // 2}
                    for n, count in enumerate(counts)
                ],
                "usual_share": 12.0,
                "usual_days": 9,
                "error_chance": 0.004,
            }
        )
    with context.database.write() as connection:
        connection.execute(insert(alerts), rows)
        insert_alert_histories(connection)
