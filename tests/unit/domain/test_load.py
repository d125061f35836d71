"""Less work on a hot machine."""

import pytest

from stressvision.domain.load import Load, choose_load


@pytest.mark.parametrize(
    ("before", "temperature", "throttled", "after"),
    [
        (Load.FULL, None, None, Load.FULL),
        (Load.FULL, 79.9, False, Load.FULL),
        (Load.FULL, 80.0, False, Load.REDUCED),
        (Load.REDUCED, 75.0, False, Load.REDUCED),
        (Load.REDUCED, 74.9, False, Load.FULL),
        (Load.REDUCED, 85.0, None, Load.LEAST),
        (Load.LEAST, 80.0, False, Load.LEAST),
        (Load.LEAST, 79.0, False, Load.REDUCED),
        (Load.LEAST, 60.0, False, Load.FULL),
        (Load.FULL, 60.0, True, Load.REDUCED),
        (Load.REDUCED, 60.0, True, Load.REDUCED),
        (Load.LEAST, None, None, Load.FULL),
    ],
)
def test_load_follows_heat_with_hysteresis(
    before: Load, temperature: float | None, throttled: bool | None, after: Load
) -> None:
    assert choose_load(before, temperature, throttled=throttled) is after
