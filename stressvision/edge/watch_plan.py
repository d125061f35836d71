"""When and what this device's camera watches: its own settings together with those of its server."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import Message
from stressvision.core.watching import is_scheduled
from stressvision.edge.capture.view import WatchedView
from stressvision.wire.cameras import DeviceCamera

_PAUSED = Message(es="en pausa hasta el {until}: {reason}", en="paused until {until}: {reason}")
_OFF_HOURS = Message(es="fuera del horario de esta cámara", en="outside the hours of this camera")


class WatchPlan:
    """The device's own settings and its server's: masks of both count, zones and sizes of the server come first.

    The camera watches when both schedules allow it and no pause is in force.
    """

    def __init__(
        self,
        settings: Settings,
        server: Callable[[], DeviceCamera | None],
        server_time: Callable[[], datetime | None],
        clock: Clock = utc_now,
    ) -> None:
        """`server` returns the server's settings; `server_time` its time now, None before its first response."""
        self._settings, self._server, self._server_time, self._clock = settings, server, server_time, clock

    def view(self) -> WatchedView:
        """Return what of the picture is looked at."""
        own, server = self._settings, self._server() or DeviceCamera(time_zone=self._settings.time_zone)
        return WatchedView(
            masks=(*own.masks, *server.mask_polygons()),
            zones=server.zone_polygons() or own.zones,
            min_face_pixels=server.min_face_pixels or own.min_face_pixels or None,
            max_face_pixels=server.max_face_pixels or own.max_face_pixels or None,
        )

    def rest(self) -> Message | None:
        """Return why the camera does not watch now, or None if it does."""
        now, server = self._server_time() or self._clock(), self._server()
        if server is not None and server.paused_until is not None and now < server.paused_until:
            until = f"{server.paused_until.astimezone(_zone(server.time_zone)):%d/%m/%Y %H:%M}"
            values = {"until": until, "reason": server.pause_reason or "-"}
            return Message(es=_PAUSED.es.format_map(values), en=_PAUSED.en.format_map(values))
        own_zone = _zone(self._settings.time_zone)
        if not is_scheduled(self._settings.schedule, now.astimezone(own_zone)):
            return _OFF_HOURS
        if server is not None:
            periods = [hours.to_period() for hours in server.schedule]
            if not is_scheduled(periods, now.astimezone(_zone(server.time_zone))):
                return _OFF_HOURS
        return None


def _zone(name: str) -> ZoneInfo:
    """Return the time zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
