"""HTTP client of the ingest server."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
import structlog
from pydantic import BaseModel, ValidationError

from stressvision.core.cameras import remove_credentials
from stressvision.core.clock import Clock, utc_now
from stressvision.core.errors import ConfigurationError, InvalidInput, Message, ServerUnreachable
from stressvision.wire.cameras import DeviceCamera
from stressvision.wire.detections import BatchStored, DeviceHealth, IngestSession, SessionEnded, SessionStart
from stressvision.wire.gallery import EMBEDDING_MODEL, EMBEDDING_SIZE, Gallery
from stressvision.wire.problems import PROBLEM_TYPE, Problem

CONNECT_SECONDS = 2.0
BATCH_SECONDS = 10.0
SHORT_SECONDS = 2.0
CLOCK_TOLERANCE = timedelta(seconds=5)
"""A larger difference between the clocks of device and server is reported."""

_TOKEN_REJECTED = {401, 403}
_FINAL = {400, 409, 413, 415, 422}
"""Statuses with which ingest rejects the message itself; with any other one it may accept the message later."""

Answer = TypeVar("Answer", bound=BaseModel)

log = structlog.get_logger()


class SessionUnknown(InvalidInput):
    """The server does not know the session (any more), as after a restore."""


class DeviceRejected(ServerUnreachable):
    """The token is missing, invalid, or that of another device."""


@dataclass(frozen=True)
class CameraResponse:
    """The settings of the device's camera; `camera` is None if there are none, or none newer than `etag`."""

    camera: DeviceCamera | None
    etag: str


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

    def __init__(
        self,
        base: str,
        *,
        token: str = "",
        reload_token: Callable[[], str] | None = None,
        trusted_ca: str | bool = True,
        clock: Clock = utc_now,
    ) -> None:
        """Create a client; it connects with the first request.

        Args:
            base: Such as http://127.0.0.1:5000, without a trailing slash.
            token: Device token; empty for none.
            reload_token: Returns the token as it is configured now; called after the server has rejected the token.
            trusted_ca: Path of a PEM file, or True for the certificates of the system.
            clock: Returns the time now, in UTC.
        """
        self.status = ServerStatus()
        self._base, self._label, self._clock = base, remove_credentials(base), clock
        self._reload_token = reload_token
        self._http = requests.Session()
        # Ignore the proxy of the environment: the server is on this machine or in the local network.
        self._http.trust_env = False
        self._http.verify = trusted_ca
        self._use_token(token)

    def start_session(self, body: str) -> None:
        """Post a SessionStart with a `session_id`.

        Raises:
            ServerUnreachable: If it may be accepted later.
            InvalidInput: If it will never be accepted.
        """
        wanted = SessionStart.model_validate_json(body).session_id
        opened = self._post("/sessions", body, SHORT_SECONDS, IngestSession)
        if opened.session_id != wanted:
            raise _unreachable(self._label, "response names another session")

    def end_session(self, session_id: str, body: str) -> None:
        """Post a SessionEnd.

        Raises:
            ServerUnreachable: If it may be accepted later.
            SessionUnknown: If the server does not know the session.
            InvalidInput: If it will never be accepted.
        """
        response = self._call("POST", f"/sessions/{session_id}/end", SHORT_SECONDS, **_json(body))
        problem = _problem_of(response)
        if problem is not None and problem.status == requests.codes.not_found:
            raise SessionUnknown(_rejection(problem))
        self._validate(response, SessionEnded)

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
        body = '{"detections": [' + ", ".join(bodies) + "]}"
        stored = self._post("/detections/batch", body, BATCH_SECONDS, BatchStored)
        if len(stored.results) != len(bodies):
            raise _unreachable(self._label, "response without a result for each detection")
        return stored

    def fetch_gallery(self, etag: str) -> GalleryResponse:
        """Fetch the enrolled faces if they have changed since `etag`.

        Raises:
            ServerUnreachable: If the server does not return a gallery.
        """
        response = self._call("GET", "/gallery", SHORT_SECONDS, headers={"If-None-Match": etag} if etag else {})
        if response.status_code == requests.codes.not_modified and etag:
            self._accept(response)
            return GalleryResponse(None, etag)
        gallery = self._validate(response, Gallery)
        sizes = {len(embedding) for face in gallery.faces for embedding in face.embeddings}
        if gallery.model == EMBEDDING_MODEL and sizes - {EMBEDDING_SIZE}:
            raise _unreachable(self._label, "response is not a gallery")
        return GalleryResponse(gallery, response.headers.get("ETag", ""))

    def fetch_camera(self, device_id: str, etag: str) -> CameraResponse:
        """Fetch the settings of this device's camera if they have changed since `etag`.

        A server of an earlier version has none.

        Raises:
            ServerUnreachable: If the server does not return settings.
        """
        path = f"/camera?device_id={device_id}"
        response = self._call("GET", path, SHORT_SECONDS, headers={"If-None-Match": etag} if etag else {})
        if response.status_code == requests.codes.not_modified and etag:
            self._accept(response)
            return CameraResponse(None, etag)
        problem = _problem_of(response)
        if problem is not None and problem.status == requests.codes.not_found:
            return CameraResponse(None, "")
        return CameraResponse(self._validate(response, DeviceCamera), response.headers.get("ETag", ""))

    def report_health(self, health: DeviceHealth) -> None:
        """Post the device's health.

        Raises:
            ServerUnreachable: If the server does not respond.
            InvalidInput: If the server rejects the report.
        """
        response = self._call("POST", "/heartbeat", SHORT_SECONDS, **_json(health.model_dump_json()))
        if response.status_code != requests.codes.no_content:
            raise self._error_of(response)
        self._accept(response)

    def server_time(self) -> datetime | None:
        """Return the server's time now; None before its first response."""
        ahead = self.status.clock_ahead
        return None if ahead is None else self._clock() - ahead

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _post(self, path: str, body: str, seconds: float, model: type[Answer]) -> Answer:
        return self._validate(self._call("POST", path, seconds, **_json(body)), model)

    def _validate(self, response: requests.Response, model: type[Answer]) -> Answer:
        """Return the answer of an ingest server; a page or another service's JSON is none, whatever its status."""
        if response.status_code != requests.codes.ok:
            raise self._error_of(response)
        try:
            answer = model.model_validate_json(response.content)
        except ValidationError:
            raise _unreachable(self._label, "unexpected response") from None
        self._accept(response)
        return answer

    def _error_of(self, response: requests.Response) -> Exception:
        """Return the error of a response: final only where ingest itself rejects the message.

        A path or token the server does not know is a configuration error: once corrected, the message must still be
        here. The same holds for the refusals of a portal, a proxy or another service.
        """
        status, problem = response.status_code, _problem_of(response)
        if problem is None:
            return _unreachable(self._label, f"HTTP {status}")
        self._compare_clocks(response)
        self.status.accepts_token = status not in _TOKEN_REJECTED
        if status in _TOKEN_REJECTED:
            self._renew_token()
            return DeviceRejected(_unreachable(self._label, f"HTTP {status}").message)
        return InvalidInput(_rejection(problem)) if status in _FINAL else _unreachable(self._label, f"HTTP {status}")

    def _accept(self, response: requests.Response) -> None:
        self._compare_clocks(response)
        self.status.accepts_token = True

    def _renew_token(self) -> None:
        if self._reload_token is None:
            return
        try:
            self._use_token(self._reload_token())
        except ConfigurationError as error:
            log.warning("device token not read again", reason=error.message.en)

    def _use_token(self, token: str) -> None:
        self._http.headers.pop("Authorization", None)
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def _call(self, method: str, path: str, seconds: float, **options: Any) -> requests.Response:
        timeout = (CONNECT_SECONDS, seconds)
        try:
            # A redirection leads to a login page or to another server, and turns a POST into a GET.
            return self._http.request(method, self._base + path, timeout=timeout, allow_redirects=False, **options)
        except requests.RequestException as error:
            raise _unreachable(self._label, type(error).__name__) from error

    def _compare_clocks(self, response: requests.Response) -> None:
        try:
            server_time = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        if server_time.tzinfo is None:  # more than one date, or a date without a zone
            return
        # The header has whole seconds: it is half a second late on average.
        self.status.clock_ahead = self._clock() - server_time - timedelta(seconds=0.5)


def _json(body: str) -> dict[str, Any]:
    return {"data": body.encode(), "headers": {"Content-Type": "application/json"}}


def _problem_of(response: requests.Response) -> Problem | None:
    """Return the problem document of an ingest server, or None where the response is none."""
    if response.headers.get("Content-Type", "").partition(";")[0].strip() != PROBLEM_TYPE:
        return None
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return None
    return problem if problem.status == response.status_code else None


def _rejection(problem: Problem) -> Message:
    reason = f"HTTP {problem.status}: {problem.detail[:200]}"
    return Message(es=f"El servidor lo rechazó ({reason}).", en=f"The server rejected it ({reason}).")


def _unreachable(server: str, reason: str) -> ServerUnreachable:
    return ServerUnreachable(
        Message(
            es=f"El servidor de ingesta {server} no responde como debe ({reason}). Se reintenta; nada se pierde.",
            en=f"The ingest server {server} does not respond as expected ({reason}). Retrying; nothing is lost.",
        )
    )
