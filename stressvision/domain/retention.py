"""Retention terms: how long each kind of data is kept. Reasons: docs/privacy.md."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RetentionKind(StrEnum):
    """A kind of data with a term of its own."""

    DETECTIONS = "detections"
    """Single detections, their sessions, and the minutes in which a camera was watching."""
    ROLLUPS = "rollups"
    """Quarter-hour reports, and the daily totals of each person."""
    REPORTS = "reports"
    """Daily summaries, without persons."""
    ALERTS = "alerts"
    """Resolved alerts, their history, ended silences and sent messages."""
    AUDIT = "audit"
    """The audit log."""


@dataclass(frozen=True)
class Term:
    """Number of days that a kind of data is kept; 0 keeps it for ever."""

    kind: RetentionKind
    days: int

    def cutoff(self, now: datetime) -> datetime | None:
        """Return the moment before which data is expired, or None where nothing expires."""
        return now - timedelta(days=self.days) if self.days else None


_DAYS_OF_YEAR = 365


def describe_period(days: int) -> str:
    """Return a retention period in Spanish: `30 días`, `1 año`, or `sin límite` for 0."""
    if days == 0:
        return "sin límite"
    years, rest = divmod(days, _DAYS_OF_YEAR)
    if rest:
        return "1 día" if days == 1 else f"{days} días"
    return "1 año" if years == 1 else f"{years} años"
