"""Settings that are read, and settings that are refused with a reason."""

from pathlib import Path

import pytest

from stressvision.config import PREFIX, PROJECT_ROOT, Policy, Settings, load_settings
from stressvision.errors import ConfigurationError


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


def test_listening_beyond_this_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_HOST", "0.0.0.0")
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1"):
        load_settings()


def test_every_setting_is_documented() -> None:
    documented = (PROJECT_ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in documented] == []
