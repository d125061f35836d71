"""Why a network camera cannot be opened: no connection, silence, refused credentials, unknown path."""

import base64
import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from stressvision.core.errors import Message

TIMEOUT_SECONDS = 3.0
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_STATUS_LINE = re.compile(rb"(?:RTSP|HTTP)/\d\.\d (\d{3})")
_LONGEST_LINE = 200

UNKNOWN_HOST = Message(
    es="ese nombre no existe en la red. Revise la dirección.", en="the network knows no such name. Check the address."
)
UNREACHABLE = Message(
    es="nadie responde en esa dirección de la red. Revise el cable, la corriente y la dirección.",
    en="nothing responds at that network address. Check cable, power and address.",
)
REFUSED = Message(
    es="el equipo existe, pero rechaza la conexión en ese puerto. Revise el puerto y si el servicio de vídeo está "
    "activado.",
    en="the machine exists, but refuses the connection on that port. Check the port and whether its video service is "
    "enabled.",
)
SILENT = Message(
    es="acepta la conexión y no contesta. Reinicie la cámara; revise el puerto.",
    en="it accepts the connection and does not answer. Restart the camera; check the port.",
)
WRONG_CREDENTIALS = Message(
    es="pide usuario y contraseña, y no acepta los de la dirección (401).",
    en="it requires user and password, and does not accept those of the address (401).",
)
FORBIDDEN = Message(
    es="ese usuario no tiene permiso para ver el vídeo (403).", en="that user may not see the video (403)."
)
NO_SUCH_PATH = Message(
    es="la cámara contesta, pero no tiene esa ruta (404). Revise lo que sigue al puerto en la dirección.",
    en="the camera answers, but has no such path (404). Check what follows the port in the address.",
)


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str
    credentials: str


def find_reason(address: str, timeout: float = TIMEOUT_SECONDS) -> Message | None:
    """Return the reason, or None if it is none of those known here.

    Args:
        address: With user and password; nothing of it is returned.
        timeout: Seconds to wait for the connection, and for the answer.
    """
    target = _parse(address)
    if target is None:
        return None
    try:
        with socket.create_connection((target.host, target.port), timeout) as connection:
            return _ask(_encrypt(connection, target), target)
    except socket.gaierror:
        return UNKNOWN_HOST
    except ConnectionRefusedError:
        return REFUSED
    except ssl.SSLError:
        return None
    except OSError:
        return UNREACHABLE


def _parse(address: str) -> _Target | None:
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if port is None or parts.scheme not in _PORTS or not parts.hostname:
        return None
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else ""
    if any(character in "\r\n\0" for character in path + parts.hostname):
        return None
    return _Target(parts.scheme, parts.hostname, port, path, credentials)


def _encrypt(connection: socket.socket, target: _Target) -> socket.socket:
    if target.scheme not in ("https", "rtsps"):
        return connection
    context = ssl.create_default_context()
    # Cameras have certificates of their own; only a status is read here, and FFmpeg does not verify them either.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=target.host)


def _ask(connection: socket.socket, target: _Target) -> Message | None:
    host = f"[{target.host}]" if ":" in target.host else target.host
    if target.scheme.startswith("rtsp"):
        lines = [f"DESCRIBE rtsp://{host}:{target.port}{target.path} RTSP/1.0", "CSeq: 1", "Accept: application/sdp"]
    else:
        lines = [f"GET {target.path} HTTP/1.1", f"Host: {host}:{target.port}", "Connection: close"]
    if target.credentials:
        lines.append(f"Authorization: Basic {base64.b64encode(target.credentials.encode()).decode()}")
    try:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        status = _STATUS_LINE.match(connection.recv(_LONGEST_LINE))
    except TimeoutError:
        return SILENT
    if status is None:
        return None
    return {401: WRONG_CREDENTIALS, 403: FORBIDDEN, 404: NO_SUCH_PATH}.get(int(status[1]))
