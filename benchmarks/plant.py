"""The detections of a plant over a year: 50 cameras, 500 people in 10 areas, three shifts, weekends and model errors.

Nothing is drawn from real people. The error rates are those of docs/performance.md for the shipped models.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

AREAS, CAMERAS_OF_AREA, PEOPLE_OF_AREA = 10, 5, 50
PEOPLE = AREAS * PEOPLE_OF_AREA
IN_VIEW = 1 / 3
"""Share of a shift in which a camera has one person in view, with the shift fully staffed."""
LONGEST_STAY = 8
"""Minutes in a camera's view, at most; uniformly distributed."""
NAMED_AS_ANOTHER, NOT_NAMED = 0.0009, 0.018
WRONG_EXPRESSION = 0.133
"""1 less the balanced accuracy of the expression model."""
_STAFF = {6: 1.0, 14: 0.8, 22: 0.2}
"""Staff of the shift that begins at an hour, as a share of the cameras' usual work; 22 h continues after midnight."""
_SATURDAY, _SUNDAY = 5, 6
_EXPRESSIONS = ("neutral", "happy", "stress", "sad", "fatigue")
_BOX = {"x": 250, "y": 120, "w": 110, "h": 110}


@dataclass
class _Stay:
    """A person before a camera, for some more minutes."""

    employee_id: int
    minutes: int


class Plant:
    """The state of every camera. Employees have the ids 1 to PEOPLE, area by area."""

    def __init__(self, seed: int, seconds: int) -> None:
        """`seconds`: time between two detections of a person in view; the devices send one a second."""
        self._chance = Random(seed)  # noqa: S311  not a secret
        self._seconds = seconds
        self._stays: list[_Stay | None] = [None] * (AREAS * CAMERAS_OF_AREA)

    def play_minute(self, minute: datetime) -> Iterator[bytes]:
        """Yield the detections of the minute that begins then, as JSON, in order of time."""
        chance = self._chance
        present = [stay for stay in enumerate(self._stays_of(minute)) if stay[1] is not None]
        # A device's clock is of no other's phase; all detections of a minute are sent in order of time.
        for second in range(0, 60, min(self._seconds, 60)):
            if self._seconds > 60 and chance.random() > 60 / self._seconds:
                continue
            for camera, stay in present:
                if stay is not None:
                    moment = minute + timedelta(seconds=second, milliseconds=chance.randrange(1000))
                    yield self._detection(camera, stay.employee_id, moment)

    def _stays_of(self, minute: datetime) -> list[_Stay | None]:
        """Move the people by a minute, and return who stands before each camera."""
        share = staffing(minute) * IN_VIEW
        for camera, stay in enumerate(self._stays):
            if stay is not None:
                stay.minutes -= 1
            if stay is not None and stay.minutes > 0:
                continue
            self._stays[camera] = None
            if self._chance.random() < _arrivals(share):
                first = camera // CAMERAS_OF_AREA * PEOPLE_OF_AREA
                # Each shift has a third of the area's people.
                place = 3 * self._chance.randrange(PEOPLE_OF_AREA // 3) + _shift_of(minute)
                self._stays[camera] = _Stay(first + 1 + place, self._chance.randint(1, LONGEST_STAY))
        return self._stays

    def _detection(self, camera: int, employee_id: int, moment: datetime) -> bytes:
        chance = self._chance
        mistake = chance.random()
        named: int | None = employee_id
        if mistake < NOT_NAMED:
            named = None
        elif mistake < NOT_NAMED + NAMED_AS_ANOTHER:
            named = 1 + chance.randrange(PEOPLE)
        shown = "stress" if chance.random() < _strain(employee_id, moment) else "neutral"
        read = chance.choice(_EXPRESSIONS) if chance.random() < WRONG_EXPRESSION else shown
        rest = (1 - 0.87) / 4
        vector = {name: 0.87 if name == read else rest for name in _EXPRESSIONS}
        return json.dumps(
            {
                "type": "detection",
                "event_id": str(UUID(int=chance.getrandbits(128), version=4)),
                "device_id": f"cam-{camera:02}",
                "timestamp": moment.isoformat(timespec="milliseconds"),
                "track_id": f"trk_{employee_id}",
                "employee_id": named,
                "recognition_confidence": 0.93,
                "emotion": read,
                "emotion_confidence": 0.87,
                "emotion_vector": vector,
                "bounding_box": _BOX,
                "frame_quality": 0.9,
                "processing_time_ms": 14.2,
            }
        ).encode()


def staffing(moment: datetime) -> float:
    """Return the share of the usual work at a time: three shifts, Saturdays until 14 h, no Sundays."""
    day = moment.weekday() if moment.hour >= min(_STAFF) else (moment - timedelta(days=1)).weekday()
    if day == _SUNDAY or (day == _SATURDAY and not min(_STAFF) <= moment.hour < 14):
        return 0.0
    return _STAFF[max((hour for hour in _STAFF if hour <= moment.hour), default=max(_STAFF))]


def _shift_of(moment: datetime) -> int:
    return 0 if 6 <= moment.hour < 14 else 1 if 14 <= moment.hour < 22 else 2


def _arrivals(share: float) -> float:
    """Return the chance that somebody comes within a free minute, so that `share` of all minutes are occupied."""
    stay = (1 + LONGEST_STAY) / 2
    return min(1.0, share / (stay * (1 - share) + share)) if share < 1 else 1.0


def _strain(employee_id: int, moment: datetime) -> float:
    """Return the chance of a strained face: more at the end of a shift, and for one person in twenty."""
    into_shift = ((moment.hour - 6) % 8) / 8
    return (0.25 if employee_id % 20 == 0 else 0.02) + 0.02 * into_shift
