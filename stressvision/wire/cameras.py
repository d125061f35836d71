"""Settings of one camera: what part of the picture is watched, when, and which sizes of faces; its pause."""

from datetime import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from stressvision.core.watching import (
    CLOCK_TIME,
    LEAST_CORNERS,
    MOST_CORNERS,
    MOST_PERIODS,
    MOST_POLYGONS,
    Polygon,
    WatchPeriod,
)
from stressvision.wire.values import USER_NAME, Moment, WireModel, Words

_Share = Annotated[float, Field(ge=0, le=1)]
Corners = Annotated[
    list[Annotated[list[_Share], Field(min_length=2, max_length=2)]],
    Field(min_length=LEAST_CORNERS, max_length=MOST_CORNERS, examples=[[[0, 0], [0.3, 0], [0.3, 1], [0, 1]]]),
]
"""Corners [x, y] of a polygon, as shares of the picture's width and height, from the top left."""
Polygons = Annotated[list[Corners], Field(max_length=MOST_POLYGONS)]
FacePixels = Annotated[int, Field(ge=1, le=10_000)]
ClockTime = Annotated[str, Field(pattern=CLOCK_TIME, examples=["07:00"])]


class WatchHours(WireModel):
    """Hours of the week in the plant's time zone. `days`: 1 (Monday) to 7. An `end` up to `start` is the next day's."""

    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1, max_length=7)
    start: ClockTime
    end: ClockTime

    def to_period(self) -> WatchPeriod:
        """Return the hours as the rule reads them."""
        return WatchPeriod(frozenset(self.days), time.fromisoformat(self.start), time.fromisoformat(self.end))


class CameraView(WireModel):
    """What a camera watches.

    Attributes:
        masks: Parts of the picture that are blackened before anything is looked for.
        zones: Faces whose centre is outside every zone are ignored; none: the whole picture counts.
        schedule: When the camera watches; none: always.
        min_face_pixels: Faces narrower than this are ignored.
        max_face_pixels: Faces wider than this are ignored.
    """

    masks: Polygons = Field(default_factory=list)
    zones: Polygons = Field(default_factory=list)
    schedule: list[WatchHours] = Field(default_factory=list, max_length=MOST_PERIODS)
    min_face_pixels: FacePixels | None = None
    max_face_pixels: FacePixels | None = None

    def mask_polygons(self) -> tuple[Polygon, ...]:
        """Return the masks as the rule reads them."""
        return _to_polygons(self.masks)

    def zone_polygons(self) -> tuple[Polygon, ...]:
        """Return the zones as the rule reads them."""
        return _to_polygons(self.zones)


class DeviceCamera(CameraView):
    """What ingest sends to a device: the view, the time zone of its schedule, and the pause in force, if any."""

    time_zone: str
    paused_until: Moment | None = None
    pause_reason: str | None = None


class CameraSettings(DeviceCamera):
    """The stored settings of a camera. `revision` grows with each change of the view; 0: never set."""

    device_id: str
    revision: int
    changed_at: Moment | None = None
    changed_by: str | None = None
    paused_by: str | None = None


class CameraViewRequest(CameraView):
    """The new view of a camera, as a whole. `revision`: the one that its author saw; 409 if it changed since."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "masks": [[[0, 0], [0.3, 0], [0.3, 1], [0, 1]]],
                "zones": [],
                "schedule": [{"days": [1, 2, 3, 4, 5], "start": "07:00", "end": "19:00"}],
                "min_face_pixels": 40,
                "user_id": "admin",
            }
        },
    )

    revision: int | None = Field(default=None, ge=0, le=2**31 - 1)
    user_id: Words | None = USER_NAME


class PauseRequest(BaseModel):
    """Stop a camera until `until`, at most 31 days ahead, for a stated reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"until": "2026-11-22T23:00:00Z", "reason": "Visita sindical", "user_id": "admin"}
        },
    )

    until: Moment
    reason: Words = Field(min_length=1, max_length=200, pattern=r"\S")
    user_id: Words | None = USER_NAME


class WatchedHours(WireModel):
    """Minutes of each hour in which a camera was watching, the oldest hour first; null before its first one."""

    device_id: str
    minutes: list[int | None]


class CameraHistory(WireModel):
    """What each camera watched over the last `hours`, from the UTC hour `start`; the present hour is the last one."""

    start: Moment
    hours: int
    devices: list[WatchedHours]


def _to_polygons(corners: list[list[list[float]]]) -> tuple[Polygon, ...]:
    return tuple(tuple((x, y) for x, y in polygon) for polygon in corners)
