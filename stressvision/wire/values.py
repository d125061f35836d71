"""Field types that several messages share."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

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

Value = TypeVar("Value")

MAX_ID = 2**63 - 1
"""The largest row id a database can hold."""
MAX_REFERENCE = 2**31 - 1
"""The largest id that a row may refer to: on PostgreSQL these columns have 32 bits."""

NextCursor = Annotated[str | None, Field(description="Where the next page begins; null on the last one.")]


def _parse_moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_type", "Input should be a date in ISO 8601")
    try:
        return parse_moment(value)
    except InvalidInput as error:
        raise PydanticCustomError(
            "datetime_invalid",
            "{text}",
            {"text": error.message.en.rstrip("."), "spanish": error.message.es.rstrip(".")},
        ) from None


def _reject_naive(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("datetime_naive", "a time needs an offset")
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_parse_moment),
    AfterValidator(_reject_naive),
    PlainSerializer(to_wire, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""A time in ISO 8601. Input may have any offset (none means UTC); output has `Z` and milliseconds."""


def _require_number(value: object) -> object:
    if isinstance(value, bool | str):
        raise PydanticCustomError("float_type", "Input should be a valid number")
    return value


Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Amount = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]


def reject_nul(value: Value) -> Value:
    """Return the value; reject a text with NUL, which PostgreSQL cannot store."""
    if isinstance(value, str) and "\0" in value:
        raise PydanticCustomError("nul_character", "Text should not hold the NUL character, which no database stores")
    return value


Words = Annotated[str, AfterValidator(reject_nul)]
"""Text written by a person. PostgreSQL stores any character except NUL."""

Share = Annotated[float, Strict(), Field(ge=0, le=1)]
# The bounds first: behind a validator in Python they would be checked in Python too.
Whole = Annotated[int, Field(ge=-(2**31), le=2**31 - 1), BeforeValidator(_require_number)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1), BeforeValidator(_require_number)]
"""The range of a PostgreSQL integer column. Rejects `true` and `"3"`; accepts 3.0, a whole number in JSON."""

USER_NAME: Any = Field(default=None, min_length=1, max_length=100)
"""Author of a change, where the caller has no account."""

ODD_FIELDS: Any = Field(
    default=(),
    description="Fields whose stored value another program wrote in a form of its own: null, 0 or as it stands.",
)

DeviceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["pi-simulator-01"])]


class OfEmotion:
    """Marks a field with emotions other than fatigue, which no answer has under the policy `eu`."""


EmotionPercent = Annotated[float | None, OfEmotion]
"""A share of detections, in percent; null where the policy allows no emotion."""
EmotionTotal = Annotated[int | None, OfEmotion]
EmotionCounts = Annotated[dict[str, int], OfEmotion]
"""Detections by expression; of fatigue alone where the policy allows no emotion."""

INFERS_EMOTIONS: Any = Field(
    default=True, description="False under a policy that allows fatigue only: the figures of emotions are null."
)


class WireModel(BaseModel):
    """Base of the messages a server sends: frozen, and built from rows and dataclasses by attribute."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Box(WireModel):
    """Rectangle in pixels of the frame; `x`, `y` is the top left corner."""

    x: Whole
    y: Whole
    w: Count
    h: Count
