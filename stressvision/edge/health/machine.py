"""How hot the device is, and whether its firmware slows it down; both known on a Raspberry Pi, little elsewhere."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

THERMAL_ZONES = Path("/sys/class/thermal")
_THROTTLED_NOW = 0b1111
"""Bits 0-3 of `vcgencmd get_throttled`: under-voltage, frequency capped, throttled, soft temperature limit."""
_PLAUSIBLE = (0.0, 150.0)
_ASK_SECONDS = 1.0


@dataclass(frozen=True)
class Machine:
    """None: this machine does not tell. `temperature`: degrees Celsius of its hottest zone."""

    temperature: float | None = None
    throttled: bool | None = None


def examine_machine(zones: Path = THERMAL_ZONES, ask: Callable[[], str] | None = None) -> Machine:
    return Machine(_hottest(zones), _is_throttled((ask or _ask_firmware)()))


def _hottest(zones: Path) -> float | None:
    readings = []
    for path in zones.glob("thermal_zone*/temp"):
        try:
            readings.append(int(path.read_text()) / 1000)
        except (OSError, ValueError):
            # A zone whose sensor is switched off; another may answer.
            continue
    low, high = _PLAUSIBLE
    return max((reading for reading in readings if low < reading < high), default=None)


def _is_throttled(answer: str) -> bool | None:
    name, _, value = answer.strip().partition("=")
    try:
        return bool(int(value, 16) & _THROTTLED_NOW) if name == "throttled" else None
    except ValueError:
        return None


def _ask_firmware() -> str:
    command = shutil.which("vcgencmd")
    if command is None:
        return ""
    try:
        run = subprocess.run(
            [command, "get_throttled"], capture_output=True, text=True, timeout=_ASK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout
