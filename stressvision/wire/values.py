"""Values that several messages share."""

from datetime import datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from stressvision.core.clock import parse_moment, to_wire
from stressvision.core.errors import InvalidInput


def _read_moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_type", "Input should be a date in ISO 8601")
    try:
        return parse_moment(value)
    except InvalidInput as error:
        raise ValueError(error.message.es) from None


def _refuse_naive(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs an offset")
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    AfterValidator(_refuse_naive),
    PlainSerializer(to_wire, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""ISO 8601 with any offset on the way in (none means UTC); with `Z` and milliseconds on the way out."""


def _require_number(value: object) -> object:
    if isinstance(value, bool | str):
        raise PydanticCustomError("float_type", "Input should be a valid number")
    return value


Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Amount = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]


def _refuse_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("contiene el carácter nulo, que ninguna base de datos guarda")
    return value


Words = Annotated[str, AfterValidator(_refuse_nul)]
"""What a person wrote. PostgreSQL keeps any text but one with the character 0."""

Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Whole = Annotated[int, BeforeValidator(_require_number), Field(ge=-(2**31), le=2**31 - 1)]
Count = Annotated[int, BeforeValidator(_require_number), Field(ge=0, le=2**31 - 1)]
"""What an integer column of PostgreSQL holds. Not true, not "3"; 3.0 is a whole number in JSON."""

DeviceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["pi-simulator-01"])]


class WireModel(BaseModel):
    """What goes out: frozen, and read straight from rows and dataclasses."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Box(WireModel):
    """Pixels of the frame; `x`, `y` is the top left corner."""

    x: Whole
    y: Whole
    w: Count
    h: Count
