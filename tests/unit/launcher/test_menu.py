from collections.abc import Callable, Iterator

import pytest

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.errors import ConfigurationError
from stressvision.launcher.command import EXIT_OPTION, ask_option, main, parse_arguments, render_menu
from stressvision.launcher.components import Component, choose_components, find_option


def read_answers(*answers: str) -> Callable[[str], str]:
    left: Iterator[str] = iter(answers)

    def read(_prompt: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return read


def choose(number: int, *, demo: bool = False, headless: bool = False) -> dict[str, Component]:
    parts = choose_components(find_option(str(number)), Settings(), demo=demo, headless=headless)
    return {part.name: part for part in parts}


def test_menu_has_eight_options_in_both_languages() -> None:
    spanish, english = render_menu("es"), render_menu("en")
    assert [line.strip()[:2] for line in spanish.splitlines()[2:]] == [f"{number}." for number in range(1, 9)]
    assert "3. Sistema completo" in spanish
    assert "3. Everything" in english


def test_empty_answer_is_default_and_end_of_input_exits() -> None:
    assert ask_option("es", read_answers("")).number == 3
    assert ask_option("es", read_answers()) is EXIT_OPTION
    assert ask_option("es", read_answers("6")) is EXIT_OPTION


def test_invalid_answer_is_asked_again_with_valid_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ask_option("es", read_answers("9", "todo", " 2 ")).number == 2
    assert capsys.readouterr().out.count("del 1 al 8") == 2


def test_each_option_starts_its_components() -> None:
    assert list(choose(1)) == ["ingest", "edge"]
    assert list(choose(2)) == ["api", "dashboard"]
    assert list(choose(3)) == ["ingest", "edge", "api", "reporter", "dashboard"]
    assert list(choose(4)) == ["api"]
    assert list(choose(5)) == ["dashboard"]
    assert list(choose(7)) == ["edge"]
    assert choose(7)["edge"].after == ()
    assert list(choose(8)) == ["ingest", "api", "reporter", "dashboard"]
    assert find_option("device").number == 7
    assert find_option("server").number == 8


def test_entry_scripts_have_absolute_paths() -> None:
    for part in choose(3).values():
        assert part.command[1].startswith(str(PROJECT_ROOT))
        assert part.command[1].endswith(".py")


def test_demo_and_headless_apply_to_camera_only() -> None:
    parts = choose(3, demo=True, headless=True)
    assert parts["edge"].command[2:] == ("--source", "demo", "--headless")
    assert choose(3)["edge"].command[2:] == ()
    assert all("demo" not in part.command for part in parts.values() if part.name != "edge")


def test_each_named_camera_is_a_component_without_its_address() -> None:
    settings = Settings.model_validate({"cameras": "entrada=0,linea2=rtsp://ana:s3cret@10.0.0.7/live"})

    parts = choose_components(find_option("1"), settings, demo=False, headless=True)

    assert [part.name for part in parts] == ["ingest", "edge-entrada", "edge-linea2"]
    assert [part.command[2:] for part in parts[1:]] == [
        ("--camera", "entrada", "--headless"),
        ("--camera", "linea2", "--headless"),
    ]
    assert [part.address for part in parts[1:]] == ["http://127.0.0.1:8502", "http://127.0.0.1:8503"]
    assert "s3cret" not in str(parts)
    assert len({part.label.es for part in parts}) == 3
    assert [part.name for part in choose_components(find_option("4"), settings, demo=False, headless=True)] == ["api"]


def test_preview_port_of_another_component_is_rejected() -> None:
    settings = Settings.model_validate({"cameras": "a=0,b=1", "preview_port": 4999})

    with pytest.raises(ConfigurationError, match=r"STRESSVISION_INGEST_PORT y STRESSVISION_PREVIEW_PORT"):
        choose_components(find_option("1"), settings, demo=False, headless=True)


def test_two_components_on_one_port_are_rejected() -> None:
    settings = Settings(api_port=5000)
    with pytest.raises(ConfigurationError) as caught:
        choose_components(find_option("3"), settings, demo=False, headless=True)
    assert "STRESSVISION_INGEST_PORT" in caught.value.message.es
    assert "STRESSVISION_API_PORT" in caught.value.message.es
    assert len(choose_components(find_option("2"), settings, demo=False, headless=True)) == 2


@pytest.mark.parametrize("arguments", [["--opcion", "3"], ["parar"], ["--option"], ["--demo=1"], ["stop", "ya"]])
def test_unknown_argument_mentions_help(arguments: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_arguments(arguments)
    assert "--help" in caught.value.message.es


def test_invalid_option_exits_with_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--option", "9"]) == 2
    output = capsys.readouterr()
    assert "«9»" in output.err
    assert "Traceback" not in output.err


def test_help_is_in_the_requested_language(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRESSVISION_LANG", raising=False)
    assert main(["--help"]) == 0
    assert "opciones:" in capsys.readouterr().out
    monkeypatch.setenv("STRESSVISION_LANG", "en")
    assert main(["stop", "-h"]) == 0
    assert "options:" in capsys.readouterr().out
