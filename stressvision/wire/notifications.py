"""State of notification delivery, without addresses, which are secrets."""

from pydantic import BaseModel, ConfigDict, Field

from stressvision.core.notice_routes import Level, Name, Names, NoticeEvent
from stressvision.domain.auth import PASSWORD_MAX_LENGTH
from stressvision.wire.values import Moment, WireModel


class NoticeTarget(WireModel):
    """One target. `label`: kind of address and, for e-mail and webhooks, its host, and the masked mailbox.

    `name`: of a destination with a filter; null for a general recipient. `failed`: abandoned messages.
    """

    target: str
    label: str
    name: str | None = None
    waiting: int | None
    sent: int | None
    failed: int | None
    last_sent_at: Moment | None
    last_error: str | None


class NoticeQueue(WireModel):
    """State of the queue. Numbers are null for roles that may not know of alerts.

    `failing_since`: since when the oldest failed message waits; null without failures.
    """

    configured: bool
    waiting: int | None
    failed: int | None
    failing_since: Moment | None
    targets: list[NoticeTarget]


class RouteFilter(BaseModel):
    """What a destination receives, and when; core/notice_routes.py describes the fields.

    `quiet`: as in `lun-vie 22:00-06:00; dom 00:00-00:00`. `password`: of `account`, typed by its person, who agrees to
    the destination; required with an `account` unless nothing changes.
    """

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "example": {"name": "Noche", "shifts": ["night"], "quiet": "sab-dom 00:00-00:00", "after_minutes": 15}
        },
    )

    name: Name
    events: list[NoticeEvent] = Field(default=["alerts"], min_length=1)
    areas: Names = ()
    shifts: Names = ()
    lowest_severity: Level = "low"
    after_minutes: int = 0
    quiet: str = Field(default="", max_length=1000)
    quiet_except_high: bool = True
    account: Name | None = None
    acknowledge_link: bool | None = None
    password: str | None = Field(default=None, min_length=1, max_length=PASSWORD_MAX_LENGTH)


class RouteNew(RouteFilter):
    """A destination. `address`: of apprise; it is never returned."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Noche", "address": "jsons://example.com/hook"}})

    address: str = Field(min_length=4, max_length=1000)


class RouteChange(RouteFilter):
    """Another filter of a destination, and another address where one is sent."""

    address: str | None = Field(default=None, min_length=4, max_length=1000)


class RouteState(WireModel):
    """A destination. `target`: its id; `fault`: why it receives nothing now; null where it does.

    `acknowledge_link`: whether messages contain a link that acknowledges; null: for e-mail with an account.
    `offers_link`: whether they do now.
    """

    target: str
    label: str
    name: str
    events: list[NoticeEvent]
    areas: list[str]
    shifts: list[str]
    lowest_severity: Level
    after_minutes: int
    quiet: str
    quiet_except_high: bool
    account: str | None
    acknowledge_link: bool | None = None
    offers_link: bool = False
    fault: str | None


class RouteList(WireModel):
    """The destinations. `is_fixed`: the environment sets them. `areas`, `shifts`, `accounts`: what they may name.

    `accounts`: of the health service and of managers; null without any account. `reaches_nobody`: an alert that no
    destination takes is sent to nobody.
    """

    routes: list[RouteState]
    is_fixed: bool
    areas: list[str]
    shifts: list[str]
    accounts: list[str] | None
    reaches_nobody: bool
