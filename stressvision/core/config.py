"""Settings: one typed tree, read from STRESSVISION_* and from a `.env` file in the current folder."""

import difflib
import os
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from stressvision.core.cameras import HIDDEN
from stressvision.core.clock import splits_days
from stressvision.core.errors import ConfigurationError, Message
from stressvision.core.files import PROJECT_ROOT as PROJECT_ROOT
from stressvision.core.settings.device import DeviceSettings
from stressvision.core.settings.device import Rotation as Rotation
from stressvision.core.settings.installation import GeneralSettings, NetworkSettings, PlantSettings
from stressvision.core.settings.installation import Policy as Policy
from stressvision.core.settings.operation import AlertSettings, NotificationSettings, RetentionSettings
from stressvision.core.settings.types import HIGHEST_PORT
from stressvision.core.validation import describe_error

PREFIX = "STRESSVISION_"
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_USUAL_LENGTHS = (5, 10, 15, 20, 30, 60, 120, 180, 240)
EVERY_ADDRESS = ("0.0.0.0", "::")


class Settings(
    GeneralSettings,
    PlantSettings,
    NetworkSettings,
    AlertSettings,
    NotificationSettings,
    RetentionSettings,
    DeviceSettings,
    BaseSettings,
):
    """Every setting, by group; a function that needs one group may declare that group as its parameter's type."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    def select_camera(self, name: str) -> "Settings":
        """Return the settings of one camera's device, which has its own outbox, token file and preview port.

        Raises:
            ConfigurationError: no camera has this name, or its preview port would exceed the highest one.
        """
        positions = {camera.name: position for position, camera in enumerate(self.cameras)}
        if name not in positions:
            known = ", ".join(positions) or "-"
            raise ConfigurationError(
                Message(
                    es=f"No hay ninguna cámara «{name}» en STRESSVISION_CAMERAS. Están: {known}.",
                    en=f"There is no camera “{name}” in STRESSVISION_CAMERAS. There are: {known}.",
                ),
                field="STRESSVISION_CAMERAS",
            )
        port = self.preview_port + positions[name]
        if port > HIGHEST_PORT:
            raise ConfigurationError(
                Message(
                    es=f"STRESSVISION_PREVIEW_PORT={self.preview_port} no deja un puerto para cada cámara: use uno "
                    "menor.",
                    en=f"STRESSVISION_PREVIEW_PORT={self.preview_port} leaves no port for each camera: use a lower "
                    "one.",
                ),
                field="STRESSVISION_PREVIEW_PORT",
            )
        token = self.device_token_file
        return self.model_copy(
            update={
                "device_id": name,
                "device_token_file": token and token.with_stem(f"{token.stem}-{name}"),
                "source": self.cameras[positions[name]].source,
                "outbox_path": self.outbox_path.with_stem(f"{self.outbox_path.stem}-{name}"),
                "preview_port": port,
            }
        )

    @property
    def ingest_base(self) -> str:
        """The ingest server's base URL, without a final slash."""
        return (self.ingest_url or self.served_at(self.ingest_port)).rstrip("/")

    @property
    def api_base(self) -> str:
        """The backend's base URL, without a final slash."""
        return (self.api_url or self.served_at(self.api_port)).rstrip("/")

    @property
    def is_exposed(self) -> bool:
        """Whether the servers can be reached from other machines."""
        return self.host not in LOOPBACK_HOSTS or bool(self.proxy)

    @property
    def trusted_ca(self) -> str | bool:
        """The `verify` argument of HTTP clients: a PEM file, or True for the usual authorities."""
        return str(self.tls_ca) if self.tls_ca else True

    def served_at(self, port: int) -> str:
        """Return the base URL under which programs of this machine reach a server on `port`."""
        if self.tls_certificate and self.allowed_hosts:
            return f"https://{self.allowed_hosts[0]}:{port}"
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        scheme = "https" if self.tls_certificate else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    @property
    def dashboard_base(self) -> str:
        """The dashboard's base URL, without a final slash."""
        return (self.dashboard_url or self.served_at(self.dashboard_port)).rstrip("/")


def load_settings(camera: str | None = None, **overrides: object) -> Settings:
    """Return the settings of the environment and `.env`.

    Args:
        camera: Name of one of several cameras, whose settings are wanted.
        overrides: Command-line arguments, which take precedence; None means not set.

    Raises:
        ConfigurationError: a value is invalid, the settings contradict one another, or a STRESSVISION_ key is unknown;
            the message then names the nearest known one.
    """
    try:
        written = dotenv_values(".env")
    except (OSError, UnicodeDecodeError):
        es = "No se puede leer el archivo .env de esta carpeta: debe ser un texto en UTF-8 que usted pueda abrir."
        en = "The file .env of this folder cannot be read: it must be a text in UTF-8 that you may read."
        raise ConfigurationError(Message(es=es, en=en)) from None
    _reject_unknown({**written, **os.environ})
    chosen = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**chosen)  # type: ignore[arg-type]
    except ValidationError as error:
        fault = error.errors()[0]
        name = PREFIX + str(fault["loc"][0]).upper()
        shown = repr(fault["input"])
        # What looks like an address may hold a password.
        shown = HIDDEN if any(mark in shown for mark in ("@", "://")) else shown
        raise ConfigurationError(
            Message(
                es=f"El ajuste {name} tiene un valor no válido ({shown}): {describe_error(fault, 'es')}.",
                en=f"Setting {name} has an invalid value ({shown}): {describe_error(fault, 'en')}.",
            ),
            field=name,
        ) from None
    _reject_insecure_host(settings)
    _reject_files_as_folders(settings)
    require_whole_days(settings, settings.interval_minutes)
    if camera is None:
        return settings
    return settings.select_camera(camera).model_copy(update={name: getattr(settings, name) for name in chosen})


def require_whole_days(settings: Settings, minutes: int, field: str = "STRESSVISION_INTERVAL_MINUTES") -> None:
    """Raise ConfigurationError where report windows of this length would belong to two days of the plant."""
    zone = ZoneInfo(settings.time_zone)
    if not splits_days(zone, minutes):
        return
    fitting = ", ".join(str(length) for length in _USUAL_LENGTHS if not splits_days(zone, length))
    raise ConfigurationError(
        Message(
            es=f"Con ventanas de {minutes} minutos, en {settings.time_zone} una ventana cruzaría la medianoche y no "
            f"sería de ningún día. Use, por ejemplo, {fitting}.",
            en=f"With windows of {minutes} minutes, a window would cross midnight in {settings.time_zone} and belong "
            f"to no day. Use one of these, for example: {fitting}.",
        ),
        field=field,
    )


def _reject_insecure_host(settings: Settings) -> None:
    """Raise ConfigurationError where the servers listen beyond loopback without TLS or without allowed names."""
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise ConfigurationError(
            Message(
                es="STRESSVISION_TLS_CERTIFICATE y STRESSVISION_TLS_KEY van juntos: indique ambos archivos (PEM).",
                en="STRESSVISION_TLS_CERTIFICATE and STRESSVISION_TLS_KEY belong together: set both files (PEM).",
            ),
            field="STRESSVISION_TLS_KEY" if settings.tls_certificate else "STRESSVISION_TLS_CERTIFICATE",
        )
    if not settings.is_exposed:
        return
    if settings.tls_certificate is None and not settings.proxy:
        raise ConfigurationError(
            Message(
                es=f"STRESSVISION_HOST={settings.host} llevaría datos de salud por la red sin cifrar. Indique un "
                "certificado (STRESSVISION_TLS_CERTIFICATE=cert.pem y STRESSVISION_TLS_KEY=clave.pem) o la dirección "
                "de su proxy inverso con TLS (STRESSVISION_PROXY=127.0.0.1), o deje STRESSVISION_HOST=127.0.0.1.",
                en=f"STRESSVISION_HOST={settings.host} would send health data over the network unencrypted. Set a "
                "certificate (STRESSVISION_TLS_CERTIFICATE=cert.pem and STRESSVISION_TLS_KEY=key.pem) or the address "
                "of your reverse proxy with TLS (STRESSVISION_PROXY=127.0.0.1), or keep STRESSVISION_HOST=127.0.0.1.",
            ),
            field="STRESSVISION_HOST",
        )
    if not settings.allowed_hosts:
        raise ConfigurationError(
            Message(
                es="Indique con qué nombres se llama a este servidor, separados por comas: "
                "STRESSVISION_ALLOWED_HOSTS=estres.gloria.example",
                en="Set the names under which this server is called, separated by commas: "
                "STRESSVISION_ALLOWED_HOSTS=stress.gloria.example",
            ),
            field="STRESSVISION_ALLOWED_HOSTS",
        )


def _reject_files_as_folders(settings: Settings) -> None:
    """Raise ConfigurationError where a file has the name of a folder that the programs write into."""
    for name, path in (("RUN_DIR", settings.run_dir), ("BACKUP_DIR", settings.backup_dir)):
        if path is not None and path.exists() and not path.is_dir():
            raise ConfigurationError(
                Message(
                    es=f"{path} ({PREFIX}{name}) es un archivo y debe ser una carpeta: indique otra.",
                    en=f"{path} ({PREFIX}{name}) is a file and must be a folder: set another one.",
                ),
                field=PREFIX + name,
            )


def _reject_unknown(environment: Mapping[str, str | None]) -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for key in environment:
        if key.upper().startswith(PREFIX) and key.upper() not in known:
            nearest = difflib.get_close_matches(key.upper(), known, n=1)
            hint_es = f" ¿Quiso decir {nearest[0]}?" if nearest else " Los ajustes están en docs/ajustes.md."
            hint_en = f" Did you mean {nearest[0]}?" if nearest else " The settings are listed in docs/settings.md."
            raise ConfigurationError(
                Message(es=f"No existe el ajuste {key}.{hint_es}", en=f"There is no setting {key}.{hint_en}"),
                field=key,
            )
