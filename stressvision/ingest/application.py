"""The Flask application that devices post to."""

import json
import time

import structlog
from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from stressvision import VERSION
from stressvision.core.errors import (
    DatabaseUnavailable,
    InvalidInput,
    Language,
    Message,
    StressVisionError,
)
from stressvision.ingest.access import guard, require_device, sees_single_detections
from stressvision.ingest.document import write_document
from stressvision.services.context import Context
from stressvision.services.detections.sessions import close_session, open_session, read_session_device
from stressvision.services.detections.storing import store_batch, store_detection
from stressvision.services.devices import record_health
from stressvision.services.figures import read_ingest_stats
from stressvision.services.people.gallery import gallery_version, read_gallery
from stressvision.wire.backend import Liveness
from stressvision.wire.detections import (
    DetectionBatch,
    DetectionIn,
    DetectionStored,
    DeviceHealth,
    IngestSession,
    SessionEnd,
    SessionEnded,
    SessionStart,
)
from stressvision.wire.problems import (
    PROBLEM_TYPE,
    Problem,
    headers_of,
    plain_problem,
    problem_of,
    reader_language,
    validation_problem,
)

BODY_LIMIT = 1024 * 1024
"""Bytes of one request: a batch of 500 detections fits."""

log = structlog.get_logger()


def create_application(context: Context) -> Flask:
    """The ingest server over one database. Every error is problem+json in the caller's language."""
    application = Flask("stressvision.ingest", static_folder=None)
    application.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    guard(application, context)
    started = time.monotonic()

    @application.get("/health")
    def health() -> Response:
        return _json(Liveness(service="ingest", version=VERSION, timestamp=context.clock(), **_database_state(context)))

    @application.post("/sessions")
    def open_device_session() -> Response:
        start = SessionStart.model_validate(_body())
        require_device(start.device_id)
        opened = open_session(context, start)
        return _json(IngestSession(session_id=opened.key, db_id=opened.id))

    @application.post("/sessions/<session>/end")
    def close_device_session(session: str) -> Response:
        require_device(read_session_device(context, session))
        end = SessionEnd.model_validate(_body(optional=True))
        return _json(SessionEnded(session_id=close_session(context, session, end)))

    @application.post("/detections")
    def receive_detection() -> Response:
        detection = DetectionIn.model_validate(_body())
        require_device(detection.device_id)
        accepted = store_detection(context, detection)
        return _json(DetectionStored(detection_id=accepted.detection_id, emotion_withheld=accepted.emotion_withheld))

    @application.post("/detections/batch")
    def receive_batch() -> Response:
        body = _body()
        batch = DetectionBatch.model_validate({"detections": body} if isinstance(body, list) else body)
        for detection in batch.detections:
            require_device(detection.get("device_id"))
        return _json(store_batch(context, batch.detections, _language(context)))

    @application.post("/heartbeat")
    def receive_heartbeat() -> Response:
        health = DeviceHealth.model_validate(_body())
        require_device(health.device_id)
        record_health(context, health)
        return Response(status=204)

    @application.get("/stats")
    def stats() -> Response:
        found = read_ingest_stats(context, started)
        return _json(found if sees_single_detections() else found.model_copy(update={"recent_detections": []}))

    @application.get("/gallery")
    def gallery() -> Response:
        faces = read_gallery(context)
        response = _json(faces)
        response.set_etag(gallery_version(faces))
        response.make_conditional(request)
        response.headers.pop("Date", None)  # the server's own; two of them say nothing
        return response

    @application.get("/openapi.json")
    def document() -> Response:
        return Response(json.dumps(write_document(_language(context)), ensure_ascii=False), mimetype="application/json")

    @application.after_request
    def keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-cache" if "ETag" in response.headers else "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @application.errorhandler(StressVisionError)
    def refuse(error: StressVisionError) -> Response:
        response = _problem(problem_of(error, _language(context)))
        response.headers.update(headers_of(error))
        return response

    @application.errorhandler(ValidationError)
    def refuse_invalid(error: ValidationError) -> Response:
        return _problem(validation_problem(error.errors(include_url=False), _language(context)))

    @application.errorhandler(HTTPException)
    def refuse_request(error: HTTPException) -> Response:
        status, language = error.code or 500, _language(context)
        response = _problem(plain_problem(status, _REQUEST_FAULTS.get(status, _FAILED).text(language), language))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.allow.update(error.valid_methods)
        return response

    @application.errorhandler(Exception)
    def admit_failure(error: Exception) -> Response:
        log.error("request failed", path=request.path, exc_info=error)
        return _problem(plain_problem(500, _FAILED.text(_language(context)), _language(context)))

    return application


_FAILED = Message(
    es="El servidor falló al atender la petición; el motivo está en su registro.",
    en="The server failed on this request; the reason is in its log.",
)
_REQUEST_FAULTS = {
    400: Message(es="La petición está mal formada.", en="The request is malformed."),
    404: Message(es="Esta dirección no existe en el servidor.", en="This address does not exist on the server."),
    405: Message(es="Esta dirección no admite ese método.", en="This address does not take that method."),
    413: Message(es="La petición supera 1 MiB: divídala.", en="The request is over 1 MiB: split it."),
}


def _body(*, optional: bool = False) -> object:
    if optional and not request.get_data(cache=True):
        return {}
    try:
        return from_json(request.get_data())
    except ValueError:
        raise InvalidInput(
            Message(
                es="El cuerpo debe ser JSON, por ejemplo con la cabecera Content-Type: application/json.",
                en="The body must be JSON, for example with the header Content-Type: application/json.",
            )
        ) from None


def _language(context: Context) -> Language:
    return reader_language(request.headers.get("Accept-Language"), context.settings.lang)


def _database_state(context: Context) -> dict[str, str]:
    try:
        with context.database.read():
            return {"status": "healthy", "database": "connected"}
    except DatabaseUnavailable as error:
        return {"status": "degraded", "database": error.message.text(context.settings.lang)}


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), mimetype="application/json")


def _problem(problem: Problem) -> Response:
    return Response(problem.model_dump_json(), status=problem.status, content_type=PROBLEM_TYPE)
