"""Which destinations receive an alert, at once and when nobody acknowledges it, and until when their messages wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from stressvision.core.notice_routes import NoticeFilter, NoticeRoute
from stressvision.core.watching import WatchPeriod
from stressvision.domain.alerts import ESCALATION_LIMIT, Severity

LONGEST_QUIET = timedelta(days=8)
_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True)
class AlertFacts:
    """What decides where an alert goes; `area` and `shift`: of the person it is about, which no message states."""

    severity: str | None
    area: str | None
    shift: str | None


def takes_alert(route: NoticeFilter, alert: AlertFacts) -> bool:
    """Return whether a destination receives such an alert; an unknown severity counts as the highest."""
    place = _ORDER.get(Severity(alert.severity), 0) if alert.severity in set(Severity) else len(_ORDER)
    return (
        "alerts" in route.events
        and place >= _ORDER[Severity(route.lowest_severity)]
        and _is_among(route.areas, alert.area)
        and _is_among(route.shifts, alert.shift)
    )


def choose_first(routes: Iterable[NoticeRoute], alert: AlertFacts) -> list[NoticeRoute]:
    """Return the destinations of a new alert; without any, the general recipients get it."""
    return [route for route in routes if not route.after_minutes and takes_alert(route, alert)]


def choose_next(routes: Iterable[NoticeRoute], alert: AlertFacts, waited: timedelta) -> list[NoticeRoute]:
    """Return the destinations of an alert that was not acknowledged for `waited`."""
    return [
        route
        for route in routes
        if route.after_minutes
        and timedelta(minutes=route.after_minutes) <= waited <= ESCALATION_LIMIT
        and takes_alert(route, alert)
    ]


def quiet_until(periods: Sequence[WatchPeriod], now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours that include `now` end, or None outside of them; adjoining ones end together.

    On days of 25 hours an hour that occurs twice is quiet both times; on days of 23, a time that the clock skips is the
    one an hour later.
    """
    moment = now
    while moment < now + LONGEST_QUIET and (end := _find_end(periods, moment, zone)) is not None:
        moment = end
    return None if moment == now else moment


def _is_among(names: Sequence[str], name: str | None) -> bool:
    return not names or (name or "").strip().casefold() in {known.strip().casefold() for known in names}


def _find_end(periods: Sequence[WatchPeriod], now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the latest end of the periods that include `now`, or None."""
    today = now.astimezone(zone).date()
    ends = []
    for period in periods:
        for day in (today - timedelta(days=1), today):
            if day.isoweekday() not in period.days:
                continue
            last = day + timedelta(days=1) if period.end <= period.start else day
            start = datetime.combine(day, period.start, zone).astimezone(now.tzinfo)
            clock_end = datetime.combine(last, period.end, zone)
            end = max(clock_end.replace(fold=fold).astimezone(now.tzinfo) for fold in (0, 1))
            if start <= now < end:
                ends.append(end)
    return max(ends, default=None)
