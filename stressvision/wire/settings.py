"""Settings that the console changes, and the preview of an alert rule."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from stressvision.wire.values import Moment, WireModel

SettingValue = int | float | str | list[str] | list[int] | None
SettingKind = Literal["integer", "number", "text", "choice", "choices", "integers", "addresses", "routes"]
SettingSource = Literal["default", "stored", "environment"]


_EXAMPLE: dict[str, JsonValue] = {"example": {"address": "jsons://example.com/hook"}}


class SettingState(WireModel):
    """One setting. `value` and `default`: null for secrets. `source` environment: fixed by the variable `variable`.

    `is_live`: a change applies within seconds; otherwise at the next start of the programs.
    """

    name: str
    group: str
    variable: str
    kind: SettingKind
    value: SettingValue
    default: SettingValue
    minimum: float | None
    maximum: float | None
    choices: list[str] | None
    unit: str | None
    source: SettingSource
    is_live: bool
    changed_by: str | None
    changed_at: Moment | None


class SettingList(WireModel):
    """Every setting that may be stored, by group."""

    settings: list[SettingState]


class SettingChange(BaseModel):
    """Values to store by name; null returns to the default."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"example": {"values": {"min_stress_events": 12}}}
    )

    values: dict[str, SettingValue] = Field(min_length=1, max_length=40)


class RulePreview(WireModel):
    """Alerts that the rules would have created over the last `days`, with the settings in force and with others.

    Both are computed from the stored detections in the same way, so that they can be compared; `created` is the number
    of alerts in the database. Null, and `withheld`, for callers without access to persons.
    """

    days: int
    current: int | None
    proposed: int | None
    created: int | None
    detections: int
    is_complete: bool = True
    withheld: bool = False


class TargetRequest(BaseModel):
    """An address of apprise, such as `mailtos://user:password@smtp.example.com?from=…&to=…`. It is never returned."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, json_schema_extra=_EXAMPLE)

    address: str = Field(min_length=4, max_length=1000)


class AddressTest(BaseModel):
    """Where to send a test: one address, one configured recipient (`target`), or every one without either."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, json_schema_extra=_EXAMPLE)

    address: str | None = Field(default=None, min_length=4, max_length=1000)
    target: str | None = Field(default=None, max_length=64)


class TestedAddress(WireModel):
    """Result of one test. `reason`: why it was not delivered, without secrets."""

    label: str
    is_delivered: bool
    reason: str | None = None


class AddressResults(WireModel):
    """Results by address."""

    targets: list[TestedAddress]


def describe(value: Any) -> SettingValue:
    """Return a setting's value in its JSON form."""
    if isinstance(value, tuple | list):
        numbers = [item for item in value if isinstance(item, int)]
        return numbers if numbers and len(numbers) == len(value) else [str(item) for item in value]
    return value if value is None or isinstance(value, int | float) else str(value)
