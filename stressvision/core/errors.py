"""The exception tree. Each boundary turns these into its own form: problem+json, exit code, Spanish sentence.

Standard library only: the launcher imports it before the dependencies are installed.
"""

from collections.abc import Mapping

# Re-exported: every module that raises an error needs its text.
from stressvision.core.texts import Language as Language
from stressvision.core.texts import Message as Message


class StressVisionError(Exception):
    """A request or an operation that is refused or impossible, with a message that a person can act on.

    Args:
        message: What is wrong and what to do.
        field: Name of the input at fault, as the caller spelled it.
        faults: Message per field, where several inputs are at fault.
    """

    def __init__(
        self, message: Message, *, field: str | None = None, faults: Mapping[str, Message] | None = None
    ) -> None:
        super().__init__(message.es)
        self.message = message
        self.field = field
        self.faults = faults if faults is not None else {field: message} if field else {}


class ConfigurationError(StressVisionError):
    """A setting, an argument or the environment prevents the program from starting."""


class InvalidInput(StressVisionError):
    """The input cannot be accepted as it is."""


class NotFound(StressVisionError):
    """The requested object does not exist."""


class Conflict(StressVisionError):
    """The request contradicts the present state."""


class Unauthenticated(StressVisionError):
    """Credentials are missing, invalid or expired."""


class Forbidden(StressVisionError):
    """The principal is authenticated and lacks the permission."""


class TooManyAttempts(StressVisionError):
    """The rate limit is exceeded; a request is accepted again after `retry_seconds`."""

    def __init__(self, message: Message, *, retry_seconds: int) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


class ConsentMissing(StressVisionError):
    """The employee has not consented, has withdrawn consent, or is not active."""


class Unavailable(StressVisionError):
    """A resource of this program is absent for now; a retry may succeed."""


class DatabaseUnavailable(Unavailable):
    """The database is locked, full, read-only, missing, written by a newer version or not one of this project."""


class ModelUnavailable(Unavailable):
    """A model file is missing or differs from the one its card describes."""


class CameraUnavailable(Unavailable):
    """The camera source returns no frame."""


class ServerUnreachable(Unavailable):
    """The called server does not respond."""
