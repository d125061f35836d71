"""Destinations of notifications with a filter, and their form in settings."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from stressvision.core.validation import reject_unprintable
from stressvision.core.watching import WatchPeriod, format_schedule, parse_schedule, raising_value_error

MOST_MINUTES = 23 * 60
MOST_NAMES = 20
LONGEST_NAME = 60
NoticeEvent = Literal["alerts", "devices", "reports", "weekly"]
FIGURES = frozenset({"reports", "weekly"})
"""Events that announce or contain the figures of a plant."""
Level = Literal["low", "medium", "high"]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S"), AfterValidator(reject_unprintable)]
Names = Annotated[tuple[Name, ...], Field(max_length=MOST_NAMES)]
Periods = Annotated[tuple[WatchPeriod, ...], BeforeValidator(raising_value_error(parse_schedule))]
_ANY_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_WEEK = timedelta(days=7)


class NoticeFilter(BaseModel):
    """What one destination receives, and when.

    Attributes:
        name: Name on the screen.
        events: What it is notified of.
        areas: Departments of the people whose alerts it receives; empty: all.
        shifts: Their shifts; empty: all.
        lowest_severity: Least severity of those alerts.
        after_minutes: 0: new alerts at once; otherwise those that were not acknowledged for that long.
        quiet: Plant hours of the week in which its messages wait.
        quiet_except_high: Alerts of high severity are sent in those hours too.
        account: Account that reads there: of the health service, or of a plant manager where no alerts arrive.
        acknowledge_link: Messages of alerts contain a link that acknowledges; None: for e-mail with an `account`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Name
    events: Annotated[tuple[NoticeEvent, ...], Field(min_length=1)] = ("alerts",)
    areas: Names = ()
    shifts: Names = ()
    lowest_severity: Level = "low"
    after_minutes: int = Field(default=0, ge=0, le=MOST_MINUTES)
    quiet: Periods = ()
    quiet_except_high: bool = True
    account: Name | None = None
    acknowledge_link: bool | None = None

    @field_validator("quiet")
    @classmethod
    def _leave_an_hour(cls, periods: tuple[WatchPeriod, ...]) -> tuple[WatchPeriod, ...]:
        if covers_week(periods):
            raise ValueError("las horas sin avisos no pueden llenar la semana")
        return periods

    @property
    def selects_people(self) -> bool:
        """Whether areas or shifts limit whose alerts it receives."""
        return bool(self.areas or self.shifts)

    def describe(self) -> dict[str, Any]:
        """Return the filter in its JSON form."""
        return {**self.model_dump(mode="json", exclude={"quiet", "address"}), "quiet": format_schedule(self.quiet)}


class NoticeRoute(NoticeFilter):
    """A destination: a filter and an address of apprise, which is a secret."""

    address: SecretStr = Field(min_length=4, max_length=1000)

    @property
    def wants_link(self) -> bool:
        """Whether messages of alerts are to contain a link that acknowledges."""
        if self.acknowledge_link is not None:
            return self.acknowledge_link
        is_mail = self.address.get_secret_value().lower().startswith(("mailto://", "mailtos://"))
        return is_mail and self.account is not None

    def reveal(self) -> dict[str, Any]:
        """Return the destination in its JSON form, with the address."""
        return {**self.describe(), "address": self.address.get_secret_value()}


def parse_routes(value: object) -> object:
    """Return the list that a JSON text of the environment holds; other values as they are. Raise ValueError."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else ()
    except ValueError:
        raise ValueError('debe ser una lista JSON, por ejemplo [{"name": "Noche", "address": "mailtos://…"}]') from None


def covers_week(periods: Iterable[WatchPeriod]) -> bool:
    """Return whether the periods leave no minute of the week."""
    spans = sorted(_list_spans(periods))
    reached = _ANY_MONDAY
    for start, end in spans:
        if start > reached:
            return False
        reached = max(reached, end)
    return reached >= _ANY_MONDAY + _WEEK


def _list_spans(periods: Iterable[WatchPeriod]) -> Iterable[tuple[datetime, datetime]]:
    """Return start and end of each period in one week; one over its end counts at its beginning too."""
    for period in periods:
        for day in period.days:
            midnight = _ANY_MONDAY + timedelta(days=day - 1)
            start = datetime.combine(midnight, period.start, UTC)
            end = datetime.combine(midnight, period.end, UTC)
            end += timedelta(days=1) if period.end <= period.start else timedelta()
            yield start, end
            if end > _ANY_MONDAY + _WEEK:
                yield start - _WEEK, end - _WEEK
