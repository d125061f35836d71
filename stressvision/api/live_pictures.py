"""The present picture of a camera whose device runs on this machine, fetched on request and never stored.

A device's preview listens on the loopback interface of its own machine only. Its address is the same on every machine,
so that the device that answers is compared with the one that was asked for before a picture is fetched.
"""

import re
import time
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests
from pydantic import BaseModel, ValidationError
from requests.exceptions import BaseHTTPError  # type: ignore[attr-defined]  # of urllib3, which requests pins

from stressvision.core.config import LOOPBACK_HOSTS
from stressvision.core.errors import Conflict, Message, Unavailable
from stressvision.wire.detections import PREVIEW_URL

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 4.0
"""The preview waits up to two seconds for the next picture."""
LONGEST_PICTURE = 4 * 2**20
_CHUNK = 64 * 1024


class _Answering(BaseModel):
    """The part of a preview's health report that identifies the device."""

    device_id: str


@dataclass(frozen=True)
class _Answer:
    """An answer of the preview. `kind`: its content type."""

    kind: str | None
    body: bytes


def fetch_picture(device_id: str, address: str | None) -> bytes:
    """Return the present picture of a device as JPEG.

    Args:
        device_id: The device that is wanted.
        address: Of its preview, as the device reported it; None where it offers none.

    Raises:
        Conflict: The device runs on another machine, whose picture does not leave it, or offers no preview.
        Unavailable: The preview does not answer, or has no picture.
    """
    if address is None:
        raise Conflict(
            Message(
                es="Esta cámara no ofrece imagen ahora: está detenida, sin señal o mostrando su propia ventana.",
                en="This camera offers no picture now: it is stopped, silent or showing a window of its own.",
            )
        )
    parts = urlsplit(address)
    if not re.fullmatch(PREVIEW_URL, address) or parts.scheme != "http" or parts.hostname not in LOOPBACK_HOSTS:
        raise _elsewhere(device_id)
    base = f"http://127.0.0.1:{parts.port or 80}"
    query = {"ticket": parse_qs(parts.query).get("ticket", [""])[0]}
    with requests.Session() as session:
        session.trust_env = False
        _require_device(_send(session, f"{base}/health", query, device_id).body, device_id)
        picture = _send(session, f"{base}/frame.jpg", query, device_id)
    if picture.kind != "image/jpeg":
        raise _elsewhere(device_id)
    return picture.body


def _require_device(report: bytes, device_id: str) -> None:
    try:
        answering = _Answering.model_validate_json(report).device_id
    except ValidationError:
        raise _elsewhere(device_id) from None
    if answering != device_id:
        raise _elsewhere(device_id)


def _send(session: requests.Session, url: str, query: dict[str, str], device_id: str) -> _Answer:
    try:
        response = session.get(
            url, params=query, timeout=(CONNECT_SECONDS, ANSWER_SECONDS), allow_redirects=False, stream=True
        )
        with closing(response):
            if response.status_code in {401, 403}:  # another machine's ticket
                raise _elsewhere(device_id)
            if response.status_code != 200:
                raise _no_picture()
            return _Answer(response.headers.get("Content-Type"), _read_bounded(response))
    except requests.ConnectionError:
        raise _elsewhere(device_id) from None
    except (requests.RequestException, BaseHTTPError):
        raise _no_picture() from None


def _read_bounded(response: requests.Response) -> bytes:
    """Read a body, which any program of this machine may have sent. Raises Unavailable: too long or too slow."""
    deadline = time.monotonic() + ANSWER_SECONDS
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK):
        body += chunk
        if len(body) > LONGEST_PICTURE or time.monotonic() > deadline:
            raise _no_picture()
    return bytes(body)


def _elsewhere(device_id: str) -> Conflict:
    return Conflict(
        Message(
            es=f"La cámara {device_id} está en otra máquina y su imagen no sale de ella: véala allí.",
            en=f"Camera {device_id} is on another machine, which its picture does not leave: look at it there.",
        )
    )


def _no_picture() -> Unavailable:
    return Unavailable(
        Message(
            es="La cámara no entregó una imagen a tiempo. Inténtelo otra vez.",
            en="The camera did not deliver a picture in time. Try again.",
        )
    )
