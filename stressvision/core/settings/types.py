"""Types of settings: what the document adds to a setting, and annotated types by unit."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from pydantic_settings import NoDecode

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Note:
    """What the document adds to a setting: its unit, its name in the specification, its default in words."""

    unit: str = ""
    specification: str = ""
    default: str = ""


Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT)]
Days = Annotated[int, Note(unit="days")]
RetentionDays = Annotated[Days, Field(ge=0, le=100 * 365)]
Minutes = Annotated[int, Note(unit="minutes")]
Seconds = Annotated[float, Note(unit="seconds")]
WholeSeconds = Annotated[int, Note(unit="seconds")]
Detections = Annotated[int, Note(unit="detections"), Field(ge=1)]
Names = Annotated[tuple[str, ...], NoDecode]
Url = Annotated[str, Note(default="from host and port")]


def split_commas(value: object) -> object:
    """Return the parts between commas without surrounding spaces; a value that is no text unchanged."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
