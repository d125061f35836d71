"""The weekly report that is sent on schedule: once a week to each recipient, the newest week alone."""

from datetime import date

from stressvision.domain.notifications import NoticeKind
from stressvision.services.context import Context
from stressvision.services.notifications import enqueue, reported_week


def queue_weekly_report(context: Context) -> date | None:
    """Queue the last due report, and return the Monday of its week; None where it was queued before or none is due.

    After weeks without the reporter one report is sent, that of the last week.
    """
    week = reported_week(context)
    if week is None:
        return None
    with context.database.write() as connection:
        return week if enqueue(connection, context, NoticeKind.WEEKLY, week.toordinal()) else None
