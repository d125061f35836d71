"""Days and weeks as the plant lives them: by its own calendar, weeks from Monday to Sunday."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stressvision.core.errors import InvalidInput, Message
from stressvision.domain.reports import Window

DAY = timedelta(days=1)
DAYS_OF_WEEK = 7


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def day_window(day: date, zone: ZoneInfo) -> Window:
    """From midnight to midnight by the plant's clock: 23 or 25 hours where it is changed on that day."""
    start, end = (datetime.combine(midnight, time(), zone).astimezone(UTC) for midnight in (day, day + DAY))
    return Window(start, end)


def week_of(day: date) -> tuple[date, ...]:
    """The seven days, from Monday, of the week that holds `day`."""
    monday = day - day.weekday() * DAY
    return tuple(monday + number * DAY for number in range(DAYS_OF_WEEK))


def parse_day(text: str, *, field: str | None = None) -> date:
    """YYYY-MM-DD. Raises InvalidInput, also for years outside 1970 to 8999, which no plant means."""
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
