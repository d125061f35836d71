"""Errors over HTTP: RFC 9457 problem+json, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from stressvision.errors import (
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
from stressvision.wire.values import WireModel

PROBLEM_TYPE = "application/problem+json"

_TITLES: Mapping[int, Message] = {
    400: Message(es="Petición mal formada", en="Malformed request"),
    401: Message(es="Falta identificarse", en="Not identified"),
    403: Message(es="No permitido", en="Not allowed"),
    404: Message(es="No existe", en="Not found"),
    405: Message(es="Método no admitido", en="Method not allowed"),
    409: Message(es="Contradice el estado actual", en="Conflicts with the present state"),
    413: Message(es="Petición demasiado grande", en="Request too large"),
    415: Message(es="Tipo de contenido no admitido", en="Unsupported content type"),
    422: Message(es="Datos no válidos", en="Invalid data"),
    429: Message(es="Demasiados intentos", en="Too many attempts"),
    500: Message(es="Error interno", en="Internal error"),
    503: Message(es="No disponible por ahora", en="Unavailable for now"),
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

# pydantic's own error types, for a Spanish reader; anything else is said in pydantic's English.
_SPANISH: Mapping[str, str] = {
    "missing": "falta este campo",
    "extra_forbidden": "este campo no existe",
    "string_type": "debe ser un texto",
    "string_too_long": "es demasiado largo (longitud máxima: {max_length})",
    "string_too_short": "es demasiado corto (longitud mínima: {min_length})",
    "string_pattern_mismatch": "no tiene la forma esperada ({pattern})",
    "int_type": "debe ser un número entero",
    "int_parsing": "debe ser un número entero",
    "int_from_float": "debe ser un número entero",
    "float_type": "debe ser un número",
    "float_parsing": "debe ser un número",
    "finite_number": "debe ser un número finito",
    "bool_parsing": "debe ser verdadero o falso",
    "enum": "debe ser uno de: {expected}",
    "literal_error": "debe ser {expected}",
    "greater_than_equal": "debe ser mayor o igual que {ge}",
    "greater_than": "debe ser mayor que {gt}",
    "less_than_equal": "debe ser menor o igual que {le}",
    "less_than": "debe ser menor que {lt}",
    "too_short": "tiene muy pocos elementos (mínimo {min_length})",
    "too_long": "tiene demasiados elementos (máximo {max_length})",
    "dict_type": "debe ser un objeto JSON",
    "model_type": "debe ser un objeto JSON",
    "model_attributes_type": "debe ser un objeto JSON",
    "list_type": "debe ser una lista",
    "datetime_type": "debe ser una fecha ISO 8601, por ejemplo 2026-11-22T10:30:00Z",
    "json_invalid": "el cuerpo no es JSON válido",
    "uuid_parsing": "debe ser un UUID",
    "unprintable": "no debe tener caracteres de control",
}


class FieldFault(WireModel):
    """One input that is at fault."""

    field: str
    message: str


class Problem(WireModel):
    """RFC 9457, with `errors` naming each field that is at fault."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[FieldFault, ...] = ()


def reader_language(accept_language: str | None, default: Language) -> Language:
    """The better of Spanish and English for this Accept-Language header."""
    accepted = parse_accept_header(accept_language, LanguageAccept)
    return "en" if accepted.best_match(["es", "en"], default=default) == "en" else "es"


def status_of(error: StressVisionError) -> int:
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def headers_of(error: StressVisionError) -> dict[str, str]:
    """What HTTP asks to be said beside the problem: how to identify oneself, when to come again."""
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.retry_seconds)}
    return {"WWW-Authenticate": 'Bearer realm="stressvision"'} if isinstance(error, Unauthenticated) else {}


def problem_of(error: StressVisionError, language: Language) -> Problem:
    detail = error.message.text(language)
    faults = tuple(FieldFault(field=name, message=fault.text(language)) for name, fault in error.faults.items())
    return plain_problem(status_of(error), detail, language, faults)


def plain_problem(status: int, detail: str, language: Language, faults: tuple[FieldFault, ...] = ()) -> Problem:
    title = _TITLES.get(status, _TITLES[500 if status >= 500 else 400]).text(language)
    return Problem(title=title, status=status, detail=detail, errors=faults)


def validation_problem(errors: Iterable[Mapping[str, Any]], language: Language, status: int = 422) -> Problem:
    """From pydantic's (or FastAPI's) list of errors."""
    faults = tuple(FieldFault(field=_place(error["loc"]), message=_explain(error, language)) for error in errors)
    detail = "; ".join(f"{fault.field}: {fault.message}" if fault.field else fault.message for fault in faults)
    detail = detail.replace(".; ", "; ")
    return plain_problem(status, detail, language, faults)


def _place(loc: tuple[int | str, ...]) -> str:
    parts = loc[1:] if loc and loc[0] in {"body", "query", "path", "header"} else loc
    return ".".join(str(part) for part in parts)


def _explain(error: Mapping[str, Any], language: Language) -> str:
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if language == "en" or error["type"] not in _SPANISH:
        return str(error["msg"])
    kind = str(error["type"])
    if kind in {"too_short", "too_long"} and isinstance(error.get("input"), str):
        kind = f"string_{kind}"
    context = dict(error.get("ctx", {}))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", " o ")
    return _SPANISH[kind].format_map(context)
