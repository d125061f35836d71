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


def preview_rules(context: Context, wanted: Mapping[str, object], role: Role | None) -> RulePreview:
    """Return how many alerts of the last days the settings in force and the wanted ones would have created.

    Roles without access to persons get no number, however many people there are: two thresholds that one person lies
    between differ by that person's alerts, and the window ends now.

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
    if not sees_persons(role):
        return RulePreview(days=DAYS, current=None, proposed=None, created=None, detections=0, withheld=True)
    return _compare(context, context.settings, proposed)


def _compare(context: Context, current: Settings, proposed: Settings) -> RulePreview:
    now = context.clock()
    window = Window(now - timedelta(days=DAYS), now)
    totals = [0, 0]
    read = 0
    is_complete = True
    with context.database.read() as connection:
        for rule_of in (live_rule, fatigue_rule):
            before, after = rule_of(current), rule_of(proposed)
            if not may_alert(current.policy, before.emotions):
                continue
            expressions = stream_expressions(connection, before.emotions, window, MOST_DETECTIONS)
            count = _count(expressions, (before, after), totals)
            read += count
            is_complete = is_complete and count < MOST_DETECTIONS
        created = count_alerts_in(connection, window)
    return RulePreview(
        days=DAYS, current=totals[0], proposed=totals[1], created=created, detections=read, is_complete=is_complete
    )


def _count(expressions: Iterable[Expression], rules: tuple[AlertRule, AlertRule], totals: list[int]) -> int:
    """Add the alerts of both rules to the totals, and return the number of detections."""
    count = 0
    for _, group in groupby(expressions, key=lambda expression: expression.employee_id):
        own = [(expression.timestamp, expression.confidence) for expression in group]
        count += len(own)
        for number, rule in enumerate(rules):
            totals[number] += len(find_alert_times(rule, own))
    return count
