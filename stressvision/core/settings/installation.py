"""Settings of the installation: general, network, plant."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, FilePath, field_validator
from pydantic_settings import NoDecode

from stressvision.core.files import PROJECT_ROOT
from stressvision.core.settings.types import Names, Note, Port, Url, split_commas
from stressvision.core.texts import Language
from stressvision.core.validation import validate_time_zone

_HOUR = r"(0?\d|1\d|2[0-3])"
SHIFT_HOURS = rf"^{_HOUR},{_HOUR},{_HOUR}$"


class Policy(StrEnum):
    """What may be inferred about people at work, by jurisdiction."""

    PE = "pe"
    """Peru (default): expression and fatigue of consenting employees."""
    EU = "eu"
    """European Union: no emotion at work (AI Act, art. 5.1.f); only fatigue, as a safety signal."""
    RESEARCH = "research"
    """A study with its own ethics approval: as `pe`, and faces of persons not enrolled may be analysed."""


class GeneralSettings(BaseModel):
    """General"""

    database_url: Annotated[str, Note(specification="DB_PATH")] = Field(
        "sqlite:///gloria_stress_system.db", description="the database; `postgresql://…` for several machines"
    )
    lang: Language = Field("es", description="`es` or `en`, for every text a person reads")
    policy: Policy = Field(Policy.PE, description="`pe`; `eu`: no emotion at work, fatigue only; `research`")
    time_zone: Annotated[str, AfterValidator(validate_time_zone)] = Field(
        "America/Lima", description="the plant's time zone, for texts that people read"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="`debug`, `info`, `warning` or `error`"
    )
    log_format: Literal["text", "json"] = Field("text", description="`text` or `json`")
    run_dir: Path = Field(Path(".run"), description="heartbeats, process list and logs of the launcher")
    models_dir: Annotated[Path, Note(default="the project's `models`")] = Field(
        PROJECT_ROOT / "models", description="folder of the models"
    )
    demo_dir: Annotated[Path, Note(default="the project's `demo`")] = Field(
        PROJECT_ROOT / "demo", description="folder of the demonstration"
    )


class NetworkSettings(BaseModel):
    """Network"""

    host: str = Field(
        "127.0.0.1",
        description="where the servers listen; beyond loopback only with TLS, names and an administrator's account",
    )
    api_port: Annotated[Port, Note(specification="PORT")] = Field(8000, description="port of the backend")
    ingest_port: Port = Field(5000, description="port of the ingest server")
    dashboard_port: Port = Field(8501, description="port of the dashboard")
    preview_port: Port = Field(
        8502, description="port of the device's live preview; with several cameras the first one's, and the next ones"
    )
    allowed_hosts: Names = Field(
        (), description="names under which the servers are called, comma-separated; loopback's are always allowed"
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, Note(specification="CORS")] = Field(
        (), description="further web origins, comma-separated; `*` allows all"
    )
    tls_certificate: FilePath | None = Field(None, description="PEM file of the servers' own certificate")
    tls_key: FilePath | None = Field(None, description="PEM file of its key")
    tls_ca: Annotated[FilePath | None, Note(default="the usual authorities")] = Field(
        None, description="PEM file of the authority that signed it, for device, dashboard and launcher"
    )
    proxy: str = Field(
        "",
        pattern=r"^([0-9A-Fa-f:.]+)?$",
        description="address of the reverse proxy that does TLS instead; it must send `X-Forwarded-Proto: https` and "
        "`X-Forwarded-For`",
    )
    dashboard_key_file: Annotated[Path | None, Note(default="`dashboard.key` in `STRESSVISION_RUN_DIR`")] = Field(
        None,
        description="file with the key by which the backend believes the browser addresses that the dashboard states; "
        "created where it is missing, and set only where both run under different users",
    )
    rate_limit: Annotated[float, Note(unit="requests/s")] = Field(
        50.0,
        ge=0,
        le=100_000,
        description="requests that one address may send to ingest and to the backend each, with a burst of four "
        "seconds' worth; then 429. This machine itself is not limited; `0`: no limit",
    )
    ingest_url: Url = Field(
        "", description="address of the ingest server where it runs on another machine behind your own tunnel"
    )
    api_url: Url = Field(
        "", description="address of the backend where it runs on another machine behind your own tunnel"
    )
    dashboard_url: Url = Field("", description="address of the dashboard for people: links in messages begin with it")

    @field_validator("cors_origins", "allowed_hosts", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        return split_commas(value)


class PlantSettings(BaseModel):
    """Plant"""

    company: str = Field("Gloria S.A.", min_length=1, max_length=120, description="name of the company, in documents")
    company_address: str = Field("", max_length=200, description="its address, in the consent and the law pack")
    privacy_contact: str = Field(
        "", max_length=200, description="where employees send requests about their data: a person, address or telephone"
    )
    data_bank: str = Field(
        "", max_length=120, description="name and code under which the data bank is registered with the authority"
    )
    validated_on: date | None = Field(
        None,
        description="day on which the plant last validated the expression model with its own people, `YYYY-MM-DD` "
        "(`papers`, model card, point 4); a reminder comes before a year has passed, and after a newer model",
    )
    shift_hours: Annotated[str, Note(unit="hours of the day")] = Field(
        "6,14,22",
        pattern=SHIFT_HOURS,
        description="hours at which the morning, afternoon and night shifts begin, in the plant's time zone",
    )
