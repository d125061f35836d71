"""Upkeep of an installation: what needs a hand before it does damage, and how soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from statistics import median


class RepairKind(StrEnum):
    """What needs a repair."""

    DISK = "disk"
    CERTIFICATE = "certificate"
    TOKENS = "tokens"
    BACKUP = "backup"
    CLOCK = "clock"
    MODEL = "model"
    CAMERA = "camera"


REPAIR_NUMBERS = {kind: number for number, kind in enumerate(RepairKind, 1)}
"""Entity ids of the messages."""

WARN_DAYS = {RepairKind.DISK: 30.0, RepairKind.CERTIFICATE: 30.0, RepairKind.MODEL: 30.0}
"""Days before the damage from which a repair is listed."""
URGENT_DAYS = 7.0
VALIDATION_DAYS = 365
"""How long a plant's own validation of the model holds: people, light and clothing change with the seasons."""
FEWEST_SAMPLES = 5
"""Days of samples below which the disk's trend says nothing."""
SAMPLE_DAYS = 60
"""How many daily samples are kept and used."""


@dataclass(frozen=True)
class DiskSample:
    """Free space of the database's disk on one day, in bytes."""

    day: date
    free_bytes: int


@dataclass(frozen=True)
class Repair:
    """One thing to repair. `days_left`: until the damage, None where it is not a matter of days."""

    kind: RepairKind
    is_urgent: bool
    days_left: float | None = None
    detail: str = ""


def days_until_full(samples: Sequence[DiskSample]) -> float | None:
    """Return after how many days the disk is full at its present trend; None without a trend towards it.

    The trend is the median of all pairwise slopes (Sen, J. Am. Stat. Assoc. 63, 1968): a day on which the
    disk was freed or filled for an hour does not decide it.
    """
    if len(samples) < FEWEST_SAMPLES:
        return None
    slopes = [
        (later.free_bytes - earlier.free_bytes) / (later.day - earlier.day).days
        for earlier, later in combinations(sorted(samples, key=lambda sample: sample.day), 2)
        if later.day > earlier.day
    ]
    if not slopes or (slope := median(slopes)) >= 0:
        return None
    newest = max(samples, key=lambda sample: sample.day)
    return newest.free_bytes / -slope


def validation_days_left(validated_on: date | None, model_dated: date | None, today: date) -> float | None:
    """Return the days for which the plant's validation of its model still holds; None where it has stated none.

    A model of a later date than the validation was never validated here.
    """
    if validated_on is None:
        return None
    if model_dated is not None and validated_on < model_dated:
        return 0.0
    return float((validated_on + timedelta(days=VALIDATION_DAYS) - today).days)


def repair_in_days(kind: RepairKind, days_left: float | None, detail: str = "") -> Repair | None:
    """Return the repair of something that ends in `days_left`; None while that is far off or unknown.

    It has whole days: a disk fills at the rate of the detections, which not every reader may know.
    """
    if days_left is None or days_left > WARN_DAYS[kind]:
        return None
    return Repair(kind, is_urgent=days_left <= URGENT_DAYS, days_left=float(max(round(days_left), 0)), detail=detail)
