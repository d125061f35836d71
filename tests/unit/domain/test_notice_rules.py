"""Quiet hours, retry delays, escalation levels and masking of addresses."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ConfigurationError
from stressvision.domain.alerts import compute_escalation_level
from stressvision.domain.notice_routes import quiet_until
from stressvision.domain.notifications import (
    FIRST_RETRY,
    LONGEST_RETRY,
    fingerprint,
    parse_quiet_hours,
    retry_delay,
)
from stressvision.services.notice_routing import configured_addresses
from stressvision.services.notifications import describe_address, mask_address

LIMA = ZoneInfo("America/Lima")
NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
"""22:30 in Lima."""

moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
clocks = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("hours", "until"),
    [
        ("22:00-06:00", datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
        ("22:30-22:31", datetime(2026, 11, 23, 3, 31, tzinfo=UTC)),
        ("22:31-06:00", None),
        ("06:00-22:30", None),
        ("", None),
        ("22:00-22:00", None),
    ],
)
def test_quiet_hours_are_plant_time_and_may_span_midnight(hours: str, until: datetime | None) -> None:
    assert quiet_until(parse_quiet_hours(hours), NOW, LIMA) == until


@given(moments, clocks, clocks)
def test_quiet_hours_end_at_their_time_within_a_day(now: datetime, start: time, end: time) -> None:
    hours = parse_quiet_hours(f"{start:%H:%M}-{end:%H:%M}")
    until = quiet_until(hours, now, LIMA)
    if until is None:
        return
    assert timedelta(0) < until - now <= timedelta(days=1)
    assert until.astimezone(LIMA).time() == end
    assert quiet_until(hours, until, LIMA) is None


@given(st.integers(1, 500), st.floats(0, 1))
def test_retry_delay_grows_up_to_an_hour_and_a_half(attempts: int, jitter: float) -> None:
    delay = retry_delay(attempts, jitter)
    assert FIRST_RETRY / 2 <= delay <= 1.5 * LONGEST_RETRY
    assert retry_delay(attempts + 1, jitter) >= delay


@pytest.mark.parametrize(("minutes", "level"), [(14, 0), (15, 1), (59, 1), (60, 2), (24 * 60, 2), (24 * 60 + 1, 0)])
def test_alert_escalates_step_by_step_until_it_is_too_old(minutes: int, level: int) -> None:
    assert compute_escalation_level(timedelta(minutes=minutes), (15, 60)) == level


def test_addresses_are_distinguished_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "STRESSVISION_NOTIFY_URLS",
        "mailtos://doctora:clave-secreta@smtp.example.com?to=a@example.com,b@example.com, slack://TOKENA/TOKENB/TOKENC",
    )
    settings = load_settings()
    addresses = configured_addresses(settings)
    assert [mask_address(address) for address in addresses.values()] == ["mailtos://smtp.example.com", "slack://…"]
    assert [mask_address(address) for address in ("clave-secreta:x@host", "clave-secreta")] == ["…", "…"]
    assert [describe_address(address) for address in addresses.values()] == [
        "mailtos://smtp.example.com → a…@example.com, b…@example.com",
        "slack://…",
    ]
    assert describe_address("mailto://medico@correo.example.com").endswith(" → m…o@correo.example.com")
    assert next(iter(addresses.values())).endswith("to=a@example.com,b@example.com")
    shown = f"{settings!r} {settings} {settings.model_dump_json()} {list(addresses)}"
    assert "clave-secreta" not in shown
    assert "TOKENB" not in shown
    assert len({fingerprint(address) for address in addresses.values()}) == 2


def test_invalid_quiet_hours_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_NOTIFY_QUIET_HOURS", "de noche")
    with pytest.raises(ConfigurationError, match="STRESSVISION_NOTIFY_QUIET_HOURS"):
        load_settings()
    assert Settings(notify_quiet_hours="22:00-06:00").notify_quiet_hours == "22:00-06:00"
