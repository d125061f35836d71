"""What a device must know: from options and settings, or asked for on a terminal, each tried before the next."""

import getpass
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Message, Unavailable
from stressvision.core.texts import Language

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SERVER = Message(
    es="Dirección del servidor de ingesta, por ejemplo https://estres.planta.example:5000",
    en="Address of the ingest server, for example https://stress.plant.example:5000",
)
_AUTHORITY = Message(
    es="Archivo PEM de la autoridad del certificado (vacío: las conocidas por el sistema)",
    en="PEM file of the certificate's authority (empty: those that the system knows)",
)
_NAME_QUESTION = Message(es="Nombre de este dispositivo", en="Name of this device")
_TOKEN = Message(
    es="Token del dispositivo, que no se ve al escribirlo (vacío: el servidor no tiene cuentas)",
    en="Token of the device, not shown while typed (empty: the server has no accounts)",
)
_LOCATION = Message(es="Lugar", en="Place")
_SOURCE = Message(
    es="Cámara: un número como 0, rtsp://…, libcamera o demo",
    en="Camera: a number such as 0, rtsp://…, libcamera or demo",
)


@dataclass(frozen=True)
class DeviceAnswers:
    """What a device must know. `token` and `source` may hold secrets: they are never shown.

    Attributes:
        server: Base address of the ingest server.
        authority: PEM file of the authority of its certificate; None: the usual authorities.
        device_id: Name of the device, which its token belongs to.
        token: Secret of the device; empty where the server has no accounts.
        source: Camera, as `--source` takes it.
        location: Place of the device, for people.
    """

    server: str
    authority: Path | None
    device_id: str
    token: str
    source: str
    location: str


@dataclass(frozen=True)
class Trials:
    """The trials of the answers. Each raises InvalidInput or Unavailable with cause and remedy.

    Attributes:
        server: Whether the server answers under its certificate.
        token: Whether it accepts the token for this device.
        camera: Whether the camera returns a picture.
    """

    server: Callable[[DeviceAnswers], None]
    token: Callable[[DeviceAnswers], None]
    camera: Callable[[DeviceAnswers], None]


def known_answers(settings: Settings, options: dict[str, str]) -> DeviceAnswers:
    """Return what options and settings give; a missing server is an empty text.

    Raises:
        ConfigurationError: The token file cannot be read, or the name or the authority's file is not valid.
    """
    token_file = options.get("token_file") or settings.device_token_file
    authority = options.get("ca") or settings.tls_ca
    name = options.get("device_id") or ("" if "device_id" not in settings.model_fields_set else settings.device_id)
    return DeviceAnswers(
        server=complete_address(options.get("server") or settings.ingest_url),
        authority=_read_path(str(authority)) if authority else None,
        device_id=require_name(name or _own_name()),
        token=_read_token(Path(token_file)) if token_file else settings.device_token.get_secret_value(),
        source=options.get("source") or settings.source,
        location=options.get("location") or (settings.location if "location" in settings.model_fields_set else ""),
    )


def complete_address(text: str) -> str:
    """Return an address with a scheme (https, on loopback http) and without a final slash."""
    address = text.strip().rstrip("/")
    if not address or "://" in address:
        return address
    host = address.rpartition(":")[0] or address
    return f"{'http' if host in LOOPBACK_HOSTS else 'https'}://{address}"


def require_name(name: str) -> str:
    """Return the name of a device. Raises ConfigurationError where it has other characters than tokens allow."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            Message(
                es=f"«{name}» no sirve como nombre: use letras sin acento, cifras, punto o guion, hasta 64.",
                en=f"“{name}” cannot be a name: use plain letters, digits, dots or hyphens, up to 64.",
            ),
            field="--device-id",
        )
    return name


def try_all(answers: DeviceAnswers, trials: Trials) -> None:
    """Run every trial. Raises InvalidInput, Unavailable or ConfigurationError of the first that fails."""
    if not answers.server:
        raise ConfigurationError(
            Message(
                es="Falta la dirección del servidor: --server https://…:5000 o STRESSVISION_INGEST_URL.",
                en="The server's address is missing: --server https://…:5000 or STRESSVISION_INGEST_URL.",
            ),
            field="--server",
        )
    trials.server(answers)
    trials.token(answers)
    trials.camera(answers)


def ask_all(
    known: DeviceAnswers,
    trials: Trials,
    language: Language,
    *,
    read: Callable[[str], str] = input,
    read_secret: Callable[[str], str] = getpass.getpass,
    show: Callable[[str], None] = print,
) -> DeviceAnswers:
    """Ask for each answer, with what is known as the default, and try it; ask again where it fails.

    Raises:
        EOFError: The input ended.
    """
    form = _Form(language, read, read_secret, show)

    def ask_server(before: DeviceAnswers) -> DeviceAnswers:
        server = complete_address(form.ask(_SERVER, before.server))
        authority = form.ask(_AUTHORITY, str(before.authority or ""))
        return replace(before, server=server, authority=_read_path(authority) if authority else None)

    def ask_token(before: DeviceAnswers) -> DeviceAnswers:
        name = require_name(form.ask(_NAME_QUESTION, before.device_id))
        return replace(before, device_id=name, token=form.ask_secret(_TOKEN, before.token))

    def ask_camera(before: DeviceAnswers) -> DeviceAnswers:
        return replace(before, source=form.ask(_SOURCE, before.source))

    answers = form.until_it_works(ask_server, trials.server, known)
    answers = form.until_it_works(ask_token, trials.token, answers)
    answers = form.until_it_works(ask_camera, trials.camera, answers)
    return replace(answers, location=form.ask(_LOCATION, answers.location or answers.device_id))


@dataclass(frozen=True)
class _Form:
    language: Language
    read: Callable[[str], str]
    read_secret: Callable[[str], str]
    show: Callable[[str], None]

    def ask(self, question: Message, known: str) -> str:
        """Return the answer; an empty one is the known."""
        shown = f" [{known}]" if known else ""
        return self.read(f"{question.text(self.language)}{shown}: ").strip() or known

    def ask_secret(self, question: Message, known: str) -> str:
        return self.read_secret(f"{question.text(self.language)}{' […]' if known else ''}: ").strip() or known

    def until_it_works(
        self,
        ask: Callable[[DeviceAnswers], DeviceAnswers],
        trial: Callable[[DeviceAnswers], None],
        known: DeviceAnswers,
    ) -> DeviceAnswers:
        answers = known
        while True:
            try:
                answers = ask(answers)
                trial(answers)
            except (ConfigurationError, InvalidInput, Unavailable) as error:
                self.show(error.message.text(self.language))
            else:
                return answers


def _own_name() -> str:
    """Return this machine's name as far as a device may have it."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:64] or "dispositivo"


def _read_token(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            Message(
                es=f"No se puede leer el token de {path}: {error}.", en=f"Cannot read the token from {path}: {error}."
            ),
            field="--token-file",
        ) from None


def _read_path(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise ConfigurationError(
            Message(
                es=f"No existe el archivo {path}: cópielo del servidor (el certificado, no la clave).",
                en=f"There is no file {path}: copy it from the server (the certificate, not the key).",
            ),
            field="--ca",
        )
    return path
