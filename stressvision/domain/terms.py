"""How long what is kept: each kind of data its own term, for its own reason (docs/privacy.md tells them)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RetentionKind(StrEnum):
    DETECTIONS = "detections"
    """Single detections, the sessions they were made in, and the minutes a camera watched."""
    ROLLUPS = "rollups"
    """Quarter-hour reports, and what a day was like for one person."""
    REPORTS = "reports"
    """Daily summaries, without persons."""
    ALERTS = "alerts"
    """Resolved alerts, their history, silences that ended and messages that were sent."""
    AUDIT = "audit"
    """Who did or looked at what."""


@dataclass(frozen=True)
class Term:
    """`days` 0: for ever."""

    kind: RetentionKind
    days: int

    def cutoff(self, now: datetime) -> datetime | None:
        """Before this moment is past the term; None where nothing ever is."""
        return now - timedelta(days=self.days) if self.days else None
