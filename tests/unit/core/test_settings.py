"""Settings that are read, and settings that are refused with a reason."""

from pathlib import Path

import pytest

from stressvision.core.config import PREFIX, PROJECT_ROOT, Policy, Settings, load_settings
from stressvision.core.errors import ConfigurationError
from stressvision.core.setting_groups import GROUPS
from stressvision.core.settings_document import render_document


def test_the_defaults_are_the_specification_s() -> None:
    settings = load_settings()
    assert settings.database_url == "sqlite:///gloria_stress_system.db"
    assert (settings.api_port, settings.ingest_port, settings.dashboard_port) == (8000, 5000, 8501)
    assert (settings.interval_minutes, settings.stress_threshold, settings.min_stress_events) == (15, 50.0, 10)
    assert settings.policy is Policy.PE


def test_the_environment_wins_over_the_file_and_arguments_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("STRESSVISION_API_PORT=8001\nSTRESSVISION_LANG=en\n", encoding="utf-8")
    monkeypatch.setenv("STRESSVISION_API_PORT", "8002")
    assert (load_settings().api_port, load_settings().lang) == (8002, "en")
    assert load_settings(api_port=8003).api_port == 8003


def test_a_misspelt_setting_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_APIPORT", "8001")
    with pytest.raises(ConfigurationError, match=r"STRESSVISION_APIPORT.*¿Quiso decir STRESSVISION_API_PORT\?"):
        load_settings()


def test_a_misspelt_setting_in_the_file_is_refused_too() -> None:
    Path(".env").write_text("STRESSVISION_POLITICA=eu\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="STRESSVISION_POLITICA"):
        load_settings()


def test_a_value_that_does_not_fit_names_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_API_PORT", "ochenta")
    with pytest.raises(ConfigurationError, match=r"STRESSVISION_API_PORT.*ochenta"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("STRESSVISION_API_PORT", "70000", "debe ser menor o igual que 65535"),
        ("STRESSVISION_LANG", "fr", "debe ser 'es' o 'en'"),
        ("STRESSVISION_TIME_ZONE", "Peru/Lima", "no existe esa zona horaria; por ejemplo: America/Lima"),
        ("STRESSVISION_TIME_ZONE", "", "no existe esa zona horaria"),
        ("STRESSVISION_TLS_CA", "nada.pem", "no hay tal archivo"),
    ],
)
def test_why_a_value_does_not_fit_is_said_in_spanish(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    assert name in refused.value.message.es
    assert said in refused.value.message.es


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_refused_with_a_sentence(encoding: str) -> None:
    Path(".env").write_text("STRESSVISION_LOCATION=Línea 2\n", encoding=encoding)
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings()


def test_listening_beyond_this_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_HOST", "0.0.0.0")
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1"):
        load_settings()


def test_settings_document_is_the_generated_one() -> None:
    assert (PROJECT_ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == render_document()


def test_every_setting_belongs_to_a_group_and_is_described() -> None:
    assert {name for group in GROUPS for name in group.model_fields} == set(Settings.model_fields)
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("constant", "setting"),
    [
        ("PORT", "API_PORT"),
        ("DB_PATH", "DATABASE_URL"),
        ("interval_minutes", "INTERVAL_MINUTES"),
        ("STRESS_THRESHOLD", "STRESS_THRESHOLD"),
        ("MIN_STRESS_EVENTS", "MIN_STRESS_EVENTS"),
    ],
)
def test_constants_of_the_specification_are_named_beside_their_settings(constant: str, setting: str) -> None:
    (row,) = (line for line in render_document().splitlines() if line.startswith(f"| `{PREFIX}{setting}` |"))
    assert row.endswith(f"| `{constant}` |")


OPEN = {"STRESSVISION_HOST": "0.0.0.0", "STRESSVISION_ALLOWED_HOSTS": "estres.gloria.example, 10.0.0.7"}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"STRESSVISION_HOST": "0.0.0.0"}, r"STRESSVISION_TLS_CERTIFICATE=.*STRESSVISION_PROXY="),
        ({"STRESSVISION_HOST": "0.0.0.0", "STRESSVISION_PROXY": "10.0.0.1"}, "STRESSVISION_ALLOWED_HOSTS="),
        ({"STRESSVISION_PROXY": "127.0.0.1"}, "STRESSVISION_ALLOWED_HOSTS="),
        ({**OPEN, "STRESSVISION_TLS_CERTIFICATE": "cert.pem"}, "STRESSVISION_TLS_KEY"),
        ({**OPEN, "STRESSVISION_PROXY": "proxy.example"}, "STRESSVISION_PROXY"),
    ],
)
def test_half_a_door_is_refused_and_the_rest_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str
) -> None:
    Path("cert.pem").write_text("")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=said):
        load_settings()


def test_with_a_certificate_and_a_name_it_serves_beyond_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, file in (("STRESSVISION_TLS_CERTIFICATE", "cert.pem"), ("STRESSVISION_TLS_KEY", "key.pem")):
        Path(file).write_text("")
        monkeypatch.setenv(name, file)
    for name, value in OPEN.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.is_exposed
    assert settings.allowed_hosts == ("estres.gloria.example", "10.0.0.7")
    assert settings.api_base == "https://estres.gloria.example:8000"


def test_behind_a_proxy_the_programs_of_this_machine_find_each_other_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**OPEN, "STRESSVISION_PROXY": "10.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    assert load_settings().is_exposed
    assert load_settings().ingest_base == "http://127.0.0.1:5000"


def test_the_device_s_token_is_not_shown_with_the_settings() -> None:
    assert "sv_secret" not in repr(load_settings(device_token="sv_secret"))  # noqa: S106
