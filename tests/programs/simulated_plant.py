"""Eight hours of a plant whose devices deliver up to an hour late, in simulated time."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from stressvision.db.schema.tables import detection_events
from stressvision.services.context import Context
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.summaries import write_due_summaries

QUARTER = timedelta(minutes=15)
BEGAN = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
HOURS = 8
LATEST = timedelta(hours=1)
EMOTIONS = ("neutral", "neutral", "happy", "stress", "sad", "fatigue", None)


@dataclass(frozen=True)
class Delivery:
    """A detection, and when it reaches the server."""

    arrives: datetime
    row: dict[str, object]


def simulate_shift(chance: random.Random, people: list[int]) -> list[Delivery]:
    """Return detections about every half minute, with an hour's break in the middle; one in four is delivered late."""
    deliveries = []
    at = BEGAN
    while (at := at + timedelta(seconds=chance.randrange(5, 60))) < BEGAN + timedelta(hours=HOURS):
        if timedelta(hours=3) <= at - BEGAN < timedelta(hours=4):
            continue
        late = chance.random() * LATEST if chance.random() < 0.25 else timedelta(seconds=1)
        emotion = chance.choice(EMOTIONS)
        person = chance.choice([*people, None])
        row = {
            "timestamp": at,
            "device_id": f"pi-{chance.randrange(3)}",
            "employee_id": person,
            "emotion": emotion if person else None,
            "emotion_confidence": 0.7 if person and emotion else None,
            "created_at": at + late,
        }
        deliveries.append(Delivery(at + late, row))
    return sorted(deliveries, key=lambda delivery: delivery.arrives)


def deliver(context: Context, deliveries: list[Delivery], after: datetime, until: datetime) -> None:
    """Store the detections that arrive within (after, until]."""
    rows = [delivery.row for delivery in deliveries if after < delivery.arrives <= until]
    if rows:
        with context.database.write() as connection:
            connection.execute(insert(detection_events), rows)


def report_all(context: Context) -> None:
    """Do what the reporter's job does at each quarter of an hour."""
    write_due_reports(context, QUARTER)
    write_due_summaries(context)
