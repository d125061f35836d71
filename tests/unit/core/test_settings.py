"""Loading, validation and documentation of the settings."""

from pathlib import Path

import pytest

from stressvision.core.config import PREFIX, PROJECT_ROOT, Policy, Settings, load_settings
from stressvision.core.errors import ConfigurationError
from stressvision.core.settings import spanish
from stressvision.core.settings_document import GROUPS, render_document
from stressvision.core.texts import Language


def test_defaults_are_those_of_the_specification() -> None:
    settings = load_settings()
    assert settings.database_url == "sqlite:///gloria_stress_system.db"
    assert (settings.api_port, settings.ingest_port, settings.dashboard_port) == (8000, 5000, 8501)
    assert (settings.interval_minutes, settings.stress_threshold, settings.min_stress_events) == (15, 50.0, 10)
    assert settings.policy is Policy.PE


def test_arguments_override_environment_and_environment_overrides_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("STRESSVISION_API_PORT=8001\nSTRESSVISION_LANG=en\n", encoding="utf-8")
    monkeypatch.setenv("STRESSVISION_API_PORT", "8002")
    assert (load_settings().api_port, load_settings().lang) == (8002, "en")
    assert load_settings(api_port=8003).api_port == 8003


def test_misspelt_setting_names_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_APIPORT", "8001")
    with pytest.raises(ConfigurationError, match=r"STRESSVISION_APIPORT.*¿Quiso decir STRESSVISION_API_PORT\?"):
        load_settings()


def test_misspelt_setting_in_file_is_rejected() -> None:
    Path(".env").write_text("STRESSVISION_POLITICA=eu\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="STRESSVISION_POLITICA"):
        load_settings()


def test_invalid_value_names_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_API_PORT", "ochenta")
    with pytest.raises(ConfigurationError, match=r"STRESSVISION_API_PORT.*ochenta"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("STRESSVISION_API_PORT", "70000", "debe ser menor o igual que 65535"),
        ("STRESSVISION_LANG", "fr", "debe ser 'es' o 'en'"),
        ("STRESSVISION_TIME_ZONE", "Peru/Lima", "no existe esa zona horaria; por ejemplo: America/Lima"),
        ("STRESSVISION_TIME_ZONE", "", "no existe esa zona horaria"),
        ("STRESSVISION_TLS_CA", "nada.pem", "no hay tal archivo"),
    ],
)
def test_invalid_value_is_explained_in_spanish(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert name in caught.value.message.es
    assert reason in caught.value.message.es


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_file_in_another_encoding_is_rejected(encoding: str) -> None:
    Path(".env").write_text("STRESSVISION_LOCATION=Línea 2\n", encoding=encoding)
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings()


def test_host_beyond_loopback_without_tls_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_HOST", "0.0.0.0")
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1"):
        load_settings()


@pytest.mark.parametrize(("language", "name"), [("en", "settings.md"), ("es", "ajustes.md")])
def test_settings_document_is_the_generated_one(language: Language, name: str) -> None:
    assert (PROJECT_ROOT / "docs" / name).read_text(encoding="utf-8") == render_document(language)


def test_each_setting_has_a_meaning_in_spanish_and_nothing_else_has() -> None:
    assert sorted(spanish.MEANINGS) == sorted(name for group in GROUPS for name in group.model_fields)


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
    (row,) = (line for line in render_document("en").splitlines() if line.startswith(f"| `{PREFIX}{setting}` |"))
    assert row.endswith(f"| `{constant}` |")


EXPOSED = {"STRESSVISION_HOST": "0.0.0.0", "STRESSVISION_ALLOWED_HOSTS": "estres.gloria.example, 10.0.0.7"}


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"STRESSVISION_HOST": "0.0.0.0"}, r"STRESSVISION_TLS_CERTIFICATE=.*STRESSVISION_PROXY="),
        ({"STRESSVISION_HOST": "0.0.0.0", "STRESSVISION_PROXY": "10.0.0.1"}, "STRESSVISION_ALLOWED_HOSTS="),
        ({"STRESSVISION_PROXY": "127.0.0.1"}, "STRESSVISION_ALLOWED_HOSTS="),
        ({**EXPOSED, "STRESSVISION_TLS_CERTIFICATE": "cert.pem"}, "STRESSVISION_TLS_KEY"),
        ({**EXPOSED, "STRESSVISION_PROXY": "proxy.example"}, "STRESSVISION_PROXY"),
    ],
)
def test_incomplete_network_settings_name_the_missing_one(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], reason: str
) -> None:
    Path("cert.pem").write_text("")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=reason):
        load_settings()


def test_certificate_and_allowed_host_permit_any_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, file in (("STRESSVISION_TLS_CERTIFICATE", "cert.pem"), ("STRESSVISION_TLS_KEY", "key.pem")):
        Path(file).write_text("")
        monkeypatch.setenv(name, file)
    for name, value in EXPOSED.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.is_exposed
    assert settings.allowed_hosts == ("estres.gloria.example", "10.0.0.7")
    assert settings.api_base == "https://estres.gloria.example:8000"


def test_local_programs_bypass_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**EXPOSED, "STRESSVISION_PROXY": "10.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    assert load_settings().is_exposed
    assert load_settings().ingest_base == "http://127.0.0.1:5000"


def test_device_token_is_not_in_repr() -> None:
    assert "sv_secret" not in repr(load_settings(device_token="sv_secret"))  # noqa: S106
