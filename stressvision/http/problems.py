"""Error responses of both servers: problem+json in the reader's language, and the headers that go with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from stressvision.core.errors import Language, StressVisionError, TooManyAttempts, Unauthenticated
from stressvision.wire.problems import PROBLEM_TYPE, Problem, problem_of

_HEADERS = {"Content-Type": PROBLEM_TYPE, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class ErrorResponse:
    """An error response, before a server's framework sends it."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


def reader_language(accept_language: str | None, default: Language) -> Language:
    """Return the better of Spanish and English for this Accept-Language header."""
    accepted = parse_accept_header(accept_language, LanguageAccept)
    return "en" if accepted.best_match(["es", "en"], default=default) == "en" else "es"


def render_problem(problem: Problem, headers: Mapping[str, str] | None = None) -> ErrorResponse:
    """Render a problem. `headers`: further headers of the response, for example Allow."""
    return ErrorResponse(problem.status, problem.model_dump_json(), {**(headers or {}), **_HEADERS})


def render_error(error: StressVisionError, language: Language) -> ErrorResponse:
    """Render an error of ours, with WWW-Authenticate or Retry-After where HTTP requires it."""
    headers: dict[str, str] = {}
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = str(error.retry_seconds)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="stressvision"'
    return render_problem(problem_of(error, language), headers)
