"""The composition root of ingest: the Flask application with its request checks, routes and error handlers."""

import time
from functools import partial

import structlog
from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from stressvision.core.errors import Language, Message, StressVisionError
from stressvision.http.permissions import Server
from stressvision.http.problems import ErrorResponse, reader_language, render_error, render_problem
from stressvision.http.request_policy import BODY_LIMIT, ENCODED_BODY, HSTS, PROTECTIVE_HEADERS, RequestPolicy
from stressvision.ingest.request_checks import install_request_checks
from stressvision.ingest.routes import EXTENSION, IngestState, routes
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import Context
from stressvision.wire.problems import plain_problem, validation_problem

_FAILED = Message(
    es="El servidor falló al atender la petición; el motivo está en su registro.",
    en="The server failed on this request; the reason is in its log.",
)
_HTTP_DETAILS = {
    400: Message(es="La petición está mal formada.", en="The request is malformed."),
    404: Message(es="Esta dirección no existe en el servidor.", en="This address does not exist on the server."),
    405: Message(es="Esta dirección no admite ese método.", en="This address does not accept that method."),
    413: Message(es="La petición supera 1 MiB: divídala.", en="The request is over 1 MiB: split it."),
    415: ENCODED_BODY,
}

log = structlog.get_logger()


def create_application(context: Context) -> Flask:
    """Create the WSGI application over an open database. Errors are problem+json in the client's language."""
    application = Flask("stressvision.ingest", static_folder=None)
    application.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    application.extensions[EXTENSION] = IngestState(context, started_at=time.monotonic())
    install_request_checks(application, RequestPolicy(context.settings, Server.INGEST), Authenticator(context))
    _install_error_handlers(application, context.settings.lang)
    application.register_blueprint(routes)
    application.after_request(partial(_add_headers, is_encrypted=context.settings.tls_certificate is not None))
    return application


def _add_headers(response: Response, *, is_encrypted: bool) -> Response:
    if is_encrypted:
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers["Cache-Control"] = "no-cache" if "ETag" in response.headers else "no-store"
    response.headers.update(PROTECTIVE_HEADERS)
    return response


def _install_error_handlers(application: Flask, default_language: Language) -> None:
    """Register handlers for errors of ours, invalid bodies, HTTP errors and unexpected exceptions."""

    def language() -> Language:
        return reader_language(request.headers.get("Accept-Language"), default_language)

    @application.errorhandler(StressVisionError)
    def handle_error(error: StressVisionError) -> Response:
        return _to_response(render_error(error, language()))

    @application.errorhandler(ValidationError)
    def handle_invalid(error: ValidationError) -> Response:
        return _to_response(render_problem(validation_problem(error.errors(include_url=False), language())))

    @application.errorhandler(HTTPException)
    def handle_http(error: HTTPException) -> Response:
        status = error.code or 500
        detail = _HTTP_DETAILS.get(status, _FAILED).text(language())
        response = _to_response(render_problem(plain_problem(status, detail, language())))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.allow.update(error.valid_methods)
        return response

    @application.errorhandler(Exception)
    def handle_unexpected(error: Exception) -> Response:
        log.error("request failed", path=request.path, exc_info=error)
        return _to_response(render_problem(plain_problem(500, _FAILED.text(language()), language())))


def _to_response(error: ErrorResponse) -> Response:
    return Response(error.body, error.status, dict(error.headers))
