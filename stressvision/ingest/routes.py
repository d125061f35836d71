"""The routes of ingest. Each calls one service."""

import json
from codecs import BOM_UTF8
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from stressvision import VERSION
from stressvision.core.errors import DatabaseUnavailable, InvalidInput, Language, Message
from stressvision.http.problems import reader_language
from stressvision.ingest.document import build_document
from stressvision.ingest.request_checks import calling_device, require_device, sees_single_detections
from stressvision.services.audit import record_gallery_read
from stressvision.services.camera_settings import read_device_camera
from stressvision.services.context import Context
from stressvision.services.detections.batches import parse_batch, read_batch, store_batch
from stressvision.services.detections.sessions import close_session, open_session
from stressvision.services.detections.storing import store_detection
from stressvision.services.devices import record_health
from stressvision.services.figures import read_ingest_stats, read_public_ingest_stats
from stressvision.services.people.gallery import gallery_version, read_gallery
from stressvision.wire.backend import Liveness
from stressvision.wire.detections import (
    DetectionIn,
    DetectionStored,
    DeviceHealth,
    IngestSession,
    SessionEnd,
    SessionEnded,
    SessionStart,
)

EXTENSION = "stressvision"
routes = Blueprint("ingest", __name__)


@dataclass(frozen=True)
class IngestState:
    """State of one application, under `EXTENSION` in its extensions. `started_at`: on the monotonic clock, seconds."""

    context: Context
    started_at: float


@routes.get("/health")
def health() -> Response:
    """Answer the health of process and database."""
    context = _context()
    database = _database_fault(context)
    return _to_json(
        Liveness(
            status="degraded" if database else "healthy",
            service="ingest",
            version=VERSION,
            database=database or "connected",
            timestamp=context.clock(),
        )
    )


@routes.post("/sessions")
def open_device_session() -> Response:
    """Open a session, or return the one with the same key."""
    start = SessionStart.model_validate(_read_body())
    require_device(start.device_id)
    opened = open_session(_context(), start)
    return _to_json(IngestSession(session_id=opened.key, db_id=opened.id))


@routes.post("/sessions/<session>/end")
def close_device_session(session: str) -> Response:
    """End a session."""
    end = SessionEnd.model_validate(_read_body(optional=True))
    return _to_json(SessionEnded(session_id=close_session(_context(), session, end, calling_device())))


@routes.post("/detections")
def receive_detection() -> Response:
    """Store one detection."""
    try:
        detection = DetectionIn.model_validate_json(request.get_data())
    except ValidationError:
        detection = DetectionIn.model_validate(_read_body())  # the same fault, named as for every body
    require_device(detection.device_id)
    accepted = store_detection(_context(), detection)
    return _to_json(DetectionStored(detection_id=accepted.detection_id, emotion_withheld=accepted.emotion_withheld))


@routes.post("/detections/batch")
def receive_batch() -> Response:
    """Store up to 500 detections; the answer has one result per detection."""
    batch = parse_batch(request.get_data())
    if batch is None:
        batch = read_batch(_read_body())
    return _to_json(store_batch(_context(), batch, _language(), require_device))


@routes.post("/heartbeat")
def receive_heartbeat() -> Response:
    """Store a device's health."""
    report = DeviceHealth.model_validate(_read_body())
    require_device(report.device_id)
    record_health(_context(), report)
    return Response(status=204)


@routes.get("/stats")
def stats() -> Response:
    """Answer totals; figures about people only for roles that may see persons, whose read is audited."""
    context, started_at = _context(), _state().started_at
    if not sees_single_detections():
        return _to_json(read_public_ingest_stats(context, started_at))
    return _to_json(read_ingest_stats(context, started_at, g.actor))


@routes.get("/gallery")
def gallery() -> Response:
    """Answer the gallery of enrolled faces, with an ETag."""
    faces = read_gallery(_context())
    version = gallery_version(faces)
    response = _to_json(faces)
    response.set_etag(version)
    response.make_conditional(request)
    if response.status_code != 304:
        people = sorted({face.employee_id for face in faces.faces})
        record_gallery_read(_context(), g.actor, version, people)
    response.headers.pop("Date", None)  # the server adds its own
    return response


@routes.get("/camera")
def camera() -> Response:
    """Answer what the camera of the calling device watches, with an ETag; without a token, of `device_id`."""
    device_id = request.args.get("device_id") or calling_device() or ""
    require_device(device_id)
    response = _to_json(read_device_camera(_context(), device_id))
    response.add_etag()
    response.make_conditional(request)
    response.headers.pop("Date", None)  # the server adds its own
    return response


@routes.get("/openapi.json")
def document() -> Response:
    """Answer the OpenAPI document."""
    return Response(json.dumps(build_document(_language()), ensure_ascii=False), mimetype="application/json")


def _state() -> IngestState:
    state: IngestState = current_app.extensions[EXTENSION]
    return state


def _context() -> Context:
    return _state().context


def _language() -> Language:
    return reader_language(request.headers.get("Accept-Language"), _context().settings.lang)


def _read_body(*, optional: bool = False) -> object:
    """Return the JSON body; {} where it is optional and empty. Raises InvalidInput."""
    if optional and not request.get_data(cache=True):
        return {}
    try:
        return from_json(request.get_data().removeprefix(BOM_UTF8))
    except ValueError:
        raise InvalidInput(
            Message(
                es="El cuerpo debe ser JSON, por ejemplo con la cabecera Content-Type: application/json.",
                en="The body must be JSON, for example with the header Content-Type: application/json.",
            )
        ) from None


def _database_fault(context: Context) -> str | None:
    try:
        with context.database.read():
            return None
    except DatabaseUnavailable as error:
        return error.message.text(context.settings.lang)


def _to_json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), mimetype="application/json")
