"""How much a device does while its machine is hot: less work, by rule, before the firmware slows everything down.

A Raspberry Pi slows its processor from 80 °C on (Raspberry Pi documentation, "Frequency management and thermal
control"), and frames are then dropped at random; fewer frames by rule keep readings evenly spaced.
"""

from enum import StrEnum

HOT, VERY_HOT = 80.0, 85.0
"""Degrees Celsius from which less, and from which as little as possible is done."""
COOLED = 5.0
"""Degrees below a limit at which more is done again, so that a device does not swing between the two."""


class Load(StrEnum):
    """Share of the work that a device does."""

    FULL = "full"
    REDUCED = "reduced"
    """Five frames a second: every reading, later notice of new faces."""
    LEAST = "least"
    """Two frames a second and half the embeddings: identities and long closures, hardly any blinks."""


_LIMITS = ((Load.LEAST, VERY_HOT), (Load.REDUCED, HOT))


def choose_load(before: Load, temperature: float | None, *, throttled: bool | None) -> Load:
    """Return the load that a machine can bear.

    Args:
        before: The present load.
        temperature: Degrees Celsius; None: not known.
        throttled: Whether the firmware slows the processor now; None: not known.
    """
    order = list(Load)
    for load, limit in _LIMITS:
        held = order.index(before) >= order.index(load)
        if temperature is not None and temperature >= limit - (COOLED if held else 0):
            return load
    return Load.REDUCED if throttled else Load.FULL
