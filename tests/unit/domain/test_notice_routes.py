"""Which destinations take an alert, and until when their messages wait."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from stressvision.core.config import load_settings
from stressvision.core.errors import ConfigurationError
from stressvision.core.notice_routes import NoticeRoute, covers_week
from stressvision.core.watching import parse_schedule
from stressvision.domain.notice_routes import AlertFacts, choose_first, choose_next, quiet_until

LIMA, MADRID = ZoneInfo("America/Lima"), ZoneInfo("Europe/Madrid")
FACTS = AlertFacts("medium", "Producción", "night")


def route(**fields: object) -> NoticeRoute:
    return NoticeRoute.model_validate({"name": "Destino", "address": "json://127.0.0.1:9/x", **fields})


@pytest.mark.parametrize(
    ("fields", "is_taken"),
    [
        ({}, True),
        ({"areas": ["producción ", "Calidad"]}, True),
        ({"areas": ["Calidad"]}, False),
        ({"shifts": ["night"], "lowest_severity": "medium"}, True),
        ({"shifts": ["morning"]}, False),
        ({"lowest_severity": "high"}, False),
        ({"events": ["devices"]}, False),
        ({"after_minutes": 15}, False),
    ],
)
def test_destination_takes_what_its_filter_admits(fields: dict[str, object], is_taken: bool) -> None:
    assert bool(choose_first([route(**fields)], FACTS)) is is_taken


def test_alert_of_unknown_severity_reaches_every_destination() -> None:
    severe = route(lowest_severity="high")
    assert choose_first([severe], AlertFacts("odd", None, None)) == [severe]
    assert choose_first([severe], AlertFacts(None, None, None)) == [severe]


@pytest.mark.parametrize(("minutes", "count"), [(14, 0), (15, 1), (60, 2), (24 * 60, 2), (24 * 60 + 1, 0)])
def test_other_destinations_follow_in_their_own_time(minutes: int, count: int) -> None:
    routes = [route(), route(after_minutes=15), route(after_minutes=60), route(after_minutes=15, areas=["Calidad"])]
    assert len(choose_next(routes, FACTS, timedelta(minutes=minutes))) == count


@pytest.mark.parametrize(
    ("schedule", "now", "until", "zone"),
    [
        # Sunday 23:30 in Lima: the night of Monday has not begun, that of Sunday has.
        ("lun 22:00-06:00", datetime(2026, 11, 23, 4, 30, tzinfo=UTC), None, LIMA),
        ("dom 22:00-06:00", datetime(2026, 11, 23, 4, 30, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC), LIMA),
        # Monday 01:00 belongs to the night of Sunday.
        ("dom 22:00-06:00", datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC), LIMA),
        ("lun 22:00-06:00", datetime(2026, 11, 23, 6, tzinfo=UTC), None, LIMA),
        # The whole weekend, from Saturday noon.
        (
            "sab-dom 00:00-00:00",
            datetime(2026, 11, 21, 17, tzinfo=UTC),
            datetime(2026, 11, 23, 5, tzinfo=UTC),
            LIMA,
        ),
        # 28 March 2027 in Madrid has 23 hours, 31 October 25: the hour that occurs twice is quiet both times.
        ("sab 22:00-06:00", datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 3, 28, 4, tzinfo=UTC), MADRID),
        ("sab 22:00-06:00", datetime(2027, 10, 30, 21, tzinfo=UTC), datetime(2027, 10, 31, 5, tzinfo=UTC), MADRID),
        (
            "dom 01:00-02:30",
            datetime(2027, 10, 31, 1, 15, tzinfo=UTC),
            datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
            MADRID,
        ),
        ("dom 02:00-02:30", datetime(2027, 3, 28, 1, 15, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), MADRID),
    ],
)
def test_quiet_hours_recur_in_plant_time(schedule: str, now: datetime, until: datetime | None, zone: ZoneInfo) -> None:
    assert quiet_until(parse_schedule(schedule), now, zone) == until


def test_quiet_hours_that_fill_the_week_are_refused() -> None:
    with pytest.raises(ValidationError, match="no pueden llenar la semana"):
        route(quiet="lun-dom 00:00-12:00; lun-dom 12:00-00:00")
    assert not covers_week(parse_schedule("lun-dom 00:00-12:00; lun-dom 12:01-00:00"))
    assert covers_week(parse_schedule("dom 20:00-08:00; lun-dom 08:00-08:00"))


def test_destinations_come_from_the_environment_and_their_addresses_stay_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "STRESSVISION_NOTIFY_ROUTES",
        '[{"name": "Noche", "address": "mailtos://u:clave-secreta@smtp.example.com?to=a@example.com",'
        ' "shifts": ["night"], "quiet": "sab-dom 00:00-00:00"}]',
    )
    settings = load_settings()
    assert settings.notify_routes[0].describe()["quiet"] == "sab-dom 00:00-00:00"
    assert "clave-secreta" not in f"{settings!r} {settings.model_dump_json()} {settings.notify_routes[0].describe()}"


@pytest.mark.parametrize(
    "value", ["[{", '[{"name": "x"}]', '[{"name": "x", "address": "json://h", "quiet": "siempre"}]']
)
def test_invalid_destinations_of_the_environment_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("STRESSVISION_NOTIFY_ROUTES", value)
    with pytest.raises(ConfigurationError, match="STRESSVISION_NOTIFY_ROUTES"):
        load_settings()
