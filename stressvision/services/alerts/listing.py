"""Lists of alerts with filters, search, order and pages, and how many of them were useful."""

from dataclasses import dataclass, replace
from datetime import timedelta

from stressvision.db.queries.alerts.alert_lists import AlertFilter, count_alerts, count_outcomes, select_alerts
from stressvision.domain.alerts import AlertOrder, Outcome, compute_share_interval
from stressvision.services.audit import record_people_read
from stressvision.services.context import Actor, Context
from stressvision.services.name_search import find_people
from stressvision.services.paging import Instant, next_cursor, write_instant
from stressvision.services.permitted import require_permitted, withhold_emotions
from stressvision.wire.alerts import Alert, AlertList, OutcomeCounts


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted: `after` a cursor or, from 0, the `number` of a page. The cursor is for NEWEST."""

    limit: int = 50
    after: Instant | None = None
    number: int = 0
    order: AlertOrder = AlertOrder.NEWEST


def list_alerts(context: Context, wanted: AlertFilter, page: Page, actor: Actor) -> AlertList:
    """Return a page of alerts. The read is audited for each person in it.

    Args:
        context: Database, settings and clock.
        wanted: Which alerts; `search` is looked for in names, codes and device ids.
        page: Which part of them, and their order.
        actor: The reader, for the audit log.

    Raises:
        InvalidInput: The policy does not allow to choose by this kind.
    """
    limit = page.limit
    require_permitted(context, wanted.kind)
    with context.database.read() as connection:
        if wanted.search.strip():
            wanted = replace(wanted, matching=find_people(connection, wanted.search), search=wanted.search.strip())
        skip = page.number * limit
        found = select_alerts(connection, wanted, limit + 1, page.after, order=page.order, skip=skip)
        total = count_alerts(connection, wanted)
    concerned = [row.employee_id for row in found[:limit]] + [wanted.employee_id]
    record_people_read(context, actor, "read_alerts", {person for person in concerned if person is not None})
    is_newest = page.order is AlertOrder.NEWEST
    answer = AlertList(
        alerts=[Alert.model_validate(row) for row in found[:limit]],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.timestamp, row.id)) if is_newest else None,
    )
    return withhold_emotions(context, answer)


def read_outcomes(context: Context, days: int) -> OutcomeCounts:
    """Return the stated outcomes of alerts resolved in the last `days`: no person and no doctor is in it."""
    with context.database.read() as connection:
        counts = count_outcomes(connection, context.clock() - timedelta(days=days))
    useful, false_alarm = counts.get(Outcome.USEFUL, 0), counts.get(Outcome.FALSE_ALARM, 0)
    unclear, judged = counts.get(Outcome.UNCLEAR, 0), useful + false_alarm
    low, high = compute_share_interval(useful, judged)
    return OutcomeCounts(
        period_days=days,
        useful=useful,
        false_alarm=false_alarm,
        unclear=unclear,
        unstated=sum(counts.values()) - judged - unclear,
        useful_share=useful / judged if judged else None,
        useful_share_low=low if judged else None,
        useful_share_high=high if judged else None,
    )
