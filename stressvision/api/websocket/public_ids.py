"""Event ids for roles without access to persons: from the time of the commit, never from the number of events.

The feed's own ids count every detection: two of them, a quarter of an hour apart, disclose how many were stored in
between, and a heartbeat discloses each one as it arrives.
"""

from datetime import UTC, datetime, timedelta

from stressvision.core.errors import InvalidInput, Message
from stressvision.services.reports.reading import public_report_id
from stressvision.wire.events import ReportEvent

_WINDOWS = 1000
"""Reports committed in one millisecond that still have different ids: windows are at least a minute long."""
KEPT = timedelta(days=1)
"""Age from which a client that resumes is warned of a gap; the reporter prunes the feed at this age."""
_OVERLAP = timedelta(minutes=1)
"""Resuming from the greeting's id goes back this far: a commit becomes visible after its own time."""


def public_event_id(event: ReportEvent) -> int:
    """Return the public id of a report event: milliseconds of its commit, then its window's minute."""
    return _milliseconds(event.committed_at) * _WINDOWS + public_report_id(event.start_timestamp) % _WINDOWS


def current_public_id(now: datetime) -> int:
    """Return the id from which a client that has received nothing resumes without a gap."""
    return _milliseconds(now - _OVERLAP) * _WINDOWS


def moment_of(public_id: int) -> datetime:
    """Return the time of the commit of a public id. Raises InvalidInput for a number that is none."""
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=public_id // _WINDOWS)
    except OverflowError:
        raise InvalidInput(
            Message(
                es="since no es un id de evento: use el último id recibido.",
                en="since is not an event id: use the last id received.",
            ),
            field="since",
        ) from None


def has_gap_after(public_id: int, now: datetime) -> bool:
    """Return whether events after a public id may no longer be kept, or the id lies in the future."""
    return not now - KEPT <= moment_of(public_id) <= now


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
