"""The ingest server, as a device calls it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from pydantic import ValidationError

from stressvision.core.cameras import remove_credentials
from stressvision.core.clock import Clock, utc_now
from stressvision.core.errors import InvalidInput, Message, ServerUnreachable
from stressvision.wire.detections import BatchStored, DeviceHealth
from stressvision.wire.gallery import Gallery

CONNECT_SECONDS = 2.0
BATCH_SECONDS = 10.0
SHORT_SECONDS = 2.0

_NOT_ADMITTED = {401, 403}
_TRY_AGAIN = {401, 403, 404, 405, 408, 425, 429}


@dataclass(frozen=True)
class GalleryAnswer:
    """`gallery` None: it has not changed since `etag`."""

    gallery: Gallery | None
    etag: str


class IngestClient:
    """One HTTP connection that is kept open; one thread each."""

    def __init__(self, base: str, *, token: str = "", trusted_ca: str | bool = True, clock: Clock = utc_now) -> None:
        """`base` such as http://127.0.0.1:5000, without a slash at the end; `trusted_ca`: a PEM file, or True."""
        self.is_admitted = True
        """False while the server asks for a token, or for another one than is shown."""
        self.clock_ahead: timedelta | None = None
        """How far this device's clock is ahead of the server's, to about a second; None before its first answer."""
        self._base, self._shown, self._clock = base, remove_credentials(base), clock
        self._http = requests.Session()
        # The server is a neighbour: a proxy of the environment has no business between the two.
        self._http.trust_env = False
        self._http.verify = trusted_ca
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def start_session(self, body: str) -> None:
        """Posts a SessionStart. Raises ServerUnreachable, or InvalidInput where it will never be accepted."""
        self._post("/sessions", body, SHORT_SECONDS, missing_is_final=True)

    def end_session(self, session_id: str, body: str) -> None:
        """Posts a SessionEnd. Raises ServerUnreachable, or InvalidInput where it will never be accepted."""
        self._post(f"/sessions/{session_id}/end", body, SHORT_SECONDS, missing_is_final=True)

    def send_batch(self, bodies: list[str]) -> BatchStored:
        """Posts detections, given as JSON. Raises ServerUnreachable, or InvalidInput where the batch is refused."""
        answer = self._post("/detections/batch", '{"detections": [' + ", ".join(bodies) + "]}", BATCH_SECONDS)
        try:
            stored = BatchStored.model_validate_json(answer.content)
        except ValidationError:
            raise _unreachable(self._shown, "answered something else than was asked") from None
        if len(stored.results) != len(bodies):
            raise _unreachable(self._shown, "did not answer for every detection")
        return stored

    def fetch_gallery(self, etag: str) -> GalleryAnswer:
        """The enrolled faces, where they changed since `etag`. Raises ServerUnreachable."""
        answer = self._call("GET", "/gallery", SHORT_SECONDS, headers={"If-None-Match": etag} if etag else {})
        if answer.status_code == requests.codes.not_modified:
            return GalleryAnswer(None, etag)
        if not answer.ok:
            raise _unreachable(self._shown, f"HTTP {answer.status_code}")
        try:
            return GalleryAnswer(Gallery.model_validate_json(answer.content), answer.headers.get("ETag", ""))
        except ValidationError:
            raise _unreachable(self._shown, "answered something else than a gallery") from None

    def report_health(self, health: DeviceHealth) -> None:
        """Raises ServerUnreachable, or InvalidInput where the server does not accept it."""
        self._post("/heartbeat", health.model_dump_json(), SHORT_SECONDS)

    def server_time(self) -> datetime | None:
        """What the server's clock shows now; None before its first answer."""
        return None if self.clock_ahead is None else self._clock() - self.clock_ahead

    def close(self) -> None:
        self._http.close()

    def _post(self, path: str, body: str, seconds: float, *, missing_is_final: bool = False) -> requests.Response:
        headers = {"Content-Type": "application/json"}
        answer = self._call("POST", path, seconds, data=body.encode(), headers=headers)
        if answer.ok:
            return answer
        # A server that does not know the address or the caller is set up wrongly; that can be put right, and then
        # what waits must still be here.
        final = answer.status_code not in _TRY_AGAIN or (missing_is_final and answer.status_code == 404)
        if final and answer.status_code < 500:
            reason = f"HTTP {answer.status_code}: {answer.text[:200]}"
            raise InvalidInput(
                Message(es=f"El servidor lo rechazó ({reason}).", en=f"The server refused it ({reason}).")
            )
        raise _unreachable(self._shown, f"HTTP {answer.status_code}")

    def _call(self, method: str, path: str, seconds: float, **options: Any) -> requests.Response:
        try:
            answer = self._http.request(method, self._base + path, timeout=(CONNECT_SECONDS, seconds), **options)
        except requests.RequestException as error:
            raise _unreachable(self._shown, type(error).__name__) from error
        self._compare_clocks(answer.headers.get("Date", ""))
        self.is_admitted = answer.status_code not in _NOT_ADMITTED
        return answer

    def _compare_clocks(self, date: str) -> None:
        try:
            servers = parsedate_to_datetime(date)
        except ValueError:
            return
        if servers.tzinfo is None:  # more than one date, or one that names no zone
            return
        # The header has whole seconds: it is half of one late on average.
        self.clock_ahead = self._clock() - servers - timedelta(seconds=0.5)


def _unreachable(server: str, why: str) -> ServerUnreachable:
    return ServerUnreachable(
        Message(
            es=f"El servidor de ingesta {server} no responde como debe ({why}). Se sigue intentando; nada se pierde.",
            en=f"The ingest server {server} does not answer as it should ({why}). Still trying; nothing is lost.",
        )
    )
