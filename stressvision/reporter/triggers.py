"""When periodic jobs are due (APScheduler's own interval trigger is not aligned to the clock)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger

from stressvision.domain.reports import window_holding


class WindowEnds(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 ships no types
    """Fires when each UTC-aligned window of `length` closes; for a job that runs every so often, too."""

    def __init__(self, length: timedelta) -> None:
        self._length = length

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return window_holding(now, self._length).end


class DailyAt(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 ships no types
    """Fires once a calendar day, at `at` by the plant's clock."""

    def __init__(self, at: time, zone: ZoneInfo) -> None:
        self._at = at
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        today = now.astimezone(self._zone).date()
        due = datetime.combine(today, self._at, self._zone)
        return due if due > now else datetime.combine(today + timedelta(days=1), self._at, self._zone)
