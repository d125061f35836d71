"""Access request: all data stored about one person, for that person."""

from array import array
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from stressvision.db.engine.connection import Connection
from stressvision.db.engine.row_reader import as_it_stands
from stressvision.db.queries.alerts.alert_lists import AlertFilter, select_alerts
from stressvision.db.queries.alerts.alerts import AlertRow
from stressvision.db.queries.detections.detections import stream_detections
from stressvision.db.queries.privacy import rights as rows
from stressvision.db.queries.privacy.erasure import ReportMentionRow, reports_mentioning
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import get_employee
from stressvision.wire.alerts import Alert
from stressvision.wire.backend import Employee, StoredDetection
from stressvision.wire.rights import AccessRecord, ConsentRecord, DayOfDetections, FaceRecord, OwnData, ReportMention

NOT_ANALYSED = "not_analysed"
_EVERY = 1_000_000
"""Limit on the alerts of one person that excludes none."""


def read_own_data(context: Context, employee_id: int, actor: Actor, *, with_faces: bool = False) -> OwnData:
    """Return all data stored about an employee; the read is audited. Raises NotFound.

    Days are in the plant's time zone. `with_faces`: include the face embeddings, which the API never sends.
    """
    with context.database.write() as connection:
        employee = Employee.model_validate(get_employee(connection, employee_id))
        record(connection, context, actor, "read_own_data", "employee", employee_id)
    with context.database.read() as connection:
        return OwnData(
            generated_at=context.clock(),
            policy=str(context.settings.policy),
            employee=employee,
            consents=[ConsentRecord.model_validate(row) for row in rows.select_consents(connection, employee_id)],
            faces=[_face(row, with_faces) for row in rows.select_faces(connection, employee_id)],
            detection_days=_days(connection, employee_id, ZoneInfo(context.settings.time_zone)),
            alerts=[Alert.model_validate(row) for row in _every_alert(connection, employee_id)],
            reports=[_mention(row, employee_id) for row in reports_mentioning(connection, employee_id)],
            accesses=[AccessRecord.model_validate(row) for row in rows.select_accesses(connection, employee_id)],
            other_tables=rows.select_further_rows(connection, employee_id),
        )


def _every_alert(connection: Connection, employee_id: int) -> list[AlertRow]:
    return select_alerts(connection, AlertFilter(employee_id=employee_id), _EVERY)


def stream_own_detections(context: Context, employee_id: int) -> Iterator[StoredDetection]:
    """Yield every detection of the person, oldest first. Audited by read_own_data, which is called first."""
    with context.database.read() as connection:
        for row in stream_detections(connection, employee_id):
            yield StoredDetection.model_validate(row)


def _face(row: rows.FaceRow, with_numbers: bool) -> FaceRecord:
    whole = row.embedding[: len(row.embedding) // 4 * 4]
    numbers = as_it_stands([float(number) for number in array("f", whole)]) if with_numbers else None
    return FaceRecord(
        model=row.model,
        quality=row.quality,
        created_at=row.created_at,
        embedding=numbers,
        expression=row.expression if with_numbers else None,
    )


def _days(connection: Connection, employee_id: int, zone: ZoneInfo) -> list[DayOfDetections]:
    days: dict[str, Counter[str]] = {}
    for row in rows.count_by_hour_and_emotion(connection, employee_id):
        counts = days.setdefault(f"{row.hour.astimezone(zone):%Y-%m-%d}", Counter())
        counts[row.emotion or NOT_ANALYSED] += row.count
    return [DayOfDetections(day=day, total=counts.total(), counts=dict(counts)) for day, counts in days.items()]


def _mention(row: ReportMentionRow, employee_id: int) -> ReportMention:
    return ReportMention(
        start_timestamp=row.start_timestamp,
        end_timestamp=row.end_timestamp,
        kind=row.kind,
        entry=as_it_stands(row.per_employee_summary.get(str(employee_id), {})),
    )
