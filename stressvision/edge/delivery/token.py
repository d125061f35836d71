"""The device's token, from its setting, its file, or the file that the servers of this machine left for it."""

from urllib.parse import urlsplit

from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.core.errors import ConfigurationError, Message
from stressvision.core.files import local_token_file


def read_token(settings: Settings) -> str:
    """Return the device's token; empty if it has none.

    Raises:
        ConfigurationError: If its file cannot be read, or if it would be sent unencrypted.
    """
    token = settings.device_token.get_secret_value()
    path = settings.device_token_file
    if not token and path is None:
        left = local_token_file(settings.run_dir, settings.device_id)
        path = left if left.is_file() else None
    if path is not None:
        try:
            token = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigurationError(
                Message(
                    es=f"No se puede leer el token de {path} (STRESSVISION_DEVICE_TOKEN_FILE). Créelo en el servidor "
                    f"con: python -m stressvision token add --device {settings.device_id}",
                    en=f"Cannot read the token from {path} (STRESSVISION_DEVICE_TOKEN_FILE). Create it on the "
                    f"server with: python -m stressvision token add --device {settings.device_id}",
                ),
                field="STRESSVISION_DEVICE_TOKEN_FILE",
            ) from None
    address = urlsplit(settings.ingest_base)
    if token and address.scheme != "https" and address.hostname not in LOOPBACK_HOSTS:
        raise ConfigurationError(
            Message(
                es="El token del dispositivo viajaría sin cifrar: use https:// en STRESSVISION_INGEST_URL.",
                en="The device's token would be sent unencrypted: use https:// in STRESSVISION_INGEST_URL.",
            ),
            field="STRESSVISION_INGEST_URL",
        )
    return token
