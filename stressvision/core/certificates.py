"""The servers' own certificate and its key."""

import ssl

from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, Message

_UNREADABLE = Message(
    es="no se pueden usar {certificate} y {key} ({reason}): deben ser PEM, legibles, y la clave la de ese certificado",
    en="{certificate} and {key} cannot be used ({reason}): they must be PEM, readable, and belong together",
)


def load_certificate(settings: Settings) -> ssl.SSLContext | None:
    """Return a server's TLS context with the configured certificate; None without one.

    Raises:
        ConfigurationError: The certificate or its key cannot be used.
    """
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None or key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
        values = {"certificate": certificate, "key": key, "reason": reason}
        message = Message(es=_UNREADABLE.es.format(**values), en=_UNREADABLE.en.format(**values))
        raise ConfigurationError(message, field="STRESSVISION_TLS_CERTIFICATE") from error
    return context
