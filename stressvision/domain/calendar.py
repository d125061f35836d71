"""Days and weeks in the plant's time zone; weeks run from Monday to Sunday."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stressvision.core.errors import InvalidInput, Message
from stressvision.domain.reports import Window

DAY = timedelta(days=1)
DAYS_OF_WEEK = 7
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of a moment in that zone."""
    return moment.astimezone(zone).date()


def day_window(day: date, zone: ZoneInfo) -> Window:
    """Return the window from midnight to midnight in that zone: 23 or 25 hours where the clock changes on that day."""
    start, end = (datetime.combine(midnight, time(), zone).astimezone(UTC) for midnight in (day, day + DAY))
    return Window(start, end)


def week_of(day: date) -> tuple[date, ...]:
    """Return the seven days, from Monday, of the week that contains `day`."""
    monday = day - day.weekday() * DAY
    return tuple(monday + number * DAY for number in range(DAYS_OF_WEEK))


def find_reported_week(now: datetime, zone: ZoneInfo, weekday: str, hour: int, settled: timedelta) -> date | None:
    """Return the Monday of the week whose report is the last one due; None where none is ever due.

    Args:
        now: Current time.
        zone: The plant's time zone.
        weekday: Day on which the report of the week before is due, in English and lower case; any other word: never.
        hour: Hour of that day.
        settled: Wait after the end of a week before its report may be due.
    """
    if weekday not in WEEKDAYS:
        return None
    today = now.astimezone(zone).date()
    monday = week_of(today)[0]
    for start in (monday, monday - DAYS_OF_WEEK * DAY):
        due = datetime.combine(start + WEEKDAYS.index(weekday) * DAY, time(hour), zone).astimezone(UTC)
        if max(due, day_window(start, zone).start + settled) <= now:
            return start - DAYS_OF_WEEK * DAY
    return None


def parse_day(text: str, *, field: str | None = None) -> date:
    """Return the day written as YYYY-MM-DD.

    Raises:
        InvalidInput: The text is not such a day, or its year is outside 1970 to 8999. `field` names the input.
    """
    try:
        day = date.fromisoformat(text.strip())
        if not 1970 <= day.year < 9000:
            raise ValueError(day.year)
    except ValueError:
        raise InvalidInput(
            Message(
                es=f"«{text}» no es un día: use AAAA-MM-DD, por ejemplo 2026-11-22.",
                en=f"“{text}” is not a day: use YYYY-MM-DD, for example 2026-11-22.",
            ),
            field=field,
        ) from None
    return day
