"""Settings: one typed tree, read from STRESSVISION_* and from a `.env` file in the current folder."""

import difflib
import os
import re
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, FilePath, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from stressvision.core.cameras import NamedCamera, parse_cameras
from stressvision.core.errors import ConfigurationError, Language, Message
from stressvision.core.faults import explain_fault, known_zone

PREFIX = "STRESSVISION_"
PROJECT_ROOT = Path(__file__).resolve().parents[2]
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
EVERY_ADDRESS = ("0.0.0.0", "::")

HIGHEST_PORT = 65535

Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT)]

QUIET_HOURS = r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
_BETWEEN_ADDRESSES = re.compile(r"[,\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")

Days = Annotated[int, Field(ge=0, le=100 * 365)]
"""How long something is kept; 0: for ever."""


class Policy(StrEnum):
    """What may be inferred about people at work, by jurisdiction."""

    PE = "pe"
    """Peru (default): expression and fatigue of consenting employees."""
    EU = "eu"
    """European Union: no emotion at work (AI Act, art. 5.1.f); only fatigue, as a safety signal."""
    RESEARCH = "research"
    """A study with its own ethics approval: as `pe`, and faces nobody enrolled may be analysed."""


class Rotation(IntEnum):
    """Degrees clockwise by which a camera's picture is turned."""

    NONE = 0
    RIGHT = 90
    HALF = 180
    LEFT = 270


class Settings(BaseSettings):
    """Every setting, with its default. `docs/settings.md` explains each and the names the specification used."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    database_url: str = "sqlite:///gloria_stress_system.db"
    host: str = "127.0.0.1"
    api_port: Port = 8000
    ingest_port: Port = 5000
    dashboard_port: Port = 8501
    preview_port: Port = 8502
    lang: Language = "es"
    policy: Policy = Policy.PE
    time_zone: Annotated[str, AfterValidator(known_zone)] = "America/Lima"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    run_dir: Path = Path(".run")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()

    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    proxy: Annotated[str, Field(pattern=r"^([0-9A-Fa-f:.]+)?$")] = ""
    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    tls_ca: FilePath | None = None
    device_token: SecretStr = SecretStr("")
    device_token_file: Path | None = None

    interval_minutes: int = Field(default=15, ge=1, le=24 * 60)
    stress_threshold: float = Field(default=50.0, ge=0, le=100)
    min_stress_events: int = Field(default=10, ge=1)
    alert_window_minutes: int = Field(default=15, ge=1, le=24 * 60)
    alert_min_confidence: float = Field(default=0.5, ge=0, le=1)
    alert_quiet_minutes: int = Field(default=60, ge=0)
    device_silent_seconds: int = Field(default=60, ge=5)
    min_fatigue_events: int = Field(default=45, ge=1)
    escalation_minutes: Annotated[tuple[int, ...], NoDecode] = (15, 60)
    device_alert_minutes: int = Field(default=5, ge=0)

    notify_urls: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    notify_events: Annotated[tuple[Literal["alerts", "devices", "reports"], ...], NoDecode] = ("alerts", "devices")
    notify_quiet_hours: str = Field(default="", pattern=QUIET_HOURS)
    notify_quiet_except: Literal["high", "none"] = "high"
    notify_give_up_days: int = Field(default=3, ge=1, le=30)

    retention_detections_days: Days = 30
    retention_rollups_days: Days = 365
    retention_reports_days: Days = 5 * 365
    retention_alerts_days: Days = 2 * 365
    retention_audit_days: Days = 5 * 365
    rate_limit: float = Field(default=50.0, ge=0, le=100_000)
    backup_dir: Path = Path("backups")
    backup_hours: int = Field(default=24, ge=0, le=24 * 31)
    backup_seconds: int = Field(default=0, ge=0, le=3600)
    backup_keep: int = Field(default=7, ge=1, le=1000)
    backup_key_file: Path | None = None

    device_id: str = Field(default="pi-simulator-01", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    location: str = "Oficina Principal - Simulador"
    source: str = "0"
    cameras: Annotated[tuple[NamedCamera, ...], NoDecode] = ()
    rotation: Rotation = Rotation.NONE
    mirror: bool = False
    outbox_path: Path = Path("edge_outbox.db")
    detection_seconds: float = Field(default=1.0, ge=0.1, le=60)
    analyse_unknown: bool = False
    recognition_threshold: float = Field(default=0.49, gt=0, lt=1)
    recognition_margin: float = Field(default=0.04, ge=0, lt=1)
    liveness: Literal["off", "flag"] = "off"
    gallery_seconds: float = Field(default=2.0, ge=0.2, le=5)
    gallery_lease_seconds: float = Field(default=60.0, ge=5)
    headless: bool = False

    ingest_url: str = ""
    api_url: str = ""
    dashboard_url: str = ""
    models_dir: Path = PROJECT_ROOT / "models"
    demo_dir: Path = PROJECT_ROOT / "demo"

    @field_validator("cors_origins", "allowed_hosts", "escalation_minutes", "notify_events", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("notify_urls", mode="before")
    @classmethod
    def _split_addresses(cls, value: object) -> object:
        """By commas and spaces that an address follows: commas within one, as between recipients, are its own."""
        return tuple(filter(None, _BETWEEN_ADDRESSES.split(value.strip()))) if isinstance(value, str) else value

    @field_validator("cameras", mode="before")
    @classmethod
    def _parse_cameras(cls, value: object) -> object:
        return parse_cameras(value) if isinstance(value, str) else value

    def watch_with(self, name: str) -> "Settings":
        """These settings for one of several cameras: a device with an outbox, a token's file and a preview of its own.

        Raises ConfigurationError where no camera is called so, or the ports do not suffice.
        """
        places = {camera.name: place for place, camera in enumerate(self.cameras)}
        if name not in places:
            known = ", ".join(places) or "-"
            raise ConfigurationError(
                Message(
                    es=f"No hay ninguna cámara «{name}» en STRESSVISION_CAMERAS. Están: {known}.",
                    en=f"There is no camera “{name}” in STRESSVISION_CAMERAS. There are: {known}.",
                ),
                field="STRESSVISION_CAMERAS",
            )
        port = self.preview_port + places[name]
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
                "source": self.cameras[places[name]].source,
                "outbox_path": self.outbox_path.with_stem(f"{self.outbox_path.stem}-{name}"),
                "preview_port": port,
            }
        )

    @property
    def ingest_base(self) -> str:
        return (self.ingest_url or self.served_at(self.ingest_port)).rstrip("/")

    @property
    def api_base(self) -> str:
        return (self.api_url or self.served_at(self.api_port)).rstrip("/")

    @property
    def is_exposed(self) -> bool:
        """Whether others than this machine's users can reach the servers."""
        return self.host not in LOOPBACK_HOSTS or bool(self.proxy)

    @property
    def trusted_ca(self) -> str | bool:
        """What requests and the like verify our own servers' certificates with."""
        return str(self.tls_ca) if self.tls_ca else True

    def served_at(self, port: int) -> str:
        """Where a program of this machine finds a server that these settings start."""
        if self.tls_certificate and self.allowed_hosts:
            return f"https://{self.allowed_hosts[0]}:{port}"
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        scheme = "https" if self.tls_certificate else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    @property
    def dashboard_base(self) -> str:
        return (self.dashboard_url or self.served_at(self.dashboard_port)).rstrip("/")


def load_settings(camera: str | None = None, **overrides: object) -> Settings:
    """Settings from the environment and `.env`; `overrides` (command-line arguments) win.

    `camera`: those of one of several cameras, by its name.
    Raises ConfigurationError for a value that does not fit, and for an unknown STRESSVISION_ key,
    naming the nearest known one: a misspelt setting must not be silently ignored.
    """
    try:
        written = dotenv_values(".env")
    except (OSError, UnicodeDecodeError):
        es = "No se puede leer el archivo .env de esta carpeta: debe ser un texto en UTF-8 que usted pueda abrir."
        en = "The file .env of this folder cannot be read: it must be a text in UTF-8 that you may open."
        raise ConfigurationError(Message(es=es, en=en)) from None
    _refuse_unknown({**written, **os.environ})
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        fault = error.errors()[0]
        name = PREFIX + str(fault["loc"][0]).upper()
        raise ConfigurationError(
            Message(
                es=f"El ajuste {name} tiene un valor que no sirve ({fault['input']!r}): {explain_fault(fault, 'es')}.",
                en=f"Setting {name} has a value that does not fit ({fault['input']!r}): {explain_fault(fault, 'en')}.",
            ),
            field=name,
        ) from None
    _refuse_open_door(settings)
    if camera is None:
        return settings
    return settings.watch_with(camera).model_copy(update={name: getattr(settings, name) for name in given})


def _refuse_open_door(settings: Settings) -> None:
    """Beyond this machine: with TLS, ours or a proxy's, and under names that were given."""
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise ConfigurationError(
            Message(
                es="STRESSVISION_TLS_CERTIFICATE y STRESSVISION_TLS_KEY van juntos: indique ambos archivos (PEM).",
                en="STRESSVISION_TLS_CERTIFICATE and STRESSVISION_TLS_KEY go together: give both files (PEM).",
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
                en=f"STRESSVISION_HOST={settings.host} would send health data over the network in the clear. Give a "
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
                en="Say under which names this server is called, separated by commas: "
                "STRESSVISION_ALLOWED_HOSTS=stress.gloria.example",
            ),
            field="STRESSVISION_ALLOWED_HOSTS",
        )


def _refuse_unknown(environment: Mapping[str, str | None]) -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for key in environment:
        if key.upper().startswith(PREFIX) and key.upper() not in known:
            nearest = difflib.get_close_matches(key.upper(), known, n=1)
            hint_es = f" ¿Quiso decir {nearest[0]}?" if nearest else " Los ajustes están en docs/settings.md."
            hint_en = f" Did you mean {nearest[0]}?" if nearest else " The settings are listed in docs/settings.md."
            raise ConfigurationError(
                Message(es=f"No existe el ajuste {key}.{hint_es}", en=f"There is no setting {key}.{hint_en}"),
                field=key,
            )
