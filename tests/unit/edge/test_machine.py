from pathlib import Path

import pytest

from stressvision.edge.health.machine import examine_machine


def add_zone(zones: Path, number: int, reading: str) -> None:
    zone = zones / f"thermal_zone{number}"
    zone.mkdir()
    (zone / "temp").write_text(reading)


def test_the_hottest_zone_counts_and_broken_ones_do_not(tmp_path: Path) -> None:
    for number, reading in enumerate(("48312\n", "61250\n", "", "-274000\n", "999999\n")):
        add_zone(tmp_path, number, reading)

    assert examine_machine(tmp_path, lambda: "").temperature == pytest.approx(61.25)


@pytest.mark.parametrize(
    ("answer", "throttled"),
    [
        ("throttled=0x0\n", False),
        ("throttled=0x4\n", True),
        ("throttled=0x50005\n", True),
        # It was slow once, and is not now.
        ("throttled=0x50000\n", False),
        ("VCHI initialization failed\n", None),
        ("throttled=?\n", None),
        ("", None),
    ],
)
def test_the_firmware_of_a_pi_says_whether_it_is_slowed_down_now(
    tmp_path: Path, answer: str, throttled: bool | None
) -> None:
    assert examine_machine(tmp_path, lambda: answer).throttled is throttled


def test_a_machine_that_tells_nothing_is_no_trouble(tmp_path: Path) -> None:
    assert examine_machine(tmp_path / "absent", lambda: "").temperature is None
