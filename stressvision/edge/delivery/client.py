"""HTTP client of the ingest server, and the device token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from pydantic import ValidationError

from stressvision.core.cameras import remove_credentials
from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Message, ServerUnreachable
from stressvision.wire.detections import BatchStored, DeviceHealth
from stressvision.wire.gallery import Gallery

CONNECT_SECONDS = 2.0
BATCH_SECONDS = 10.0
SHORT_SECONDS = 2.0
CLOCK_TOLERANCE = timedelta(seconds=5)
"""A larger difference between the clocks of device and server is reported."""

_TOKEN_REJECTED = {401, 403}
_RETRYABLE = {401, 403, 404, 405, 408, 425, 429}


@dataclass(frozen=True)
class GalleryResponse:
    """The server's gallery; `gallery` is None if it has not changed since `etag`."""

    gallery: Gallery | None
    etag: str


@dataclass
class ServerStatus:
    """What the responses show about the server and this device. Written by the client's thread, read by any other.

    Attributes:
        accepts_token: False while the server requires a token, or another one than this device's.
        clock_ahead: How far this device's clock is ahead of the server's (negative: behind), to about a second; None
            before the first response.
    """

    accepts_token: bool = True
    clock_ahead: timedelta | None = None


class IngestClient:
    """One persistent HTTP connection. Not thread-safe."""

    def __init__(self, base: str, *, token: str = "", trusted_ca: str | bool = True, clock: Clock = utc_now) -> None:
        """Create a client; it connects with the first request.

        Args:
            base: Such as http://127.0.0.1:5000, without a trailing slash.
            token: Device token; empty for none.
            trusted_ca: Path of a PEM file, or True for the certificates of the system.
            clock: Returns the time now, in UTC.
        """
        self.status = ServerStatus()
        self._base, self._label, self._clock = base, remove_credentials(base), clock
        self._http = requests.Session()
        # Ignore the proxy of the environment: the server is on this machine or in the local network.
        self._http.trust_env = False
        self._http.verify = trusted_ca
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def start_session(self, body: str) -> None:
        """Post a SessionStart.

        Raises:
            ServerUnreachable: If it may be accepted later.
            InvalidInput: If it will never be accepted.
        """
        self._post("/sessions", body, SHORT_SECONDS, missing_is_final=True)

    def end_session(self, session_id: str, body: str) -> None:
        """Post a SessionEnd.

        Raises:
            ServerUnreachable: If it may be accepted later.
            InvalidInput: If it will never be accepted.
        """
        self._post(f"/sessions/{session_id}/end", body, SHORT_SECONDS, missing_is_final=True)

    def send_batch(self, bodies: list[str]) -> BatchStored:
        """Post a batch of detections.

        Args:
            bodies: Detections as JSON.

        Returns:
            One result per detection, in the same order.

        Raises:
            ServerUnreachable: If the batch may be accepted later.
            InvalidInput: If the batch as a whole is rejected.
        """
        response = self._post("/detections/batch", '{"detections": [' + ", ".join(bodies) + "]}", BATCH_SECONDS)
        try:
            stored = BatchStored.model_validate_json(response.content)
        except ValidationError:
            raise _unreachable(self._label, "unexpected response") from None
        if len(stored.results) != len(bodies):
            raise _unreachable(self._label, "response without a result for each detection")
        return stored

    def fetch_gallery(self, etag: str) -> GalleryResponse:
        """Fetch the enrolled faces if they have changed since `etag`.

        Raises:
            ServerUnreachable: If the server does not return a gallery.
        """
        response = self._call("GET", "/gallery", SHORT_SECONDS, headers={"If-None-Match": etag} if etag else {})
        if response.status_code == requests.codes.not_modified:
            return GalleryResponse(None, etag)
        if not response.ok:
            raise _unreachable(self._label, f"HTTP {response.status_code}")
        try:
            return GalleryResponse(Gallery.model_validate_json(response.content), response.headers.get("ETag", ""))
        except ValidationError:
            raise _unreachable(self._label, "response is not a gallery") from None

    def report_health(self, health: DeviceHealth) -> None:
        """Post the device's health.

        Raises:
            ServerUnreachable: If the server does not respond.
            InvalidInput: If the server rejects the report.
        """
        self._post("/heartbeat", health.model_dump_json(), SHORT_SECONDS)

    def server_time(self) -> datetime | None:
        """Return the server's time now; None before its first response."""
        ahead = self.status.clock_ahead
        return None if ahead is None else self._clock() - ahead

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _post(self, path: str, body: str, seconds: float, *, missing_is_final: bool = False) -> requests.Response:
        headers = {"Content-Type": "application/json"}
        response = self._call("POST", path, seconds, data=body.encode(), headers=headers)
        if response.ok:
            return response
        # A path or token the server does not know is a configuration error: once corrected, the message must still
        # be here.
        final = response.status_code not in _RETRYABLE or (missing_is_final and response.status_code == 404)
        if final and response.status_code < 500:
            reason = f"HTTP {response.status_code}: {response.text[:200]}"
            raise InvalidInput(
                Message(es=f"El servidor lo rechazó ({reason}).", en=f"The server rejected it ({reason}).")
            )
        raise _unreachable(self._label, f"HTTP {response.status_code}")

    def _call(self, method: str, path: str, seconds: float, **options: Any) -> requests.Response:
        try:
            response = self._http.request(method, self._base + path, timeout=(CONNECT_SECONDS, seconds), **options)
        except requests.RequestException as error:
            raise _unreachable(self._label, type(error).__name__) from error
        self._compare_clocks(response.headers.get("Date", ""))
        self.status.accepts_token = response.status_code not in _TOKEN_REJECTED
        return response

    def _compare_clocks(self, date: str) -> None:
        try:
            server_time = parsedate_to_datetime(date)
        except ValueError:
            return
        if server_time.tzinfo is None:  # more than one date, or a date without a zone
            return
        # The header has whole seconds: it is half a second late on average.
        self.status.clock_ahead = self._clock() - server_time - timedelta(seconds=0.5)


def _unreachable(server: str, reason: str) -> ServerUnreachable:
    return ServerUnreachable(
        Message(
            es=f"El servidor de ingesta {server} no responde como debe ({reason}). Se reintenta; nada se pierde.",
            en=f"The ingest server {server} does not respond as expected ({reason}). Retrying; nothing is lost.",
        )
    )


def read_token(settings: Settings) -> str:
    """Return the device's token; empty if it has none.

    Raises:
        ConfigurationError: If its file cannot be read, or if it would be sent unencrypted.
    """
    token = settings.device_token.get_secret_value()
    path = settings.device_token_file
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
