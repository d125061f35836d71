"""Storing one detection in a transaction: once, with consent, and with the alert that is due."""

from datetime import datetime

from stressvision.core.clock import latest_credible
from stressvision.core.config import Policy
from stressvision.core.errors import (
    ConsentMissing,
    InvalidInput,
    Message,
    StressVisionError,
)
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections import detections as rows
from stressvision.db.queries.detections.devices import DeviceReport, upsert_device
from stressvision.db.queries.detections.identity import find_identity
from stressvision.db.queries.detections.sessions import parse_session
from stressvision.db.queries.people.employees import select_standings, touch_employee
from stressvision.domain.consent import may_be_recognised, permitted_emotion, permitted_vector
from stressvision.domain.emotions import is_too_far_ahead
from stressvision.services.alerts.creation import create_alert_if_due
from stressvision.services.context import Context
from stressvision.wire.detections import DetectionAccepted, DetectionIn


def store_in(connection: Connection, context: Context, detection: DetectionIn) -> DetectionAccepted:
    """Store a detection in the caller's write transaction; a repeated event_id is stored once, with the same answer.

    Raises InvalidInput (unknown employee or session, clock ahead) and ConsentMissing.
    """
    now = context.clock()
    emotion = kept_emotion(context, detection)
    withheld = emotion is None and detection.emotion is not None
    new = to_row(context, detection, emotion, now)
    session = session_name(detection)
    is_ahead = is_too_far_ahead(detection.timestamp, now)
    is_acceptable = not is_ahead and not _is_of_another_database(connection, detection)
    detection_id = rows.insert_permitted(connection, new, session) if is_acceptable else None
    if detection_id is None:
        known = rows.find_by_event(connection, new.event_id) if new.event_id else None
        if known is None:
            raise _find_refusal(connection, detection, session, is_ahead)
        return DetectionAccepted(detection_id=known, alert_created=False, emotion_withheld=withheld)
    if context.sightings.is_due("device", detection.device_id, now):
        upsert_device(connection, detection.device_id, DeviceReport(last_seen=now))
    if detection.employee_id is None:
        return DetectionAccepted(detection_id=detection_id, alert_created=False, emotion_withheld=withheld)
    if context.sightings.is_due("employee", detection.employee_id, detection.timestamp):
        touch_employee(connection, detection.employee_id, detection.timestamp, latest_credible(now))
    alert_id = create_alert_if_due(connection, context, detection.employee_id, emotion, detection.timestamp)
    return DetectionAccepted(detection_id=detection_id, alert_created=alert_id is not None, emotion_withheld=withheld)


def to_row(context: Context, detection: DetectionIn, emotion: str | None, now: datetime) -> rows.NewDetection:
    """Return the row of a detection of which `emotion` is kept."""
    vector = permitted_vector(context.settings.policy, detection.emotion_vector) if emotion else None
    return rows.NewDetection(
        timestamp=detection.timestamp,
        device_id=detection.device_id,
        track_id=detection.track_id,
        employee_id=detection.employee_id,
        recognition_confidence=detection.recognition_confidence,
        emotion=str(emotion) if emotion else None,
        emotion_confidence=detection.emotion_confidence if emotion else None,
        # Plain strings as keys: pydantic serialises them ten times as fast as enumeration members.
        emotion_vector={str(name): share for name, share in vector.items()} if vector else None,
        bounding_box=detection.bounding_box,
        frame_quality=detection.frame_quality,
        processing_time_ms=detection.processing_time_ms,
        created_at=now,
        event_id=str(detection.event_id) if detection.event_id else None,
        decision_frames=detection.frames if emotion else None,
    )


def session_name(detection: DetectionIn) -> int | str | None:
    """Return the session's row id or key; a key of digits alone is read as an id."""
    return None if detection.session_id is None else parse_session(detection.session_id)


def _is_of_another_database(connection: Connection, detection: DetectionIn) -> bool:
    """Return whether the employee was recognised with the gallery of another database."""
    named_in = detection.database_id if detection.employee_id is not None else None
    return bool(named_in) and named_in != find_identity(connection)


def _find_refusal(
    connection: Connection, detection: DetectionIn, session: int | str | None, is_ahead: bool
) -> StressVisionError:
    """Return the error that explains why a new detection was not stored."""
    if is_ahead:
        return InvalidInput(
            Message(
                es="timestamp está en el futuro: ajuste el reloj del dispositivo.",
                en="timestamp is in the future: set the device's clock.",
            ),
            field="timestamp",
        )
    if _is_of_another_database(connection, detection):
        return InvalidInput(
            Message(
                es="El empleado es de otra base de datos, donde este número puede ser de otra persona.",
                en="The employee belongs to another database, where this id may be another person's.",
            ),
            field="database_id",
        )
    employee_id = detection.employee_id
    standing = select_standings(connection, [employee_id]).get(employee_id) if employee_id else None
    if employee_id and standing is None:
        return InvalidInput(
            Message(es=f"No existe el empleado {employee_id}.", en=f"There is no employee {employee_id}."),
            field="employee_id",
        )
    if standing is not None and not may_be_recognised(standing):
        return ConsentMissing(
            Message(
                es=f"El empleado {employee_id} no está activo o no ha dado su consentimiento: "
                "la detección no se guarda.",
                en=f"Employee {employee_id} is not active or has not consented: the detection is not stored.",
            ),
            field="employee_id",
        )
    return InvalidInput(
        Message(
            es=f"No existe la sesión {session} del dispositivo {detection.device_id}: ábrala antes con POST /sessions.",
            en=f"There is no session {session} of device {detection.device_id}: open it first with POST /sessions.",
        ),
        field="session_id",
    )


def kept_emotion(context: Context, detection: DetectionIn) -> str | None:
    """Return the expression that may be stored: for an unenrolled face none, unless a setting allows it."""
    settings = context.settings
    may_analyse_unknown = settings.analyse_unknown or settings.policy is Policy.RESEARCH
    if detection.employee_id is None and not may_analyse_unknown:
        return None
    return permitted_emotion(settings.policy, detection.emotion)
