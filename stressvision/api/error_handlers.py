"""Exception handlers of the application: every error becomes problem+json, without internal details."""

import re
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from stressvision.core.errors import Language, Message, StressVisionError
from stressvision.http.permissions import Server, find_methods
from stressvision.http.problems import ErrorResponse, reader_language, render_error, render_problem
from stressvision.http.request_policy import BODY_LIMIT
from stressvision.wire.problems import plain_problem, validation_problem

UPLOAD_LIMIT = 16 * 1024 * 1024
"""Bytes of an enrolment's stills: four photographs of a phone. They are held in memory, one enrolment at a time."""

_UPLOAD = re.compile("/api/employees/[^/]+/enrolment")
_UNEXPECTED = Message(
    es="Ocurrió un error inesperado. Repita; si continúa, mire el registro (log) del backend.",
    en="An unexpected error occurred. Try again; if it persists, look at the backend's log.",
)


def install_error_handlers(app: FastAPI, default_language: Language) -> None:
    """Register handlers for errors of ours, invalid requests, HTTP errors and unexpected exceptions."""

    def language_of(request: Request) -> Language:
        return reader_language(request.headers.get("accept-language"), default_language)

    async def handle_error(request: Request, error: StressVisionError) -> Response:
        return to_response(render_error(error, language_of(request)))

    async def handle_invalid(request: Request, error: RequestValidationError) -> Response:
        return to_response(render_problem(validation_problem(error.errors(), language_of(request))))

    async def handle_http(request: Request, error: HTTPException) -> Response:
        language = language_of(request)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            # Of every route with this path; the framework knows only those of the first one.
            headers["Allow"] = ", ".join(find_methods(Server.BACKEND, request.url.path))
        detail = _http_detail(request, error.status_code, headers).text(language)
        return to_response(render_problem(plain_problem(error.status_code, detail, language), headers))

    async def handle_unexpected(request: Request, _error: Exception) -> Response:
        language = language_of(request)
        return to_response(render_problem(plain_problem(500, _UNEXPECTED.text(language), language)))

    app.exception_handler(StressVisionError)(handle_error)
    app.exception_handler(RequestValidationError)(handle_invalid)
    app.exception_handler(HTTPException)(handle_http)
    app.exception_handler(Exception)(handle_unexpected)


def to_response(error: ErrorResponse) -> Response:
    """Convert an error response to Starlette's."""
    return Response(error.body, error.status, dict(error.headers))


def body_limit(path: str) -> int:
    """Return the largest size of a request to this path, in bytes."""
    return UPLOAD_LIMIT if _UPLOAD.fullmatch(path) else BODY_LIMIT


def body_too_large(path: str) -> Message:
    """Return the detail of a 413 response."""
    limit = body_limit(path)
    return Message(
        es=f"El cuerpo de la petición pasa de {limit} bytes.", en=f"The request's body exceeds {limit} bytes."
    )


def _http_detail(request: Request, status: int, headers: Mapping[str, str]) -> Message:
    path = request.url.path
    if status == 404:
        return Message(
            es=f"No hay nada en {path}. Las direcciones que existen están en /api/docs.",
            en=f"There is nothing at {path}. The addresses that exist are listed at /api/docs.",
        )
    if status == 405:
        allowed = headers["Allow"]
        return Message(
            es=f"{path} no admite {request.method}; admite {allowed}.",
            en=f"{path} does not accept {request.method}; it accepts {allowed}.",
        )
    if status == 413:
        return body_too_large(path)
    return Message(
        es=f"No se pudo atender la petición ({status}).", en=f"The request could not be answered ({status})."
    )
