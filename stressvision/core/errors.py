"""The exception tree. Each boundary turns these into its own form: problem+json, exit code, Spanish sentence."""

from collections.abc import Mapping

# Re-exported: every module that raises an error needs the text of it.
from stressvision.core.texts import Language as Language
from stressvision.core.texts import Message as Message


class StressVisionError(Exception):
    """Anything this program refuses or cannot do, said so that a person can act on it.

    `field` names the input that is at fault, as the caller spelled it, when there is one; `faults` names each of
    several, with what is wrong with it.
    """

    def __init__(
        self, message: Message, *, field: str | None = None, faults: Mapping[str, Message] | None = None
    ) -> None:
        super().__init__(message.es)
        self.message = message
        self.field = field
        self.faults = faults if faults is not None else {field: message} if field else {}


class ConfigurationError(StressVisionError):
    """A setting, an argument or the environment does not allow starting."""


class InvalidInput(StressVisionError):
    """What was sent cannot be accepted as it is."""


class NotFound(StressVisionError):
    """What was asked for does not exist."""


class Conflict(StressVisionError):
    """What was asked for contradicts the present state."""


class Unauthenticated(StressVisionError):
    """Nobody said who asks, or what was shown does not count, or not any longer."""


class Forbidden(StressVisionError):
    """Who asks is known, and may not."""


class TooManyAttempts(StressVisionError):
    """Asked too often; `retry_seconds` says after how long it may be asked again."""

    def __init__(self, message: Message, *, retry_seconds: int) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


class ConsentMissing(StressVisionError):
    """The person concerned has not consented, or has withdrawn, or is not active."""


class Unavailable(StressVisionError):
    """Something this program needs is absent for now; trying again later may work."""


class DatabaseUnavailable(Unavailable):
    """The database is locked, full, read-only, foreign, newer than this program, or gone."""


class ModelUnavailable(Unavailable):
    """A model file is missing or is not the one its card describes."""


class CameraUnavailable(Unavailable):
    """No picture comes from the camera source."""


class ServerUnreachable(Unavailable):
    """The neighbour process that was called does not answer."""
