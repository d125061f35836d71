"""Cameras as settings name them: several on one device, and what of an address may be shown."""

import re
from dataclasses import dataclass, field

from stressvision.core.errors import ConfigurationError, Message

SETTING = "STRESSVISION_CAMERAS"
ONLY_DEVICE = "edge"
PI_CAMERA = "libcamera"
"""The source that is a Raspberry Pi's own camera."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class NamedCamera:
    """One of several cameras of this device. `source`: as STRESSVISION_SOURCE; it may hold a password."""

    name: str
    source: str = field(repr=False)


def name_component(camera: str | None) -> str:
    """What the program that watches a camera is called: in the launcher's table, its heartbeat and its log."""
    return ONLY_DEVICE if camera is None else f"{ONLY_DEVICE}-{camera}"


def parse_cameras(text: str) -> tuple[NamedCamera, ...]:
    """The cameras of `name=source,name=source`; none where the text is empty.

    Raises ConfigurationError saying which one is wrong, by its place: what is written there may be a password.
    """
    cameras: list[NamedCamera] = []
    for place, entry in enumerate(text.split(",") if text.strip() else (), 1):
        name, _, source = (part.strip() for part in entry.partition("="))
        if not source or not _NAME.fullmatch(name):
            raise _refusal(
                f"la cámara {place} de la lista no se entiende: escriba nombre=fuente, separadas por comas, por "
                "ejemplo entrada=0,linea2=rtsp://… El nombre lleva letras sin acento, cifras, punto o guion; una coma "
                "dentro de una dirección se escribe %2C",
                f"camera {place} of the list is not understood: write name=source, separated by commas, for example "
                "door=0,line2=rtsp://… A name has plain letters, digits, dots or hyphens; a comma within an address is "
                "written %2C",
            )
        if any(camera.name.casefold() == name.casefold() for camera in cameras):
            raise _refusal(f"hay dos cámaras llamadas {name}", f"two cameras are called {name}")
        same = next((camera.name for camera in cameras if camera.source == source), None)
        if same is not None and (source.isdecimal() or source == PI_CAMERA):
            raise _refusal(
                f"{same} y {name} piden la misma cámara {source}, y solo una puede abrirla",
                f"{same} and {name} ask for the same camera {source}, which only one of them can open",
            )
        cameras.append(NamedCamera(name, source))
    return tuple(cameras)


def without_credentials(url: str) -> str:
    """What may be shown of an address: never its user, password or query.

    Cameras have passwords with `/`, `#` or `@` in them, and some want user and password in the path: an address that
    could be read in two ways is shown without the part in question.
    """
    scheme, _, rest = url.partition("://")
    ends = [rest.index(mark) for mark in "/?#" if mark in rest]
    authority, beyond = rest[: min(ends, default=len(rest))], rest[min(ends, default=len(rest)) :]
    if "@" in beyond and "@" not in authority:
        return f"{scheme}://…"
    path = beyond.partition("?")[0].partition("#")[0]
    host = authority.rpartition("@")[2]
    return f"{scheme}://{host}{path}" if not set("@=&") & set(path) else f"{scheme}://{host}/…"


def _refusal(es: str, en: str) -> ConfigurationError:
    return ConfigurationError(Message(es=f"{SETTING}: {es}.", en=f"{SETTING}: {en}."), field=SETTING)
