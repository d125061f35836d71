from pathlib import Path

import pytest

from stressvision.edge.health.machine import read_machine


def add_zone(zones: Path, number: int, reading: str) -> None:
    zone = zones / f"thermal_zone{number}"
    zone.mkdir()
    (zone / "temp").write_text(reading)


def test_temperature_is_that_of_the_hottest_valid_zone(tmp_path: Path) -> None:
    for number, reading in enumerate(("48312\n", "61250\n", "", "-274000\n", "999999\n")):
        add_zone(tmp_path, number, reading)

    assert read_machine(tmp_path, lambda: "").temperature == pytest.approx(61.25)


@pytest.mark.parametrize(
    ("answer", "throttled"),
    [
        ("throttled=0x0\n", False),
        ("throttled=0x4\n", True),
        ("throttled=0x50005\n", True),
        # Throttled in the past, not now.
        ("throttled=0x50000\n", False),
        ("VCHI initialization failed\n", None),
        ("throttled=?\n", None),
        ("", None),
    ],
)
def test_throttling_is_read_from_the_firmware_of_a_pi(tmp_path: Path, answer: str, throttled: bool | None) -> None:
    assert read_machine(tmp_path, lambda: answer).throttled is throttled


def test_temperature_is_unknown_without_thermal_zones(tmp_path: Path) -> None:
    assert read_machine(tmp_path / "absent", lambda: "").temperature is None
