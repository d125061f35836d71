"""Retention: delete expired rows in short transactions beside the running system, and free the disk space."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable
from stressvision.db.backup import space
from stressvision.db.backup.space import Space
from stressvision.db.queries.changes import prune_changes
from stressvision.db.queries.detections.detections import DetectionFilter, select_detections
from stressvision.db.queries.privacy import retention as rows
from stressvision.db.queries.privacy.retention import EXPIRED, Expired
from stressvision.db.schema.tables import metadata
from stressvision.domain.retention import RetentionKind, Term
from stressvision.services.audit import trim_audit
from stressvision.services.confirmed_time import ConfirmedTime
from stressvision.services.context import Context
from stressvision.services.privacy.chunks import Pauses, delete_in_chunks

PAGES = 100
"""Pages freed in one transaction: 400 KiB."""
AUDIT_ROWS = 2000
"""Rows of the audit log deleted in one transaction."""
_WORTH_REWRITING = 0.25
"""Share of an older file that must be free before it is rewritten, once."""
_IDLE = timedelta(minutes=5)
"""Time without a detection after which a rewrite, which blocks the writers, may begin."""


@dataclass(frozen=True)
class RetentionResult:
    """Number of expired rows for each term, deleted unless it was a dry run, and the space before and after."""

    terms: tuple[tuple[Term, int], ...]
    before: Space
    after: Space


def terms_of(settings: Settings) -> tuple[Term, ...]:
    """Return the configured terms."""
    return (
        Term(RetentionKind.DETECTIONS, settings.retention_detections_days),
        Term(RetentionKind.ROLLUPS, settings.retention_rollups_days),
        Term(RetentionKind.REPORTS, settings.retention_reports_days),
        Term(RetentionKind.ALERTS, settings.retention_alerts_days),
        Term(RetentionKind.AUDIT, settings.retention_audit_days),
    )


def count_expired(context: Context) -> RetentionResult:
    """Return what apply_retention would delete now."""
    now = context.clock()
    counted = []
    with context.database.read() as connection:
        for term in terms_of(context.settings):
            cutoff = term.cutoff(now)
            counted.append((term, rows.count_expired(connection, term.kind, cutoff) if cutoff else 0))
    used = space.measure_space(context.database)
    return RetentionResult(tuple(counted), used, used)


def apply_confirmed_retention(context: Context, confirmed: ConfirmedTime) -> RetentionResult | None:
    """Delete what had expired at the last confirmed time, and older changes of the feed; None without such a time.

    Raises DatabaseUnavailable.
    """
    mark = confirmed.advance(context)
    if mark is None:
        return None
    delete_old_changes(context, mark.last_change_id)
    return apply_retention(context, at=mark.at)


def delete_old_changes(context: Context, before: int) -> int:
    """Delete the feed's changes with ids below `before`: millions a day in a large plant. Returns their number."""
    return delete_in_chunks(context, lambda connection, limit: prune_changes(connection, before, limit))


def apply_retention(
    context: Context,
    *,
    at: datetime | None = None,
    compact: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> RetentionResult:
    """Delete expired rows beside the running system, and free the disk space. Raises DatabaseUnavailable.

    Safe to repeat after an interruption.

    Args:
        context: Database, settings and clock.
        at: Delete what had expired then; now if None.
        compact: Rewrite the file even where little is free and writers must wait.
        pause: Sleeps for a number of seconds between transactions.
    """
    now, before = at or context.clock(), space.measure_space(context.database)
    counted = []
    for term in terms_of(context.settings):
        cutoff = term.cutoff(now)
        counted.append((term, _delete(context, term.kind, cutoff, pause) if cutoff else 0))
    _free(context, before, pause, compact=compact)
    return RetentionResult(tuple(counted), before, space.measure_space(context.database))


def _delete(context: Context, kind: RetentionKind, before: datetime, pause: Callable[[float], None]) -> int:
    if kind is RetentionKind.AUDIT:
        return _trim_audit(context, before, pause)
    return sum(_delete_in_chunks(context, expired, before, pause) for expired in EXPIRED[kind])


def _trim_audit(context: Context, before: datetime, pause: Callable[[float], None]) -> int:
    """Delete parts of a fixed size, because each adds a row to the log."""
    total, pauses = 0, Pauses(context, pause)
    while True:
        with context.database.write() as connection:
            began = time.monotonic()
            trimmed = trim_audit(connection, context, before, AUDIT_ROWS)
        total += trimmed
        if trimmed < AUDIT_ROWS:
            return total
        pauses.rest(time.monotonic() - began)


def _delete_in_chunks(context: Context, expired: Expired, before: datetime, pause: Callable[[float], None]) -> int:
    return delete_in_chunks(
        context, lambda connection, limit: rows.delete_expired(connection, expired, before, limit), pause
    )


def _free(context: Context, before: Space, pause: Callable[[float], None], *, compact: bool) -> None:
    database = context.database
    if compact or (not space.can_free_gradually(database) and _is_worth_rewriting(context, before)):
        space.rewrite(database, metadata.tables)
    elif space.can_free_gradually(database):
        pauses, began = Pauses(context, pause), time.monotonic()
        while space.free_some(database, PAGES):
            pauses.rest(time.monotonic() - began)
            began = time.monotonic()
    with suppress(DatabaseUnavailable):
        # A reader that uses the log prevents this; the next checkpoint empties it.
        space.empty_log(database)


def _is_worth_rewriting(context: Context, before: Space) -> bool:
    now = space.measure_space(context.database)
    if not context.database.is_sqlite or now.free < _WORTH_REWRITING * before.used:
        return False
    with context.database.read() as connection:
        recent = select_detections(connection, DetectionFilter(start=context.clock() - _IDLE, limit=1))
    return not recent
