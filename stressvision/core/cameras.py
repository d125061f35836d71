"""Camera sources as the settings name them, and their addresses without credentials."""

import re
from dataclasses import dataclass, field

from stressvision.core.errors import ConfigurationError, Message

SETTING = "STRESSVISION_CAMERAS"
ONLY_DEVICE = "edge"
PI_CAMERA = "libcamera"
"""Source of the camera module of a Raspberry Pi."""
HIDDEN = "…"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HOST = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.%]+\])(:\d{1,5})?")
_PLAIN_PATH = re.compile(r"([A-Za-z]:)?[^:@=&?#\x00-\x1f]*")
_MISTYPED = re.compile(r"(rtsps?|rtmps?|https?|udp|tcp)\b", re.IGNORECASE)
"""A path that begins like an address: its separators were mistyped."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class NamedCamera:
    """One of several cameras of this device. `source`: as STRESSVISION_SOURCE; it may contain a password."""

    name: str
    source: str = field(repr=False)


def name_component(camera: str | None) -> str:
    """Return the component name of a camera's program, as in the launcher's table, its heartbeat and its log."""
    return ONLY_DEVICE if camera is None else f"{ONLY_DEVICE}-{camera}"


def parse_cameras(text: str) -> tuple[NamedCamera, ...]:
    """Return the cameras of `name=source,name=source`; none for an empty text.

    Raises:
        ConfigurationError: an entry is malformed. The message names its position, because the entry may contain a
            password.
    """
    cameras: list[NamedCamera] = []
    for position, entry in enumerate(text.split(",") if text.strip() else (), 1):
        name, _, source = (part.strip() for part in entry.partition("="))
        if not source or not _NAME.fullmatch(name):
            raise _build_error(
                f"la cámara {position} de la lista no se entiende: escriba nombre=fuente, separadas por comas, por "
                "ejemplo entrada=0,linea2=rtsp://… El nombre lleva letras sin acento, cifras, punto o guion; una coma "
                "dentro de una dirección se escribe %2C",
                f"camera {position} of the list is malformed: write name=source, separated by commas, for example "
                "door=0,line2=rtsp://… A name has plain letters, digits, dots or hyphens; a comma within an address is "
                "written %2C",
            )
        if any(camera.name.casefold() == name.casefold() for camera in cameras):
            raise _build_error(f"hay dos cámaras llamadas {name}", f"two cameras have the name {name}")
        same = next((camera.name for camera in cameras if camera.source == source), None)
        if same is not None and (source.isdecimal() or source == PI_CAMERA):
            raise _build_error(
                f"{same} y {name} piden la misma cámara {source}, y solo una puede abrirla",
                f"{same} and {name} use the same camera {source}, and only one of them can open it",
            )
        cameras.append(NamedCamera(name, source))
    return tuple(cameras)


def remove_credentials(url: str) -> str:
    """Return an address for display, without its user, password and query.

    Camera passwords contain `/`, `#` or `@`, and some cameras expect user and password in the path: the ambiguous part
    of an address is replaced by `…`.
    """
    scheme, _, rest = url.partition("://")
    if not _SCHEME.fullmatch(scheme):
        return HIDDEN
    ends = [rest.index(mark) for mark in "/?#" if mark in rest]
    authority, beyond = rest[: min(ends, default=len(rest))], rest[min(ends, default=len(rest)) :]
    path = beyond.partition("?")[0].partition("#")[0]
    host = authority.rpartition("@")[2]
    if ("@" in beyond and "@" not in authority) or not _HOST.fullmatch(host):
        return f"{scheme}://{HIDDEN}"
    return f"{scheme}://{host}{path}" if not set("@=&") & set(path) else f"{scheme}://{host}/{HIDDEN}"


def describe_source(source: str) -> str:
    """Return a camera source for display: what is neither an address nor a plain path may contain a password."""
    if "://" in source:
        return remove_credentials(source)
    return source if _PLAIN_PATH.fullmatch(source) and not _MISTYPED.match(source) else HIDDEN


def _build_error(es: str, en: str) -> ConfigurationError:
    return ConfigurationError(Message(es=f"{SETTING}: {es}.", en=f"{SETTING}: {en}."), field=SETTING)
