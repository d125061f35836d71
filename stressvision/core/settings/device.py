"""Settings of a camera's device."""

from enum import IntEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from stressvision.core.cameras import NamedCamera, parse_cameras
from stressvision.core.settings.types import Note, Seconds
from stressvision.core.watching import Polygon, WatchPeriod, parse_polygons, parse_schedule, raising_value_error


class Rotation(IntEnum):
    """Degrees clockwise by which a camera's frames are rotated."""

    NONE = 0
    RIGHT = 90
    HALF = 180
    LEFT = 270


class DeviceSettings(BaseModel):
    """Device"""

    device_id: str = Field(
        "pi-simulator-01", pattern=r"^[A-Za-z0-9._-]{1,64}$", description="identifier of this device"
    )
    location: str = Field("Oficina Principal - Simulador", description="place of this device")
    device_token: SecretStr = Field(SecretStr(""), description="the device's token, once there are accounts")
    device_token_file: Path | None = Field(None, description="file that contains the token instead")
    source: str = Field(
        "0",
        description="camera index (`python -m stressvision cameras` lists them), file, `rtsp://…`, `libcamera` or "
        "`demo`",
    )
    cameras: Annotated[tuple[NamedCamera, ...], NoDecode] = Field(
        (),
        description="several cameras on one device, `name=source` separated by commas: `entrada=0,linea2=rtsp://…`; "
        "the launcher starts a process for each, whose device has that name (docs/edge.md)",
    )
    rotation: Annotated[Rotation, Note(unit="degrees")] = Field(
        Rotation.NONE, description="clockwise rotation of the picture: `0`, `90`, `180` or `270`"
    )
    mirror: bool = Field(False, description="mirrors the picture after the rotation")
    masks: Annotated[tuple[Polygon, ...], NoDecode] = Field(
        (),
        description="parts of the picture that are blackened: corners `x,y` from 0 to 1 of width and height, as in "
        "`0,0 0.3,0 0.3,1 0,1`; several are separated by `;`. Added to those of the console (docs/edge.md)",
    )
    zones: Annotated[tuple[Polygon, ...], NoDecode] = Field(
        (), description="where faces count, as polygons of the same form; those of the console replace them"
    )
    schedule: Annotated[tuple[WatchPeriod, ...], NoDecode] = Field(
        (),
        description="when the camera watches, in `STRESSVISION_TIME_ZONE`: `lun-vie 07:00-19:00; sab 08:00-13:00`; "
        "empty: always. Otherwise it is closed, as outside the hours of the console",
    )
    min_face_pixels: Annotated[int, Note(unit="pixels")] = Field(
        0, ge=0, le=10_000, description="faces narrower than this are ignored"
    )
    max_face_pixels: Annotated[int, Note(unit="pixels")] = Field(
        0, ge=0, le=10_000, description="faces wider than this are ignored; `0`: none"
    )
    outbox_path: Path = Field(Path("edge_outbox.db"), description="file of the detections not yet delivered")
    detection_seconds: Seconds = Field(1.0, ge=0.1, le=60, description="time between two detections of a person")
    analyse_unknown: bool = Field(
        False, description="analyse faces of persons not enrolled (they are counted in any case)"
    )
    recognition_threshold: float = Field(0.49, gt=0, lt=1, description="greatest distance to be recognised")
    recognition_margin: float = Field(0.04, ge=0, lt=1, description="least distance to the next person")
    liveness: Literal["off", "flag"] = Field(
        "off",
        description="`flag`: a face that does not blink for 30 s, or that moves as a flat picture does for 8 s, may be "
        "a photograph: shown in the preview and the device's detail, `frame_quality` 0",
    )
    gallery_seconds: Seconds = Field(
        2.0, ge=0.2, le=5, description="how often the device fetches the gallery of enrolled faces"
    )
    gallery_lease_seconds: Seconds = Field(60.0, ge=5, description="how long it may use a gallery while offline")
    headless: bool = Field(False, description="no window")

    _parse_areas = field_validator("masks", "zones", mode="before")(raising_value_error(parse_polygons))
    _parse_hours = field_validator("schedule", mode="before")(raising_value_error(parse_schedule))

    @field_validator("cameras", mode="before")
    @classmethod
    def _parse_cameras(cls, value: object) -> object:
        return parse_cameras(value) if isinstance(value, str) else value
