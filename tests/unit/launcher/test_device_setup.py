"""Set-up of a machine with only a camera."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Message, Unavailable
from stressvision.launcher import environment
from stressvision.launcher.command import parse_arguments
from stressvision.launcher.device.answers import (
    DeviceAnswers,
    Trials,
    ask_all,
    complete_address,
    known_answers,
)
from stressvision.launcher.device.files import SERVICE, SETTINGS, TOKEN, read_settings, write_files
from stressvision.launcher.device.setup import set_up
from stressvision.launcher.device.trials import check_server
from stressvision.launcher.doctor.checks import Level
from stressvision.launcher.environment import DEVICE, RUN, _is_for_device

ANSWERS = DeviceAnswers("https://plant.example:5000", None, "linea2", "sv_secret", "rtsp://u:p%40ss@cam/1", "Línea 2")


def accept(answers: DeviceAnswers) -> None:
    """A trial that always succeeds."""


def reader(*lines: str) -> Callable[[str], str]:
    left: Iterator[str] = iter(lines)

    def read(_prompt: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return read


def test_address_without_a_scheme_is_encrypted_except_on_this_machine() -> None:
    assert complete_address("plant.example:5000/") == "https://plant.example:5000"
    assert complete_address("127.0.0.1:5000") == "http://127.0.0.1:5000"
    assert complete_address("http://x") == "http://x"


def test_each_answer_is_tried_and_asked_again_where_it_fails() -> None:
    tried: list[str] = []

    def server(answers: DeviceAnswers) -> None:
        tried.append(answers.server)
        if "wrong" in answers.server:
            raise Unavailable(Message(es="no responde", en="no answer"))

    def token(answers: DeviceAnswers) -> None:
        if not answers.token.endswith("right"):
            raise InvalidInput(Message(es="token no válido", en="invalid token"))

    shown: list[str] = []
    known = replace(ANSWERS, server="", token="", device_id="pi")
    answers = ask_all(
        known,
        Trials(server, token, accept),
        "es",
        read=reader("wrong.example", "", "right.example", "", "linea 2", "linea2", "linea2", "0", ""),
        read_secret=reader("sv_wrong", "sv_right"),
        show=shown.append,
    )
    assert tried == ["https://wrong.example", "https://right.example"]
    assert (answers.device_id, answers.token, answers.source, answers.location) == (
        "linea2",
        "sv_right",
        "0",
        "Línea 2",
    )
    assert shown[0] == "no responde"
    assert "linea 2" in shown[1]
    assert shown[2] == "token no válido"


def test_files_give_the_device_its_settings_and_hide_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = write_files(ANSWERS, tmp_path, "/opt/venv/bin/python")
    assert {path.name for path in written} == {SETTINGS, TOKEN, SERVICE}
    for name in (SETTINGS, TOKEN):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    for name, value in read_settings(tmp_path).items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.ingest_base == ANSWERS.server
    assert (settings.device_id, settings.location, settings.source) == ("linea2", "Línea 2", ANSWERS.source)
    assert settings.device_token_file is not None
    assert settings.device_token_file.read_text() == "sv_secret\n"
    unit = (tmp_path / SERVICE).read_text()
    assert "sv_secret" not in unit + (tmp_path / SETTINGS).read_text()
    assert f"WorkingDirectory={tmp_path}\n" in unit
    assert f"ReadWritePaths={tmp_path}\n" in unit
    assert "ExecStart=/opt/venv/bin/python " in unit


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_service_unit_is_valid(tmp_path: Path) -> None:
    write_files(ANSWERS, tmp_path, shutil.which("python3") or "/usr/bin/python3")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / SERVICE)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert SERVICE not in done.stderr, done.stderr


def test_setting_that_would_begin_another_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        write_files(replace(ANSWERS, location='x"\nSTRESSVISION_HOST=0.0.0.0'), tmp_path, "python")
    assert not list(tmp_path.iterdir())


def test_without_a_terminal_a_missing_server_or_a_failed_trial_writes_nothing(tmp_path: Path) -> None:
    def refuse(answers: DeviceAnswers) -> None:
        raise Unavailable(Message(es="no da imagen", en="no picture"))

    trials = Trials(accept, accept, refuse)
    with pytest.raises(ConfigurationError) as missing:
        set_up(Settings(), {}, tmp_path, trials=trials, interactive=False)
    assert missing.value.field == "--server"
    with pytest.raises(Unavailable):
        set_up(Settings(), {"server": "plant.example"}, tmp_path, trials=trials, interactive=False)
    assert not list(tmp_path.iterdir())
    options = {"server": "plant.example", "device_id": "linea2"}
    assert set_up(Settings(), options, tmp_path, trials=Trials(accept, accept, accept), interactive=False) == 0
    assert read_settings(tmp_path)["STRESSVISION_INGEST_URL"] == "https://plant.example"


def test_end_of_input_changes_nothing(tmp_path: Path) -> None:
    trials = Trials(accept, accept, accept)
    assert set_up(Settings(), {}, tmp_path, trials=trials, interactive=True, read=reader()) == 130
    assert not list(tmp_path.iterdir())


def test_token_file_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError) as error:
        known_answers(Settings(), {"token_file": "/nothing/token"})
    assert error.value.field == "--token-file"


def test_doctor_reports_a_missing_token_file_and_goes_on(tmp_path: Path) -> None:
    settings = Settings(ingest_url="https://plant.example:5000", device_token_file=tmp_path / "no.token")
    (result,) = check_server(settings)

    assert result.level is Level.PROBLEM
    assert "no.token" in result.message.en


def test_device_options_belong_to_the_device_option_alone() -> None:
    assert parse_arguments(["--option", "device", "--server", "plant.example"]).server == "plant.example"
    with pytest.raises(ConfigurationError):
        parse_arguments(["--option", "3", "--server", "plant.example"])


def test_only_the_device_needs_the_short_list_of_packages() -> None:
    assert DEVICE[1:] == RUN[1:]
    assert _is_for_device(["/x/start_complete_system.py", "--option", "device"])
    assert _is_for_device(["start_complete_system.py", "--option=7"])
    assert not _is_for_device(["start_complete_system.py", "--option", "3"])
    assert not _is_for_device(["backend_api.py", "--option", "device"])


def test_device_starts_where_its_packages_alone_were_installed_by_other_means(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in its container, whose environment no set-up of this project has made."""
    for name in ("requirements-device.txt", "requirements-models.txt"):
        (tmp_path / name).write_text("pydantic==1.0\n", encoding="utf-8")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert _is_for_device(["/opt/stressvision/pi_simulator.py"])
    assert not _is_for_device(["/opt/stressvision/backend_api.py"])
    (tmp_path / "requirements-device.txt").write_text("no-such-package==1.0\n", encoding="utf-8")
    assert not _is_for_device(["/opt/stressvision/pi_simulator.py"])
