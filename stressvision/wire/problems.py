"""Errors over HTTP: RFC 9457 problem+json, in the reader's language.

Besides the models it holds the constructors of a Problem: the result of a batch has one per refused detection, and the
services that build that result know `wire` but not `http`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from stressvision.core.errors import (
    Conflict,
    ConsentMissing,
    Forbidden,
    InvalidInput,
    Language,
    Message,
    NotFound,
    StressVisionError,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)
from stressvision.core.validation import describe_error
from stressvision.wire.values import WireModel

PROBLEM_TYPE = "application/problem+json"

_TITLES: Mapping[int, Message] = {
    400: Message(es="Petición mal formada", en="Malformed request"),
    401: Message(es="Falta identificarse", en="Not authenticated"),
    403: Message(es="No permitido", en="Not allowed"),
    404: Message(es="No existe", en="Not found"),
    405: Message(es="Método no admitido", en="Method not allowed"),
    409: Message(es="Contradice el estado actual", en="Conflicts with the current state"),
    413: Message(es="Petición demasiado grande", en="Request too large"),
    415: Message(es="Tipo de contenido no admitido", en="Unsupported content type"),
    422: Message(es="Datos no válidos", en="Invalid data"),
    429: Message(es="Demasiados intentos", en="Too many attempts"),
    500: Message(es="Error interno", en="Internal error"),
    503: Message(es="No disponible por ahora", en="Temporarily unavailable"),
}

_STATUSES: tuple[tuple[type[StressVisionError], int], ...] = (
    (InvalidInput, 422),
    (NotFound, 404),
    (Conflict, 409),
    (ConsentMissing, 403),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (TooManyAttempts, 429),
    (Unavailable, 503),
)


class FieldFault(WireModel):
    """One invalid input field."""

    field: str
    message: str


class Problem(WireModel):
    """RFC 9457 problem details; `errors` names each invalid field."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[FieldFault, ...] = ()


def status_of(error: StressVisionError) -> int:
    """Return the HTTP status of an error."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def problem_of(error: StressVisionError, language: Language) -> Problem:
    """Build the problem of an error of ours."""
    detail = error.message.text(language)
    faults = tuple(FieldFault(field=name, message=fault.text(language)) for name, fault in error.faults.items())
    return plain_problem(status_of(error), detail, language, faults)


def plain_problem(status: int, detail: str, language: Language, faults: tuple[FieldFault, ...] = ()) -> Problem:
    """Build a problem from a status and a detail in the reader's language."""
    title = _TITLES.get(status, _TITLES[500 if status >= 500 else 400]).text(language)
    return Problem(title=title, status=status, detail=detail, errors=faults)


def validation_problem(errors: Iterable[Mapping[str, Any]], language: Language, status: int = 422) -> Problem:
    """Build a problem from pydantic's (or FastAPI's) list of errors."""
    faults = tuple(
        FieldFault(field=_field_path(error["loc"]), message=describe_error(error, language)) for error in errors
    )
    detail = "; ".join(f"{fault.field}: {fault.message}" if fault.field else fault.message for fault in faults)
    detail = detail.replace(".; ", "; ")
    return plain_problem(status, detail, language, faults)


def _field_path(loc: tuple[int | str, ...]) -> str:
    parts = loc[1:] if loc and loc[0] in {"body", "query", "path", "header"} else loc
    return ".".join(str(part) for part in parts)
