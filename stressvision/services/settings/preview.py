"""Preview of alert thresholds on the detections of the last week."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import groupby

from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.db.queries.alerts.alerts import count_alerts_in
from stressvision.db.queries.detections.windows import Expression, stream_expressions
from stressvision.domain.alerts import AlertRule
from stressvision.domain.auth import Role, sees_persons
from stressvision.domain.consent import may_alert
from stressvision.domain.disclosure import is_large_enough
from stressvision.domain.reports import Window
from stressvision.domain.rule_preview import find_alert_times
from stressvision.services.alerts.creation import fatigue_rule, live_rule
from stressvision.services.context import Context
from stressvision.services.settings.changing import check_values
from stressvision.services.stored_settings import STORABLE, SettingGroup
from stressvision.wire.settings import RulePreview

DAYS = 7
MOST_DETECTIONS = 300_000
"""Per rule; about two seconds of one core."""


class _Tally:
    """Alerts and the people concerned, under one set of settings."""

    def __init__(self) -> None:
        self.alerts = 0
        self.people: set[int] = set()

    def add(self, employee_id: int, alerts: int) -> None:
        self.alerts += alerts
        if alerts:
            self.people.add(employee_id)


def preview_rules(context: Context, wanted: Mapping[str, object], role: Role | None) -> RulePreview:
    """Return how many alerts of the last days the settings in force and the wanted ones would have created.

    Raises:
        InvalidInput: A name is not a setting of alerts, or a value is not valid.
        Conflict: The environment sets one of them.
    """
    for name in wanted:
        if name not in STORABLE or STORABLE[name].group is not SettingGroup.ALERTS:
            raise InvalidInput(
                Message(
                    es="Solo se prueban los umbrales de las alertas.", en="Only the thresholds of alerts are previewed."
                ),
                field=name,
            )
    proposed = context.settings.model_copy(update=check_values(context, wanted))
    return _compare(context, context.settings, proposed, role)


def _compare(context: Context, current: Settings, proposed: Settings, role: Role | None) -> RulePreview:
    now = context.clock()
    window = Window(now - timedelta(days=DAYS), now)
    tallies = (_Tally(), _Tally())
    read = 0
    is_complete = True
    with context.database.read() as connection:
        for rule_of in (live_rule, fatigue_rule):
            before, after = rule_of(current), rule_of(proposed)
            if not may_alert(current.policy, before.emotions):
                continue
            expressions = stream_expressions(connection, before.emotions, window, MOST_DETECTIONS)
            count = _count(expressions, (before, after), tallies)
            read += count
            is_complete = is_complete and count < MOST_DETECTIONS
        created = count_alerts_in(connection, window)
    shown = [sees_persons(role) or is_large_enough(len(tally.people)) for tally in tallies]
    return RulePreview(
        days=DAYS,
        current=tallies[0].alerts if all(shown) else None,
        proposed=tallies[1].alerts if all(shown) else None,
        created=created if all(shown) else None,
        detections=read if all(shown) else 0,
        is_complete=is_complete,
        withheld=not all(shown),
    )


def _count(
    expressions: Iterable[Expression], rules: tuple[AlertRule, AlertRule], tallies: tuple[_Tally, _Tally]
) -> int:
    """Add the alerts of both rules to the tallies, and return the number of detections."""
    count = 0
    for employee_id, group in groupby(expressions, key=lambda expression: expression.employee_id):
        own = [(expression.timestamp, expression.confidence) for expression in group]
        count += len(own)
        for rule, tally in zip(rules, tallies, strict=True):
            tally.add(employee_id, len(find_alert_times(rule, own)))
    return count
