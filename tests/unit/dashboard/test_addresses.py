"""Addresses that only this machine can open."""

import pytest

from stressvision.dashboard.elements.addresses import is_of_this_machine


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("http://127.0.0.1:5000", True),
        ("http://localhost:8501/mis-datos?enlace=x", True),
        ("http://[::1]:5000", True),
        ("https://estres.planta.example:8501", False),
        ("http://192.168.1.20:5000", False),
    ],
)
def test_address_of_this_machine_is_recognised(url: str, is_own: bool) -> None:
    assert is_of_this_machine(url) is is_own
