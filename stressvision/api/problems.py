"""Every error as problem+json, in the reader's language, with nothing of the inside in it."""

import re
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from stressvision.core.errors import Language, Message, StressVisionError
from stressvision.http.permissions import find_methods
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
"""Bytes of one request; a detection has about 600."""

UPLOAD_LIMIT = 16 * 1024 * 1024
"""Bytes of an enrolment's stills: four photographs of a telephone. They are held in memory, one enrolment at a time."""

_UPLOAD = re.compile("/api/employees/[^/]+/enrolment")
_UNEXPECTED = Message(
    es="Falló algo que no debía fallar. Repita; si sigue, mire el registro (log) del backend.",
    en="Something failed that should not. Try again; if it persists, look at the backend's log.",
)


def install_problem_handlers(app: FastAPI, default_language: Language) -> None:
    """Turns our errors, invalid requests, unknown addresses and anything unexpected into problems."""

    def language_of(request: Request) -> Language:
        return reader_language(request.headers.get("accept-language"), default_language)

    async def say_error(request: Request, error: StressVisionError) -> Response:
        return problem_response(problem_of(error, language_of(request)), headers_of(error))

    async def say_invalid(request: Request, error: RequestValidationError) -> Response:
        return problem_response(validation_problem(error.errors(), language_of(request)))

    async def say_http(request: Request, error: HTTPException) -> Response:
        language = language_of(request)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            # Of every route that has this path; the framework knows those of the first one only.
            headers["Allow"] = ", ".join(find_methods(request.url.path))
        detail = _http_detail(request, error.status_code, headers).text(language)
        return problem_response(plain_problem(error.status_code, detail, language), headers)

    async def say_unexpected(request: Request, _error: Exception) -> Response:
        language = language_of(request)
        return problem_response(plain_problem(500, _UNEXPECTED.text(language), language))

    app.exception_handler(StressVisionError)(say_error)
    app.exception_handler(RequestValidationError)(say_invalid)
    app.exception_handler(HTTPException)(say_http)
    app.exception_handler(Exception)(say_unexpected)


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    own = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(problem.model_dump_json(), problem.status, {**(headers or {}), **own}, PROBLEM_TYPE)


def body_limit(path: str) -> int:
    """How many bytes a request to this path may have."""
    return UPLOAD_LIMIT if _UPLOAD.fullmatch(path) else BODY_LIMIT


def too_large(path: str) -> Message:
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
        return too_large(path)
    return Message(
        es=f"No se pudo atender la petición ({status}).", en=f"The request could not be answered ({status})."
    )
