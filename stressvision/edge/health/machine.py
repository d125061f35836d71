"""Temperature and throttling of the machine: both known on a Raspberry Pi, seldom elsewhere."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

THERMAL_ZONES = Path("/sys/class/thermal")
_THROTTLED_NOW = 0b1111
"""Bits 0-3 of `vcgencmd get_throttled`: under-voltage, frequency capped, throttled, soft temperature limit."""
_PLAUSIBLE = (0.0, 150.0)
_QUERY_SECONDS = 1.0


@dataclass(frozen=True)
class MachineState:
    """State of the machine; None: not known.

    Attributes:
        temperature: Degrees Celsius of the hottest zone.
        throttled: Whether the firmware limits the processor now.
    """

    temperature: float | None = None
    throttled: bool | None = None


def read_machine(zones: Path = THERMAL_ZONES, query: Callable[[], str] | None = None) -> MachineState:
    """Return the state of the machine. `query` returns the output of `vcgencmd get_throttled`."""
    return MachineState(_read_temperature(zones), _parse_throttled((query or _query_firmware)()))


def _read_temperature(zones: Path) -> float | None:
    readings = []
    for path in zones.glob("thermal_zone*/temp"):
        try:
            readings.append(int(path.read_text()) / 1000)
        except (OSError, ValueError):
            # The sensor of this zone is switched off.
            continue
    low, high = _PLAUSIBLE
    return max((reading for reading in readings if low < reading < high), default=None)


def _parse_throttled(answer: str) -> bool | None:
    name, _, value = answer.strip().partition("=")
    try:
        return bool(int(value, 16) & _THROTTLED_NOW) if name == "throttled" else None
    except ValueError:
        return None


def _query_firmware() -> str:
    command = shutil.which("vcgencmd")
    if command is None:
        return ""
    try:
        run = subprocess.run(
            [command, "get_throttled"], capture_output=True, text=True, timeout=_QUERY_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout
