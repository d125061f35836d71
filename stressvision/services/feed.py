"""Change feed: the changes committed by any process, as events in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from stressvision.db.engine.connection import Connection
from stressvision.db.engine.kept_reader import KeptReader
from stressvision.db.queries import changes
from stressvision.db.queries.alerts.alerts import AlertRow, select_alerts_by_id
from stressvision.db.queries.detections.detections import DetectionRow, select_detections_by_id
from stressvision.db.queries.reports.reports import PublicReports, ReportRow, select_reports_by_id
from stressvision.services.context import Context
from stressvision.services.permitted import withhold_emotions
from stressvision.wire.backend import StoredDetection
from stressvision.wire.events import AlertEvent, DetectionEvent, FeedEvent, ReportEvent

PAGE = 500
_FIRST_REPORT = "report"
"""Kind of the change when a report is first written; later ones follow detections that arrived late."""


@dataclass(frozen=True)
class FeedPage:
    """Events, and the `position` to continue from, also where the last events were erased.

    `public`: ids of the events that roles without access to persons may know of. `is_last`: whether there are no more.
    """

    events: tuple[FeedEvent, ...]
    position: int
    public: frozenset[int] = frozenset()
    is_last: bool = False


class ChangeFeed:
    """A reader of the feed. Not thread-safe. Every method raises DatabaseUnavailable."""

    def __init__(self, context: Context) -> None:
        self._context, self._reader = context, KeptReader(context.database)
        self._watch = changes.CommitWatch(context.database, self._reader)

    def has_news(self) -> bool:
        """Return whether anything was committed since the last call. Takes a few microseconds on SQLite."""
        return self._watch.has_news()

    def wait(self, seconds: float) -> None:
        """Block until there may be news, at most `seconds`. PostgreSQL notifies; on SQLite the time always passes."""
        self._watch.wait(seconds)

    def last_id(self) -> int:
        """Return the id of the newest event, 0 where there is none."""
        with self._reader.read() as connection:
            return changes.last_change_id(connection)

    def oldest_id(self) -> int:
        """Return the id of the oldest event still kept, 0 where there is none."""
        with self._reader.read() as connection:
            return changes.oldest_change_id(connection)

    def read_reports_since(self, moment: datetime, after: int) -> FeedPage:
        """Return the report events committed at `moment` or later with ids after `after`, in order."""
        with self._reader.read() as connection:
            return self._read_page(connection, changes.select_report_changes(connection, moment, after), after)

    def read_after(self, event_id: int, limit: int = PAGE) -> FeedPage:
        """Return up to `limit` events after `event_id`, in order, without those whose entity was erased."""
        with self._reader.read() as connection:
            found = changes.select_changes(connection, event_id, limit)
            return replace(self._read_page(connection, found, event_id), is_last=len(found) < limit)

    def _read_page(self, connection: Connection, found: Sequence[changes.ChangeRow], after: int) -> FeedPage:
        ids: dict[str, list[int]] = {"detection": [], "alert": [], "report": []}
        for change in found:
            ids[change.kind.partition("_")[0]].append(change.entity_id)
        entities: dict[str, Mapping[int, DetectionRow | AlertRow | ReportRow]] = {
            "detection": select_detections_by_id(connection, ids["detection"]) if ids["detection"] else {},
            "alert": select_alerts_by_id(connection, ids["alert"]) if ids["alert"] else {},
            "report": select_reports_by_id(connection, ids["report"]) if ids["report"] else {},
        }
        settings, now = self._context.settings, self._context.clock()
        public = PublicReports(settings.interval_minutes, now)
        changed = [(change, entities[change.kind.partition("_")[0]].get(change.entity_id)) for change in found]
        events = (_event(self._context, change, entity) for change, entity in changed)
        public_ids = frozenset(
            change.id
            for change, entity in changed
            if change.kind == _FIRST_REPORT and isinstance(entity, ReportRow) and public.holds(entity)
        )
        position = found[-1].id if found else after
        return FeedPage(tuple(event for event in events if event is not None), position, public_ids)

    def close(self) -> None:
        """Close the connections."""
        self._watch.close()
        self._reader.close()


def _event(
    context: Context, change: changes.ChangeRow, entity: DetectionRow | AlertRow | ReportRow | None
) -> FeedEvent | None:
    if entity is None:
        return None
    if isinstance(entity, DetectionRow):
        data = withhold_emotions(context, StoredDetection.model_validate(entity)).model_dump(mode="json")
        return DetectionEvent(id=change.id, committed_at=change.committed_at, data=data)
    event = _report_event(change, entity) if isinstance(entity, ReportRow) else _alert_event(change, entity)
    return withhold_emotions(context, event)


def _report_event(change: changes.ChangeRow, entity: ReportRow) -> ReportEvent:
    return ReportEvent(
        id=change.id,
        committed_at=change.committed_at,
        report_id=change.entity_id,
        start_timestamp=entity.start_timestamp,
        end_timestamp=entity.end_timestamp,
        total_detections=entity.total_detections,
        overall_stress_percentage=entity.overall_stress_percentage,
        revision=entity.revision,
    )


def _alert_event(change: changes.ChangeRow, entity: AlertRow) -> AlertEvent:
    return AlertEvent(
        id=change.id,
        committed_at=change.committed_at,
        type=change.kind,
        alert_id=change.entity_id,
        employee_id=entity.employee_id,
        employee_name=entity.employee_name,
        alert_type=entity.alert_type,
        severity=entity.severity,
        description=entity.description,
        status=entity.status,
        timestamp=entity.timestamp,
        acknowledged_by=entity.acknowledged_by,
        resolved_by=entity.resolved_by,
        resolution_notes=entity.resolution_notes,
        device_id=entity.device_id,
        escalation_level=entity.escalation_level,
        evidence_share=entity.evidence_share,
        above_usual=entity.above_usual,
    )
